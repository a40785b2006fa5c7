import { randomInt, randomUUID } from 'node:crypto';
import { formatTime } from './go-time.js';
import { type KubeObject, withMeta } from './kube-object.js';
import { withNamespaceRules } from './namespace-rules.js';
import type { ResourceSpec } from './resources.js';
import { alreadyExists, notFound, StatusError } from './status.js';
import type { Store } from './store.js';
import { type StoredEntry, storedEntry } from './stored-entry.js';
import { validateCreate } from './validate-object.js';

/** What writing needs. */
export interface Writing {
  readonly store: Store;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly dryRun: boolean;
}

/** Neither vowels nor what looks alike (apiserver's pkg/storage/names). */
const GENERATED = 'bcdfghjklmnpqrstvwxz2456789';
const GENERATED_CHARS = 5;
/** Of a name that is to be generated: it may become a label's value. */
const MAX_GENERATED_NAME_CHARS = 63;

/** Creates the object; throws the API server's 404, 409, 422 or 500. `namespace` is `''` for what has none. */
export function createObject(
  { store, now, dryRun }: Writing,
  spec: ResourceSpec,
  namespace: string,
  given: KubeObject,
): StoredEntry {
  if (spec.namespaced && !store.get('namespaces', '', namespace)) throw notFound('namespaces', namespace);
  const { metadata } = given;
  const name = metadata.name ?? (metadata.generateName && generateName(metadata.generateName));
  const named = withMeta(given, {
    name,
    namespace: namespace || undefined,
    uid: randomUUID(),
    creationTimestamp: formatTime(now()),
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
  });
  const object = withNamespaceRules(named, undefined);
  validateCreate(object);
  if (metadata.resourceVersion !== undefined && metadata.resourceVersion !== '0') {
    throw new StatusError(500, undefined, 'resourceVersion should not be set on objects to be created');
  }
  const existing = store.get(spec.resource, namespace, name ?? '');
  if (existing) {
    const isBeingDeleted = existing.object.metadata.deletionTimestamp !== undefined;
    throw alreadyExists(spec.resource, existing.name, isBeingDeleted, spec.group);
  }
  return dryRun ? storedEntry(spec.resource, object) : store.put(spec.resource, object);
}

function generateName(prefix: string): string {
  const end = Array.from({ length: GENERATED_CHARS }, () => GENERATED[randomInt(GENERATED.length)]).join('');
  return prefix.slice(0, MAX_GENERATED_NAME_CHARS - GENERATED_CHARS) + end;
}
