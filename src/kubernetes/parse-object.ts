import { SourceError, type WatchedKind, type WatchedObject } from '../model.js';
import { isRecord } from './is-record.js';

const KINDS: Readonly<Record<WatchedKind, string>> = {
  configmap: 'ConfigMap',
  secret: 'Secret',
  namespace: 'Namespace',
};

/**
 * Takes from an object of the API what the sources give. Everything else is dropped at once, `managedFields` above all:
 * it is often longer than the data. A map that is missing or null is empty; an entry whose value is no string is dropped
 * (no API server stores one). Items of a list carry no `kind`; one that says another kind is none of ours.
 *
 * Throws a `malformed` `SourceError` when name, namespace, uid or resourceVersion is missing.
 */
export function parseObject(json: unknown, kind: WatchedKind): WatchedObject {
  const object = isRecord(json) ? json : {};
  const metadata = isRecord(object['metadata']) ? object['metadata'] : {};
  if (object['kind'] !== undefined && object['kind'] !== KINDS[kind]) {
    throw new SourceError('malformed', `Expected a ${KINDS[kind]}, got an object of another kind.`);
  }
  const required = (key: string): string => {
    const value = metadata[key];
    if (typeof value !== 'string' || value === '') {
      throw new SourceError('malformed', `Expected a ${KINDS[kind]} to have \`metadata.${key}\`, got none.`);
    }
    return value;
  };
  const { creationTimestamp } = metadata;
  return {
    kind,
    namespace: kind === 'namespace' ? '' : required('namespace'),
    name: required('name'),
    uid: required('uid'),
    resourceVersion: required('resourceVersion'),
    creationTimestamp: typeof creationTimestamp === 'string' ? creationTimestamp : '',
    labels: stringsOf(metadata['labels']),
    annotations: stringsOf(metadata['annotations']),
    data: stringsOf(object['data']),
    binaryData: kind === 'configmap' ? stringsOf(object['binaryData']) : {},
  };
}

/** Built by `fromEntries`, so that a key `__proto__` is an entry like others. */
function stringsOf(map: unknown): Readonly<Record<string, string>> {
  const entries = isRecord(map) ? Object.entries(map) : [];
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
