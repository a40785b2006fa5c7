import type { ApiRequest } from '../kubernetes/api.js';
import { isRecord } from '../kubernetes/is-record.js';
import { parseObject } from '../kubernetes/parse-object.js';
import { statusError } from '../kubernetes/status-error.js';
import { SourceError, type WatchedKind, type WatchedObject } from '../model.js';

/** One line of a watch. */
export type WatchEvent =
  | { readonly type: 'applied'; readonly object: WatchedObject }
  /** The object as it was before, with the resourceVersion of its end. */
  | { readonly type: 'deleted'; readonly object: WatchedObject }
  /** `initialEventsEnd`: everything that existed was sent before this. */
  | { readonly type: 'bookmark'; readonly resourceVersion: string; readonly initialEventsEnd: boolean }
  | { readonly type: 'error'; readonly error: SourceError };

/**
 * Reads a line that is JSON. Throws a `malformed` `SourceError` for everything that is no event of this kind: to pass over it
 * would be to lose a change.
 */
export function parseWatchEvent(line: unknown, kind: WatchedKind, request: ApiRequest): WatchEvent {
  const { type, object } = isRecord(line) ? line : {};
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
      return { type: 'applied', object: parseObject(object, kind) };
    case 'DELETED':
      return { type: 'deleted', object: parseObject(object, kind) };
    case 'BOOKMARK':
      return bookmarkOf(object);
    case 'ERROR': {
      const code = isRecord(object) ? object['code'] : undefined;
      return { type: 'error', error: statusError(typeof code === 'number' ? code : 500, object, request) };
    }
    default:
      throw new SourceError('malformed', `Expected an event of a watch of ${kind}s, got JSON of another type.`);
  }
}

function bookmarkOf(object: unknown): WatchEvent {
  const metadata = isRecord(object) && isRecord(object['metadata']) ? object['metadata'] : {};
  const { resourceVersion, annotations } = metadata;
  if (typeof resourceVersion !== 'string' || resourceVersion === '') {
    throw new SourceError('malformed', 'Expected a bookmark to have a resourceVersion, got none.');
  }
  const initialEventsEnd = isRecord(annotations) && annotations['k8s.io/initial-events-end'] === 'true';
  return { type: 'bookmark', resourceVersion, initialEventsEnd };
}
