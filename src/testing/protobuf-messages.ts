/** The shape of a protobuf message: field numbers to names of the JSON form, and how each is read. */
export interface Message {
  readonly [field: number]: readonly [name: string, type: FieldType, repeated?: 'repeated'];
}

export type FieldType =
  | 'string'
  | 'bytes'
  | 'bool'
  | 'int64'
  | 'texts'
  | 'byteMap'
  | 'time'
  | 'microTime'
  | { readonly message: Message };

const ownerReference: Message = {
  1: ['kind', 'string'],
  3: ['name', 'string'],
  4: ['uid', 'string'],
  5: ['apiVersion', 'string'],
  6: ['controller', 'bool'],
  7: ['blockOwnerDeletion', 'bool'],
};
const objectMeta: Message = {
  1: ['name', 'string'],
  2: ['generateName', 'string'],
  3: ['namespace', 'string'],
  5: ['uid', 'string'],
  6: ['resourceVersion', 'string'],
  7: ['generation', 'int64'],
  8: ['creationTimestamp', 'time'],
  9: ['deletionTimestamp', 'time'],
  10: ['deletionGracePeriodSeconds', 'int64'],
  11: ['labels', 'texts'],
  12: ['annotations', 'texts'],
  13: ['ownerReferences', { message: ownerReference }, 'repeated'],
  14: ['finalizers', 'string', 'repeated'],
};
const metadata = ['metadata', { message: objectMeta }] as const;

/** k8s.io/api's core/v1 and coordination/v1/generated.proto, and apimachinery's meta/v1/generated.proto. */
export const MESSAGES: Readonly<Record<string, Message>> = {
  ConfigMap: { 1: metadata, 2: ['data', 'texts'], 3: ['binaryData', 'byteMap'], 4: ['immutable', 'bool'] },
  Secret: {
    1: metadata,
    2: ['data', 'byteMap'],
    3: ['type', 'string'],
    4: ['stringData', 'texts'],
    5: ['immutable', 'bool'],
  },
  Namespace: { 1: metadata, 2: ['spec', { message: { 1: ['finalizers', 'string', 'repeated'] } }] },
  Lease: {
    1: metadata,
    2: [
      'spec',
      {
        message: {
          1: ['holderIdentity', 'string'],
          2: ['leaseDurationSeconds', 'int64'],
          3: ['acquireTime', 'microTime'],
          4: ['renewTime', 'microTime'],
          5: ['leaseTransitions', 'int64'],
        },
      },
    ],
  },
  DeleteOptions: {
    1: ['gracePeriodSeconds', 'int64'],
    2: ['preconditions', { message: { 1: ['uid', 'string'], 2: ['resourceVersion', 'string'] } }],
    3: ['orphanDependents', 'bool'],
    4: ['propagationPolicy', 'string'],
    5: ['dryRun', 'string', 'repeated'],
  },
};

/** The envelope of each object: apimachinery's runtime.Unknown. */
export const UNKNOWN: Message = {
  1: ['typeMeta', { message: { 1: ['apiVersion', 'string'], 2: ['kind', 'string'] } }],
  2: ['raw', 'bytes'],
};
