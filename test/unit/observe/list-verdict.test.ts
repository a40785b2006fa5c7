import { describe, expect, it } from 'vitest';
import { FileError, type Scope, type SidecarEvent } from '../../../src/model.js';
import { listVerdict } from '../../../src/observe/list-verdict.js';
import { failed as failedList, joined, left } from './events.js';

const owner = 'configmap/ns/a';
const listed: SidecarEvent = { type: 'listed' };
const written: SidecarEvent = { type: 'file', op: 'created', path: '/p', owner, sha256: 's', size: 1 };
const failed = (fault: 'disk' | 'object'): SidecarEvent => ({
  type: 'file',
  op: 'failed',
  path: '/p',
  owner,
  error: new FileError(fault, 'ENOSPC', 'no'),
});
const refused: SidecarEvent = { type: 'refused', key: owner, reason: 'path', message: 'no' };
const conflict: SidecarEvent = { type: 'conflict', path: '/p', winner: owner, loser: owner };

const scope: Scope = { kind: 'configmap', namespace: 'joined' };
const forbidden = failedList(scope, 'forbidden', 403);

describe('listVerdict', () => {
  it.each([
    ['everything was collected', [written, listed], 0, 0],
    ['no list was complete', [written], 1, 1],
    ['a file could not be written', [failed('disk'), listed], 1, 1],
    ['a file could be written in the end', [failed('disk'), written, listed], 0, 0],
    ['both', [failed('disk')], 2, 2],
    ['an object was refused', [refused, listed], 0, 1],
    ['two objects collided', [conflict, listed], 0, 1],
    ['a path was taken by a directory', [failed('object'), listed], 0, 1],
    ['a namespace that was found may not be read', [joined(scope), forbidden, forbidden, listed], 0, 1],
    ['it may in the end', [joined(scope), forbidden, { type: 'init-done', scope }, listed], 0, 0],
    ['it is gone in the end', [joined(scope), forbidden, left(scope), forbidden, listed], 0, 0],
    ['it failed for another reason first', [joined(scope), failedList(scope), listed], 0, 0],
    ['one that was named may not be read, and then may', [forbidden, listed], 0, 0],
  ] as [string, SidecarEvent[], number, number][])('%s', (_, events, lenient, strict) => {
    const verdict = listVerdict();
    for (const event of events) verdict.observe(event);
    expect(verdict.listed()).toBe(events.includes(listed));
    expect(verdict.faults({ listTimeout: 5, listStrict: false })).toHaveLength(lenient);
    expect(verdict.faults({ listTimeout: 5, listStrict: true })).toHaveLength(strict);
  });
});
