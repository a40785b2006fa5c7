import {
  FileError,
  type FileOutcome,
  type ObjectKey,
  type Scope,
  type SidecarEvent,
  SourceError,
  type SourceErrorCode,
} from '../../../src/model.js';

export const configmaps: Scope = { kind: 'configmap', namespace: 'default' };
export const secrets: Scope = { kind: 'secret', namespace: undefined };
export const owner: ObjectKey = 'configmap/default/rules';

export function alive(scope = configmaps, nextWithinMs = 66_000): SidecarEvent {
  return { type: 'alive', scope, nextWithinMs };
}

export function failed(scope = configmaps, code: SourceErrorCode = 'unreachable', status?: number): SidecarEvent {
  const error = new SourceError(code, `${code} as it is`, { status });
  return { type: 'failed', scope, error, retryInMs: 800 };
}

export function joined(scope = configmaps): SidecarEvent {
  return { type: 'joined', scope };
}

export function left(scope = configmaps): SidecarEvent {
  return { type: 'left', scope };
}

export function written(path: string, op: 'created' | 'updated' | 'unchanged' = 'created'): FileOutcome {
  return { type: 'file', op, path, owner, sha256: 'abcdef0123456789abcdef', size: 3 };
}

export function gone(path: string, op: 'removed' | 'absent' = 'removed'): FileOutcome {
  return { type: 'file', op, path, owner };
}

export function unwritten(
  path: string,
  fault: 'disk' | 'object' = 'disk',
  code = 'ENOSPC',
  diskWide = false,
): FileOutcome {
  return {
    type: 'file',
    op: 'failed',
    path,
    owner,
    error: new FileError(fault, code, `${code}: ${path}`, { diskWide }),
  };
}

export function told(target = 'request'): SidecarEvent {
  return { type: 'notification', op: 'told', target, covers: 1, tries: 1, status: 200 };
}

export function untold(status: number, retryInMs = 60_000, target = 'request'): SidecarEvent {
  return {
    type: 'notification',
    op: 'failed',
    target,
    covers: 1,
    tries: 6,
    status,
    message: `status ${status}`,
    retryInMs,
  };
}

export function lastTry(): SidecarEvent {
  return {
    type: 'notification',
    op: 'failed',
    target: 'request',
    covers: 1,
    tries: 1,
    message: 'refused',
    retryInMs: undefined,
  };
}
