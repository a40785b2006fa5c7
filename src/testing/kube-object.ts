/** `metadata` of an object, in the order of the API server's JSON. Empty fields are absent. */
export interface ObjectMeta {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
}

export interface OwnerReference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** A ConfigMap, a Secret, a Namespace or a Lease: decoded, so its fields have the right types, and nothing else is there. */
export interface KubeObject {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: ObjectMeta;
  readonly immutable?: boolean;
  /** A ConfigMap's: text. A Secret's: base64. */
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly spec?: KubeSpec;
  readonly status?: { readonly phase?: string };
}

/** A Namespace's, or a Lease's. */
export interface KubeSpec {
  readonly finalizers?: readonly string[];
  readonly holderIdentity?: string;
  readonly leaseDurationSeconds?: number;
  readonly acquireTime?: string;
  readonly renewTime?: string;
  readonly leaseTransitions?: number;
}

/** In the order of the API server's JSON; what is `undefined` is left out. */
const META_FIELDS = [
  'name',
  'generateName',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
] as const satisfies readonly (keyof ObjectMeta)[];

type Changes<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** The object with some fields of `metadata` changed; `undefined` takes one away. */
export function withMeta(object: KubeObject, changes: Changes<ObjectMeta>): KubeObject {
  const merged: Changes<ObjectMeta> = { ...object.metadata, ...changes };
  const metadata = Object.fromEntries(
    META_FIELDS.map((field) => [field, merged[field]]).filter(([, value]) => value !== undefined),
  ) as ObjectMeta;
  return { ...object, metadata };
}

/** Frozen to its leaves: what the store holds is shared with watches, history and callers. */
export function frozen<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
}
