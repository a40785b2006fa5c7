import { createHash } from 'node:crypto';
import { isRecord } from '../kubernetes/is-record.js';
import { type ResourceKind, SourceError, type WatchedObject } from '../model.js';
import type { ManifestDocument } from './manifest-documents.js';

const KINDS: Readonly<Record<string, ResourceKind | undefined>> = { ConfigMap: 'configmap', Secret: 'secret' };

/** RFC 1123, as the API server demands of names and namespaces. */
const NAME = /^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/;
/** What the API server demands of keys in `data`. */
const KEY = /^[-._a-zA-Z0-9]{1,253}$/;

/**
 * The object that the API server would have made of a manifest; `undefined` for other kinds, which are none of ours.
 *
 * `stringData` of a Secret goes into `data`, in base64, and wins. Where the server would give a uid and a
 * resourceVersion, the name and a hash of the content stand. Throws a `malformed` `SourceError` for what the server would refuse.
 */
export function manifestObject(
  { json, line }: ManifestDocument,
  path: string,
  defaultNamespace: string,
): WatchedObject | undefined {
  const kind = json['apiVersion'] === 'v1' ? KINDS[String(json['kind'])] : undefined;
  if (kind === undefined) {
    if (typeof json['apiVersion'] === 'string' && typeof json['kind'] === 'string') {
      return undefined;
    }
    throw new SourceError('malformed', `Expected an object with apiVersion and kind in ${path}:${line}.`);
  }
  const refuse = (what: string): never => {
    throw new SourceError('malformed', `Expected ${what} of the ${kind} in ${path}:${line}.`);
  };
  const stringsOf = (map: unknown, what: string): Readonly<Record<string, string>> => {
    const entries =
      map === undefined || map === null ? [] : isRecord(map) ? Object.entries(map) : refuse(`${what} to be a map`);
    return Object.fromEntries(
      entries.map(([key, value]) => [key, typeof value === 'string' ? value : refuse(`texts only in ${what}`)]),
    );
  };
  const dataOf = (field: string): Readonly<Record<string, string>> => {
    const data = stringsOf(json[field], field);
    const isKey = (key: string): boolean => KEY.test(key) && key !== '.' && key !== '..';
    return Object.keys(data).every(isKey) ? data : refuse(`keys of letters, digits, "-", "_" and "." in ${field}`);
  };
  const nameOf = (value: unknown, what: string): string =>
    typeof value === 'string' && NAME.test(value) ? value : refuse(`a valid ${what}`);

  const metadata = isRecord(json['metadata']) ? json['metadata'] : {};
  const { creationTimestamp } = metadata;
  const name = nameOf(metadata['name'], 'metadata.name');
  const namespace = nameOf(metadata['namespace'] ?? defaultNamespace, 'metadata.namespace');
  const texts = kind === 'secret' ? Object.entries(dataOf('stringData')) : [];
  const encoded = texts.map(([key, value]) => [key, Buffer.from(value).toString('base64')] as const);
  const content = {
    kind,
    namespace,
    name,
    labels: stringsOf(metadata['labels'], 'metadata.labels'),
    annotations: stringsOf(metadata['annotations'], 'metadata.annotations'),
    data: { ...dataOf('data'), ...Object.fromEntries(encoded) },
    binaryData: kind === 'configmap' ? dataOf('binaryData') : {},
  };
  return {
    ...content,
    uid: `manifest/${kind}/${namespace}/${name}`,
    resourceVersion: createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 16),
    creationTimestamp: typeof creationTimestamp === 'string' ? creationTimestamp : '',
  };
}
