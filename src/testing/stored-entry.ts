import type { EmbeddedResource, StoredObject } from './embedded-kubernetes.js';
import { goJson } from './go-json.js';
import { frozen, type KubeObject, withMeta } from './kube-object.js';

/** One version of one object. Shared by the store, its history and every watch: never changed. */
export interface StoredEntry {
  readonly resource: EmbeddedResource;
  /** `''` for what has none. */
  readonly namespace: string;
  readonly name: string;
  /** `namespace/name`, or the name alone: how etcd orders them, and what a continue token holds. */
  readonly key: string;
  readonly revision: number;
  readonly object: KubeObject;
  /** Its JSON from `metadata` on: an item of a list has no kind and apiVersion. Made when it is first needed. */
  readonly itemJson: string;
  /** Its JSON. */
  readonly json: string;
}

/** Without a revision: what a dry run would have created, which has no resourceVersion. */
export function storedEntry(resource: EmbeddedResource, unversioned: KubeObject, revision?: number): StoredEntry {
  const object = frozen(withMeta(unversioned, { resourceVersion: revision?.toString() }));
  const { name = '', namespace = '' } = object.metadata;
  let itemJson: string | undefined;
  return {
    resource,
    namespace,
    name,
    key: keyOf(namespace, name),
    revision: revision ?? 0,
    object,
    get itemJson() {
      const { kind: _, apiVersion: __, ...item } = object;
      itemJson ??= goJson(item);
      return itemJson;
    },
    get json() {
      return `{"kind":"${object.kind}","apiVersion":"${object.apiVersion}",${this.itemJson.slice(1)}`;
    },
  };
}

export function keyOf(namespace: string, name: string): string {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** What the store holds has a uid, a resourceVersion and a creationTimestamp: the store gave them. */
export function asStoredObject(entry: StoredEntry): StoredObject {
  return entry.object as unknown as StoredObject;
}
