import { isRecord } from '../kubernetes/is-record.js';
import { DecodeError } from './decode-error.js';
import { decodeStruct } from './decode-struct.js';
import { CONFIG_MAP, type GoStruct, LEASE, NAMESPACE, SECRET } from './go-type.js';
import type { KubeObject } from './kube-object.js';
import { apiVersionOf, goKind, type ResourceSpec, resourceOfKind } from './resources.js';

const STRUCTS: Readonly<Record<ResourceSpec['kind'], GoStruct>> = {
  ConfigMap: CONFIG_MAP,
  Lease: LEASE,
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
  const object = { kind: spec.kind, apiVersion: apiVersionOf(spec), metadata: metadata ?? {}, ...rest };
  return { object: withDefaults(object), unknownFields };
}

function checkKind(kind: unknown, apiVersion: unknown, spec: ResourceSpec): void {
  if ((kind === '' || kind === spec.kind) && (apiVersion === '' || apiVersion === apiVersionOf(spec))) return;
  const other = typeof kind === 'string' ? resourceOfKind(kind) : undefined;
  if (other && apiVersion === apiVersionOf(other)) {
    throw new DecodeError(`converting (v1.${kind}) to (${goKind(spec)}): unknown conversion`);
  }
  throw unknownKind(kind, apiVersion);
}

export function unknownKind(kind: unknown, apiVersion: unknown): DecodeError {
  return new DecodeError(
    `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`,
  );
}

function withDefaults(object: KubeObject): KubeObject {
  if (object.kind === 'Secret') return withSecretDefaults(object);
  // A struct, not a pointer to one: it is written also where it is empty.
  return object.kind === 'Lease' ? { ...object, spec: object.spec ?? {} } : object;
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
