import {
  FileError,
  type ObjectKey,
  type Refusal,
  type SidecarEvent,
  type WatchedObject,
} from '../../../../src/model.js';
import type { Notice } from '../../../../src/sinks/events/notice-of.js';

export const rules: ObjectKey = 'configmap/team/rules';

export function refused(message = 'no such folder', more: Partial<Refusal> = {}): Refusal {
  return { type: 'refused', key: rules, entry: 'a.yaml', reason: 'path', message, ...more };
}

export function notWritten(fault: 'object' | 'disk'): SidecarEvent {
  const error = new FileError(fault, 'EISDIR', 'a directory is in the way');
  return { type: 'file', op: 'failed', path: '/f/a', owner: rules, error };
}

export function notice(message = 'no such folder', more: Partial<Notice> = {}): Notice {
  return { object: rules, about: 'entry a.yaml', reason: 'PathRefused', message, ...more };
}

export function watched(more: Partial<WatchedObject> = {}): WatchedObject {
  return {
    kind: 'configmap',
    namespace: 'team',
    name: 'rules',
    uid: 'uid-1',
    resourceVersion: '7',
    creationTimestamp: '2026-08-20T00:00:00Z',
    labels: {},
    annotations: {},
    data: { 'a.yaml': 's3cret content' },
    binaryData: {},
    ...more,
  };
}
