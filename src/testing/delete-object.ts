import type { Writing } from './create-object.js';
import type { DeleteOptions } from './delete-options.js';
import { formatTime } from './go-time.js';
import { type KubeObject, withMeta } from './kube-object.js';
import { RESOURCES, type ResourceSpec } from './resources.js';
import { conflict, type Status, StatusError } from './status.js';
import type { Store } from './store.js';
import { type StoredEntry, storedEntry } from './stored-entry.js';

/** The API server needs them itself. */
const IMMORTAL = ['default', 'kube-public', 'kube-system'];

/** A Status where the object is gone; the object itself where finalizers hold it, or where it is a Namespace. */
export function deleteObject(
  { store, now }: Omit<Writing, 'dryRun'>,
  spec: ResourceSpec,
  entry: StoredEntry,
  { dryRun, preconditions, finalizer }: DeleteOptions,
): StoredEntry | Status {
  if (!spec.namespaced && IMMORTAL.includes(entry.name)) {
    const message = `namespaces ${JSON.stringify(entry.name)} is forbidden: this namespace may not be deleted`;
    throw new StatusError(403, 'Forbidden', message, { name: entry.name, kind: 'namespaces' });
  }
  checkPreconditions(entry, spec, preconditions);
  const deleted = asDeleted(entry.object, finalizer, now());
  if (spec.namespaced && deleted.metadata.finalizers === undefined) {
    if (!dryRun) store.remove(entry);
    return success(spec, entry);
  }
  const isUnchanged = deleted === entry.object;
  const result =
    dryRun || isUnchanged ? storedEntry(spec.resource, deleted, entry.revision) : store.put(spec.resource, deleted);
  if (!spec.namespaced && !dryRun) removeNamespace(store, result);
  return result;
}

/**
 * A Namespace goes with all that is in it, at once and whatever finalizers say: the controller that would empty it does
 * not exist here, and nobody waits for it in a test.
 */
export function removeNamespace(store: Store, namespace: StoredEntry): void {
  for (const { resource, namespaced } of RESOURCES) {
    const inside = namespaced ? store.entries(resource).from('') : [];
    for (const entry of inside) {
      if (entry.namespace === namespace.name) store.remove(entry);
    }
  }
  store.remove(namespace);
}

/** As it stands while it waits to go. One that waits already is given back as it is. */
function asDeleted(object: KubeObject, finalizer: DeleteOptions['finalizer'], now: number): KubeObject {
  const { deletionTimestamp, finalizers = [] } = object.metadata;
  const isNew = finalizer !== undefined && !finalizers.includes(finalizer);
  if (deletionTimestamp !== undefined && !isNew) return object;
  const all = isNew ? [...finalizers, finalizer] : finalizers;
  const held = withMeta(object, {
    deletionTimestamp: deletionTimestamp ?? formatTime(now),
    ...(object.kind !== 'Namespace' && { deletionGracePeriodSeconds: 0 }),
    ...(all.length > 0 && { finalizers: all }),
  });
  return object.kind === 'Namespace' ? { ...held, status: { phase: 'Terminating' } } : held;
}

function checkPreconditions(entry: StoredEntry, spec: ResourceSpec, wanted: DeleteOptions['preconditions']): void {
  const { uid, resourceVersion } = entry.object.metadata;
  if (wanted.uid !== undefined && wanted.uid !== uid) {
    throw conflict(
      spec.kind,
      entry.name,
      `the UID in the precondition (${wanted.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`,
      spec.group,
    );
  }
  if (wanted.resourceVersion !== undefined && wanted.resourceVersion !== resourceVersion) {
    throw conflict(
      spec.kind,
      entry.name,
      `the ResourceVersion in the precondition (${wanted.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`,
      spec.group,
    );
  }
}

function success(spec: ResourceSpec, { name, object }: StoredEntry): Status {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    details: { name, ...(spec.group !== '' && { group: spec.group }), kind: spec.resource, uid: object.metadata.uid },
  };
}
