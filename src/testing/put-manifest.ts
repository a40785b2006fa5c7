import { createObject, type Writing } from './create-object.js';
import { decodeObject } from './decode-object.js';
import type { Manifest } from './embedded-kubernetes.js';
import { type KubeObject, withMeta } from './kube-object.js';
import { withNamespaceRules } from './namespace-rules.js';
import { apiVersionOf, NAMESPACES, type ResourceSpec, resourceOfKind } from './resources.js';
import type { Store } from './store.js';
import { type StoredEntry, storedEntry } from './stored-entry.js';
import { validateCreate } from './validate-object.js';

/** Where a manifest goes that names no namespace. */
const DEFAULT_NAMESPACE = 'default';

/**
 * Makes the object, or brings it to this state: neither a resourceVersion nor `immutable` stand in the way, and a
 * namespace that is missing is made. What changes nothing writes nothing. Throws what the API would answer, and a
 * `RangeError` for a kind that is not served.
 */
export function putManifest(store: Store, now: () => number, manifest: Manifest): StoredEntry {
  const spec = resourceOfKind(manifest.kind);
  if (!spec || manifest.apiVersion !== apiVersionOf(spec)) {
    const got = `${manifest.apiVersion} ${manifest.kind}`;
    throw new RangeError(
      `Expected a manifest to be a v1 ConfigMap, Secret or Namespace, or a coordination.k8s.io/v1 Lease, got ${got}.`,
    );
  }
  const { object } = decodeObject(manifest, spec);
  const namespace = spec.namespaced ? (object.metadata.namespace ?? DEFAULT_NAMESPACE) : '';
  const writing: Writing = { store, now, dryRun: false };
  if (spec.namespaced && !store.get('namespaces', '', namespace)) {
    createObject(writing, NAMESPACES, '', { kind: 'Namespace', apiVersion: 'v1', metadata: { name: namespace } });
  }
  const existing = store.get(spec.resource, namespace, object.metadata.name ?? '');
  const unversioned = withMeta(object, { resourceVersion: undefined });
  return existing ? bring(store, spec, existing, unversioned) : createObject(writing, spec, namespace, unversioned);
}

function bring(store: Store, spec: ResourceSpec, existing: StoredEntry, object: KubeObject): StoredEntry {
  const { uid, creationTimestamp, namespace } = existing.object.metadata;
  const taken = withMeta(object, {
    uid,
    creationTimestamp,
    namespace,
    deletionTimestamp: undefined,
    deletionGracePeriodSeconds: undefined,
  });
  const next = withNamespaceRules(taken, undefined);
  validateCreate(next);
  const isSame = storedEntry(spec.resource, next, existing.revision).itemJson === existing.itemJson;
  return isSame ? existing : store.put(spec.resource, next);
}
