import type { ObjectChange, ObjectKey, ResourceEvent, Scope, WatchedObject } from '../../../src/model.js';
import { SourceError } from '../../../src/model.js';

export const scope: Scope = { kind: 'configmap', namespace: 'default' };
export const otherScope: Scope = { kind: 'secret', namespace: 'default' };

export function watched(name: string, labels: Record<string, string> = {}, resourceVersion = '1'): WatchedObject {
  return {
    kind: 'configmap',
    namespace: 'default',
    name,
    uid: `uid-${name}`,
    resourceVersion,
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels,
    annotations: {},
    data: {},
    binaryData: {},
  };
}

export function key(name: string): ObjectKey {
  return `configmap/default/${name}`;
}

export const init = (of = scope): ResourceEvent => ({ type: 'init', scope: of });
export const initDone = (of = scope): ResourceEvent => ({ type: 'init-done', scope: of });
export const alive: ResourceEvent = { type: 'alive', scope, nextWithinMs: 1_000 };
export const failed: ResourceEvent = {
  type: 'failed',
  scope,
  error: new SourceError('server', 'The server answered 500.'),
  retryInMs: 1,
};

export const listed = (object: WatchedObject, of = scope): ResourceEvent => ({
  type: 'init-apply',
  scope: of,
  object,
});
export const applied = (object: WatchedObject, of = scope): ObjectChange => ({ type: 'apply', scope: of, object });
export const deleted = (name: string, of = scope): ObjectChange => ({ type: 'delete', scope: of, key: key(name) });
