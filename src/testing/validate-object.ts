import { forbidden, invalidValue, required, tooLong } from './cause.js';
import type { KubeObject } from './kube-object.js';
import { configKeyFaults } from './names.js';
import { resourceOfKind } from './resources.js';
import { type Cause, invalid } from './status.js';
import { metaFaults, metaUpdateFaults } from './validate-meta.js';

/** Of all values of a ConfigMap or a Secret, as bytes. */
const MAX_DATA_BYTES = 1024 * 1024;

/** Keys that a Secret of a type must have. Of a basic-auth one suffices, of SSH it must hold something. */
const KEYS_OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/basic-auth': ['username', 'password'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

const SERVICE_ACCOUNT_NAME = 'kubernetes.io/service-account.name';

/** Throws a 422 that names everything that is wrong with an object to be created. */
export function validateCreate(object: KubeObject): void {
  throwIfAny(object, objectFaults(object));
}

/** Throws a 422 that names everything that is wrong with an object that shall replace another. */
export function validateUpdate(next: KubeObject, previous: KubeObject): void {
  throwIfAny(next, [
    ...metaUpdateFaults(next.metadata, previous.metadata),
    ...fixedFaults(next, previous),
    ...objectFaults(next),
  ]);
}

function throwIfAny(object: KubeObject, causes: readonly Cause[]): void {
  if (causes.length === 0) return;
  throw invalid(object.kind, object.metadata.name ?? '', causes, resourceOfKind(object.kind)?.group);
}

function objectFaults(object: KubeObject): readonly Cause[] {
  const ofMeta = metaFaults(object.metadata, object.kind);
  if (object.kind === 'Namespace') return ofMeta;
  if (object.kind === 'Lease') return [...ofMeta, ...leaseFaults(object)];
  return [...ofMeta, ...dataFaults(object), ...typeFaults(object)];
}

/** Its times are any times: who holds it and since when is for those who want it. */
function leaseFaults({ spec = {} }: KubeObject): readonly Cause[] {
  const { leaseDurationSeconds: seconds = 1, leaseTransitions: transitions = 0 } = spec;
  return [
    ...(seconds > 0 ? [] : [invalidValue('spec.leaseDurationSeconds', seconds, 'must be greater than 0')]),
    ...(transitions >= 0
      ? []
      : [invalidValue('spec.leaseTransitions', transitions, 'must be greater than or equal to 0')]),
  ];
}

function dataFaults(object: KubeObject): readonly Cause[] {
  const { data = {}, binaryData = {}, kind } = object;
  const bytesOf = (value: string) => Buffer.byteLength(value, kind === 'Secret' ? 'base64' : 'utf8');
  const size =
    Object.values(data).reduce((sum, value) => sum + bytesOf(value), 0) +
    Object.values(binaryData).reduce((sum, value) => sum + Buffer.byteLength(value, 'base64'), 0);
  const keyFaults = (field: string, key: string) =>
    configKeyFaults(key).map((fault) => invalidValue(`${field}[${key}]`, key, fault));
  return [
    ...Object.keys(data).flatMap((key) => [
      ...keyFaults('data', key),
      ...(Object.hasOwn(binaryData, key)
        ? [invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData')]
        : []),
    ]),
    ...Object.keys(binaryData).flatMap((key) => keyFaults('binaryData', key)),
    // The API server names a ConfigMap's field `[]`: it means the whole object.
    ...(size > MAX_DATA_BYTES ? [tooLong(kind === 'Secret' ? 'data' : '[]', MAX_DATA_BYTES)] : []),
  ];
}

function typeFaults({ type = '', data = {}, metadata }: KubeObject): readonly Cause[] {
  if (type === 'kubernetes.io/service-account-token' && !metadata.annotations?.[SERVICE_ACCOUNT_NAME]) {
    return [required(`metadata.annotations[${SERVICE_ACCOUNT_NAME}]`)];
  }
  const keys = KEYS_OF_TYPE[type] ?? [];
  const isThere = (key: string) => Object.hasOwn(data, key) && (type !== 'kubernetes.io/ssh-auth' || data[key] !== '');
  const missing = keys.filter((key) => !isThere(key));
  if (type === 'kubernetes.io/basic-auth' && missing.length < keys.length) return [];
  if (missing.length > 0) return missing.map((key) => required(`data[${key}]`));
  return type.includes('/dockerc') ? keys.flatMap((key) => jsonFaults(key, data[key] ?? '')) : [];
}

function jsonFaults(key: string, base64: string): readonly Cause[] {
  try {
    JSON.parse(Buffer.from(base64, 'base64').toString());
    return [];
  } catch {
    return [invalidValue(`data[${key}]`, '<secret contents redacted>', 'it is not JSON')];
  }
}

/** What the kind itself does not let change. */
function fixedFaults(next: KubeObject, previous: KubeObject): readonly Cause[] {
  const isOther = (field: 'data' | 'binaryData') =>
    JSON.stringify(next[field] ?? {}) !== JSON.stringify(previous[field] ?? {});
  const locked = previous.immutable
    ? [
        ...(next.immutable ? [] : ['immutable']),
        ...(isOther('data') ? ['data'] : []),
        ...(isOther('binaryData') ? ['binaryData'] : []),
      ]
    : [];
  return [
    ...(next.type === previous.type ? [] : [invalidValue('type', next.type, 'field is immutable')]),
    ...locked.map((field) => forbidden(field, 'field is immutable when `immutable` is set')),
  ];
}
