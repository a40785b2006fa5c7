import { isRecord } from '../kubernetes/is-record.js';
import { DecodeError } from './decode-error.js';
import { decodeStruct } from './decode-struct.js';
import { CONFIG_MAP, type GoStruct, NAMESPACE, SECRET } from './go-type.js';
import type { KubeObject } from './kube-object.js';
import { type ResourceSpec, resourceOfKind } from './resources.js';

const STRUCTS: Readonly<Record<ResourceSpec['kind'], GoStruct>> = {
  ConfigMap: CONFIG_MAP,
  Secret: SECRET,
  Namespace: NAMESPACE,
};

export interface DecodedObject {
  readonly object: KubeObject;
  readonly unknownFields: readonly string[];
}

/**
 * An object of the kind, with its defaults, out of JSON. An absent kind and apiVersion are those of the path. Throws a
 * `DecodeError`.
 */
export function decodeObject(json: unknown, spec: ResourceSpec): DecodedObject {
  const given = isRecord(json) ? json : {};
  checkKind(given['kind'] ?? '', given['apiVersion'] ?? '', spec);
  const { value, unknownFields } = decodeStruct(json, STRUCTS[spec.kind]);
  const { kind: _, apiVersion: __, metadata, ...rest } = value as Partial<KubeObject>;
  const object = { kind: spec.kind, apiVersion: 'v1', metadata: metadata ?? {}, ...rest };
  return { object: spec.kind === 'Secret' ? withSecretDefaults(object) : object, unknownFields };
}

function checkKind(kind: unknown, apiVersion: unknown, spec: ResourceSpec): void {
  if ((kind === '' || kind === spec.kind) && (apiVersion === '' || apiVersion === 'v1')) return;
  if (typeof kind === 'string' && apiVersion === 'v1' && resourceOfKind(kind)) {
    throw new DecodeError(`converting (v1.${kind}) to (core.${spec.kind}): unknown conversion`);
  }
  throw unknownKind(kind, apiVersion);
}

export function unknownKind(kind: unknown, apiVersion: unknown): DecodeError {
  return new DecodeError(
    `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
  );
}

/** `stringData` is for writing alone: it becomes `data`, over what stands there. */
function withSecretDefaults(object: KubeObject & { stringData?: Readonly<Record<string, string>> }): KubeObject {
  const { kind, apiVersion, metadata, immutable, data, stringData, type } = object;
  const written = Object.entries(stringData ?? {}).map(
    ([key, text]) => [key, Buffer.from(text).toString('base64')] as const,
  );
  const all = { ...data, ...Object.fromEntries(written) };
  const sorted = Object.fromEntries(Object.entries(all).sort(([left], [right]) => (left < right ? -1 : 1)));
  return {
    kind,
    apiVersion,
    metadata,
    ...(immutable !== undefined && { immutable }),
    ...(Object.keys(sorted).length > 0 && { data: sorted }),
    type: type ?? 'Opaque',
  };
}
