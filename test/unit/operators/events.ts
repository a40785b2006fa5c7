import {
  type DesiredFile,
  FileError,
  type FileOutcome,
  type ObjectChange,
  type ObjectKey,
  type ResourceEvent,
  type Scope,
  SourceError,
  type SourceErrorCode,
  type SourceStatus,
  type WatchedObject,
} from '../../../src/model.js';

export const scope: Scope = { kind: 'configmap', namespace: 'default' };
export const otherScope: Scope = { kind: 'secret', namespace: 'default' };

export function watched(name: string, more: Partial<WatchedObject> = {}): WatchedObject {
  return {
    kind: 'configmap',
    namespace: 'default',
    name,
    uid: `uid-${name}`,
    resourceVersion: '1',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: {},
    annotations: {},
    data: {},
    binaryData: {},
    ...more,
  };
}

export function key(name: string): ObjectKey {
  return `configmap/default/${name}`;
}

export const init = (of = scope) => ({ type: 'init', scope: of }) as const;
export const initDone = (of = scope) => ({ type: 'init-done', scope: of }) as const;
export const joined = (of = scope) => ({ type: 'joined', scope: of }) as const;
export const left = (of = scope) => ({ type: 'left', scope: of }) as const;
export const alive: SourceStatus = { type: 'alive', scope, nextWithinMs: 1_000 };

export function failed(code: SourceErrorCode = 'server', of = scope): SourceStatus {
  return { type: 'failed', scope: of, error: new SourceError(code, `The source failed: ${code}.`), retryInMs: 1 };
}

export const listed = (object: WatchedObject, of = scope): ResourceEvent => ({
  type: 'init-apply',
  scope: of,
  object,
});
export const applied = (object: WatchedObject, of = scope): ObjectChange => ({ type: 'apply', scope: of, object });
export const deleted = (name: string, of = scope): ObjectChange => ({ type: 'delete', scope: of, key: key(name) });

export function desiredFile(path: string, content = ''): DesiredFile {
  return { path, bytes: Buffer.from(content) };
}

export function written(path: string, owner = key('a')): FileOutcome {
  return { type: 'file', op: 'created', path, owner, sha256: `sha-${path}`, size: 1 };
}

export function absent(path: string, owner = key('a')): FileOutcome {
  return { type: 'file', op: 'absent', path, owner };
}

export function unwritten(path: string, owner = key('a'), fault: 'disk' | 'object' = 'disk'): FileOutcome {
  const error = new FileError(fault, fault === 'disk' ? 'ENOSPC' : 'EISDIR', 'full');
  return { type: 'file', op: 'failed', path, owner, error };
}
