import { asapScheduler, auditTime, buffer, connect, defer, from, map, merge, mergeMap, type Observable } from 'rxjs';
import { type ObjectKey, objectKey, type ResourceKind, type WatchedObject } from '../model.js';
import { type Reconciled, reconcileLists } from '../operators/reconcile-lists.js';
import { readManifests } from '../streams/read-manifests.js';
import type { EmbeddedKubernetes, Manifest } from '../testing/embedded-kubernetes.js';

export type ManifestNews =
  | { readonly type: 'applied'; readonly object: WatchedObject }
  | { readonly type: 'deleted'; readonly key: ObjectKey }
  /** The API did not take it; it is tried again when the manifest changes. */
  | { readonly type: 'rejected'; readonly key: ObjectKey; readonly message: string }
  /** A manifest cannot be read: said once, until it changes. What it held stays, and nothing is removed. */
  | { readonly type: 'unreadable'; readonly message: string }
  /** All manifests can be read again. */
  | { readonly type: 'mended' }
  /** Everything was read, and applied where it could be: once. */
  | { readonly type: 'loaded' };

type KubernetesObjects = Pick<EmbeddedKubernetes, 'apply' | 'remove'>;

const KINDS: readonly ResourceKind[] = ['configmap', 'secret'];

/**
 * Keeps the API equal to the manifests in a folder or file, for as long as it is subscribed to: applies what is new or was edited,
 * removes what is no longer there. Objects that others made are left alone, and so is what others did to ours, until its
 * manifest changes. Never errors, never completes.
 */
export function applyManifests(path: string, api: KubernetesObjects): Observable<ManifestNews> {
  return defer(() => {
    const unread = new Set(KINDS);
    const readings = KINDS.map((kind) => {
      const settle = applying(kind, api);
      return readingsOf(path, kind).pipe(
        map((reading): readonly ManifestNews[] => {
          const isLast = unread.delete(kind) && unread.size === 0;
          return isLast ? [...settle(reading), { type: 'loaded' }] : settle(reading);
        }),
      );
    });
    return merge(...readings).pipe(mergeMap((news) => from(news)));
  });
}

/** What one reading of all manifests says stands in one array: it is said in one go. */
function readingsOf(path: string, kind: ResourceKind): Observable<readonly Reconciled[]> {
  return readManifests([path], { kind, namespace: undefined }, { watch: true }).pipe(
    reconcileLists(),
    connect((events$) => events$.pipe(buffer(events$.pipe(auditTime(0, asapScheduler))))),
  );
}

function applying(kind: ResourceKind, api: KubernetesObjects): (reading: readonly Reconciled[]) => ManifestNews[] {
  /** By object, what its manifest said when it was last tried. */
  const tried = new Map<ObjectKey, string>();
  const ours = new Set<ObjectKey>();
  let faults: readonly string[] = [];

  function apply(object: WatchedObject): ManifestNews[] {
    const key = objectKey(object);
    if (tried.get(key) === object.resourceVersion) return [];
    tried.set(key, object.resourceVersion);
    try {
      api.apply(manifestOf(object));
    } catch (error) {
      return [{ type: 'rejected', key, message: (error as Error).message }];
    }
    ours.add(key);
    return [{ type: 'applied', object }];
  }

  function remove(key: ObjectKey): ManifestNews[] {
    tried.delete(key);
    const [, namespace, name = ''] = key.split('/');
    return ours.delete(key) && api.remove(`${kind}s`, namespace, name) ? [{ type: 'deleted', key }] : [];
  }

  /** Each reading meets all faults, whatever its kind: the first kind tells them. */
  function tell(messages: readonly string[]): ManifestNews[] {
    if (kind !== KINDS[0]) return [];
    const fresh = messages.filter((message) => !faults.includes(message));
    const mended = faults.length > 0 && messages.length === 0;
    faults = messages;
    return mended ? [{ type: 'mended' }] : fresh.map((message) => ({ type: 'unreadable', message }));
  }

  return (reading) => [
    ...reading.flatMap((event) => {
      if (event.type === 'apply') return apply(event.object);
      return event.type === 'delete' ? remove(event.key) : [];
    }),
    ...tell(reading.flatMap((event) => (event.type === 'failed' ? [event.error.message] : []))),
  ];
}

/** The sidecar reads no other field, and so neither do manifests: a Secret's `type`, for one, becomes `Opaque`. */
function manifestOf({ kind, name, namespace, labels, annotations, data, binaryData }: WatchedObject): Manifest {
  return {
    apiVersion: 'v1',
    kind: kind === 'secret' ? 'Secret' : 'ConfigMap',
    metadata: { name, namespace, labels, annotations },
    data,
    ...(Object.keys(binaryData).length > 0 && { binaryData }),
  };
}
