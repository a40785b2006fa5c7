import { invalidValue } from './cause.js';
import type { Writing } from './create-object.js';
import { type KubeObject, withMeta } from './kube-object.js';
import { withNamespaceRules } from './namespace-rules.js';
import type { ResourceSpec } from './resources.js';
import { badRequest, conflict, invalid, modifiedMeanwhile, StatusError } from './status.js';
import { keyOf, type StoredEntry, storedEntry } from './stored-entry.js';
import { validateUpdate } from './validate-object.js';

/**
 * Puts `given` where `entry` stands:
 *
 * 1. It must be the same object, of the version that was read where one is named (409).
 * 2. What an update cannot change is taken over; what it tries to change nevertheless is a 422.
 * 3. An object that is being deleted, and that no finalizer holds any more, goes.
 * 4. What changes nothing writes nothing: the resourceVersion stays.
 */
export function replaceObject(
  { store, dryRun }: Omit<Writing, 'now'>,
  spec: ResourceSpec,
  entry: StoredEntry,
  given: KubeObject,
): StoredEntry {
  checkIdentity(entry, given, spec);
  checkVersion(given.metadata.resourceVersion ?? '0', entry, spec);
  const old = entry.object.metadata;
  const { metadata } = given;
  const next = withNamespaceRules(
    withMeta(given, {
      namespace: old.namespace,
      uid: metadata.uid ?? old.uid,
      generation: old.generation,
      resourceVersion: old.resourceVersion,
      creationTimestamp: old.creationTimestamp,
      deletionTimestamp: old.deletionTimestamp ?? metadata.deletionTimestamp,
      deletionGracePeriodSeconds: metadata.deletionGracePeriodSeconds ?? old.deletionGracePeriodSeconds,
    }),
    entry.object,
  );
  validateUpdate(next, entry.object);
  const result = storedEntry(spec.resource, next, entry.revision);
  if (next.metadata.deletionTimestamp !== undefined && next.metadata.finalizers === undefined) {
    if (!dryRun) store.remove(entry);
    return result;
  }
  return dryRun || result.itemJson === entry.itemJson ? result : store.put(spec.resource, next);
}

/** The object must be the one of the path. Also before it is known whether there is one. */
export function checkName(object: KubeObject, name: string): void {
  const given = object.metadata.name;
  if (given === undefined) {
    throw badRequest(`the name of the object (${name} based on URL) was undeterminable: name must be provided`);
  }
  if (given !== name) {
    throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
  }
}

export function checkNamespace(object: KubeObject, namespace: string): void {
  const given = object.metadata.namespace;
  if (namespace !== '' && given !== undefined && given !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
}

function checkIdentity(entry: StoredEntry, given: KubeObject, spec: ResourceSpec): void {
  checkName(given, entry.name);
  checkNamespace(given, spec.namespaced ? entry.namespace : '');
}

/** 0 means that any version will do, except for what serves as a lock. */
function checkVersion(resourceVersion: string, entry: StoredEntry, spec: ResourceSpec): void {
  if (!/^\d+$/.test(resourceVersion)) {
    throw new StatusError(
      500,
      undefined,
      `strconv.ParseUint: parsing ${JSON.stringify(resourceVersion)}: invalid syntax`,
    );
  }
  if (Number(resourceVersion) === 0 && spec.isLock) {
    const fault = invalidValue('metadata.resourceVersion', 0, 'must be specified for an update');
    throw invalid(spec.resource, entry.name, [fault], spec.group);
  }
  if (Number(resourceVersion) !== 0 && resourceVersion !== entry.object.metadata.resourceVersion) {
    throw modifiedMeanwhile(spec.resource, entry.name, spec.group);
  }
}

/** What a PUT is about, and what stands there. */
export interface PutPlace {
  readonly namespace: string;
  readonly name: string;
  readonly entry: StoredEntry | undefined;
}

/** A PUT that names a uid means that object alone; a patch that names another one would change it, which is a 422. */
export function checkUid(given: KubeObject, place: PutPlace, spec: ResourceSpec): void {
  const { uid } = given.metadata;
  const { namespace, name, entry } = place;
  const current = entry?.object.metadata.uid ?? '';
  if (uid === undefined || uid === current) return;
  throw conflict(
    spec.resource,
    name,
    `StorageError: invalid object, Code: 4, Key: /registry/${spec.resource}/${keyOf(namespace, name)}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current}`,
    spec.group,
  );
}
