import { TestScheduler } from 'rxjs/testing';
import { expect } from 'vitest';
import {
  type DesiredFile,
  FileError,
  type FileOutcome,
  type ObjectKey,
  type Scope,
  SourceError,
  type SourceErrorCode,
  type WatchedObject,
} from '../../../src/model.js';

export function virtualTime(): TestScheduler {
  return new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
}

export const scope: Scope = { kind: 'configmap', namespace: 'ns' };

export function givenObject(name: string, more: Partial<WatchedObject> = {}): WatchedObject {
  return {
    kind: 'configmap',
    namespace: 'ns',
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

export function givenFile(path: string, content = ''): DesiredFile {
  return { path, bytes: Buffer.from(content) };
}

export function written(path: string, owner: ObjectKey = 'configmap/ns/a'): FileOutcome {
  return { type: 'file', op: 'created', path, owner, sha256: `sha-${path}`, size: 1 };
}

export function failedFile(
  path: string,
  owner: ObjectKey = 'configmap/ns/a',
  fault: 'disk' | 'object' = 'disk',
): FileOutcome {
  const error = new FileError(fault, fault === 'disk' ? 'ENOSPC' : 'EISDIR', 'full');
  return { type: 'file', op: 'failed', path, owner, error };
}

export function failedSource(code: SourceErrorCode, of: Scope = scope) {
  return { type: 'failed', scope: of, error: new SourceError(code, 'no'), retryInMs: 1 } as const;
}
