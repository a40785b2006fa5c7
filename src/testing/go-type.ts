/** The types that the API's structs are made of, as `encoding/json` decodes them. */
export type GoType =
  | { readonly is: 'bool' | 'bytes' | 'time' | 'microTime' }
  /** The empty one and 0 are written of a pointer alone. */
  | { readonly is: 'string' | 'int64' | 'int32'; readonly isPointer: boolean }
  /** Decoded into what is written anyway, or into nothing: whatever stands there is passed over. */
  | { readonly is: 'ignored' }
  | { readonly is: 'map'; readonly of: GoType }
  | { readonly is: 'list'; readonly of: GoType }
  | { readonly is: 'struct'; readonly name: string; readonly fields: Readonly<Record<string, GoType>> };

export type GoStruct = Extract<GoType, { is: 'struct' }>;

const string: GoType = { is: 'string', isPointer: false };
const stringPointer: GoType = { is: 'string', isPointer: true };
const bool: GoType = { is: 'bool' };
const int64: GoType = { is: 'int64', isPointer: false };
const int64Pointer: GoType = { is: 'int64', isPointer: true };
const int32Pointer: GoType = { is: 'int32', isPointer: true };
const microTime: GoType = { is: 'microTime' };
const time: GoType = { is: 'time' };
const ignored: GoType = { is: 'ignored' };
const texts: GoType = { is: 'map', of: string };
const bytes: GoType = { is: 'map', of: { is: 'bytes' } };
const strings: GoType = { is: 'list', of: string };

function struct(name: string, fields: Readonly<Record<string, GoType>>): GoStruct {
  return { is: 'struct', name, fields };
}

const ownerReference = struct('v1.OwnerReference', {
  apiVersion: string,
  kind: string,
  name: string,
  uid: string,
  controller: bool,
  blockOwnerDeletion: bool,
});

const objectMeta = struct('v1.ObjectMeta', {
  name: string,
  generateName: string,
  namespace: string,
  selfLink: ignored,
  uid: string,
  resourceVersion: string,
  generation: int64,
  creationTimestamp: time,
  deletionTimestamp: time,
  deletionGracePeriodSeconds: int64Pointer,
  labels: texts,
  annotations: texts,
  ownerReferences: { is: 'list', of: ownerReference },
  finalizers: strings,
  // Who owns which field is not tracked here.
  managedFields: ignored,
});

const typeMeta = { kind: string, apiVersion: string };

export const CONFIG_MAP = struct('v1.ConfigMap', {
  ...typeMeta,
  metadata: objectMeta,
  immutable: bool,
  data: texts,
  binaryData: bytes,
});

export const SECRET = struct('v1.Secret', {
  ...typeMeta,
  metadata: objectMeta,
  immutable: bool,
  data: bytes,
  stringData: texts,
  type: string,
});

export const NAMESPACE = struct('v1.Namespace', {
  ...typeMeta,
  metadata: objectMeta,
  spec: struct('v1.NamespaceSpec', { finalizers: strings }),
  status: struct('v1.NamespaceStatus', { phase: string, conditions: ignored }),
});

export const LEASE = struct('v1.Lease', {
  ...typeMeta,
  metadata: objectMeta,
  spec: struct('v1.LeaseSpec', {
    holderIdentity: stringPointer,
    leaseDurationSeconds: int32Pointer,
    acquireTime: microTime,
    renewTime: microTime,
    leaseTransitions: int32Pointer,
    // Of coordinated leader election, which is off in the API server unless somebody turns it on.
    strategy: ignored,
    preferredHolder: ignored,
  }),
});

export const DELETE_OPTIONS = struct('v1.DeleteOptions', {
  ...typeMeta,
  gracePeriodSeconds: int64Pointer,
  preconditions: struct('v1.Preconditions', { uid: string, resourceVersion: string }),
  orphanDependents: bool,
  propagationPolicy: string,
  dryRun: strings,
  ignoreStoreReadErrorWithClusterBreakingPotential: bool,
});

/** As a message of the decoder names it. */
export function goTypeName(type: GoType): string {
  switch (type.is) {
    case 'map':
      return `map[string]${goTypeName(type.of)}`;
    case 'list':
      return `[]${goTypeName(type.of)}`;
    case 'struct':
      return type.name;
    case 'bytes':
      return '[]uint8';
    case 'time':
    case 'microTime':
    case 'ignored':
      return 'string';
    default:
      return type.is;
  }
}
