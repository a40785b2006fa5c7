import { describe, expect, it } from 'vitest';
import type { FileChange, Notification } from '../../../src/model.js';
import { mergeNotifications } from '../../../src/operators/merge-notifications.js';

const change = (path: string, op: FileChange['op'], sha256?: string): FileChange => ({
  op,
  path,
  owner: 'configmap/default/x',
  sha256,
});
const notification = (covers: number, ...changes: FileChange[]): Notification => ({
  reason: 'change',
  covers,
  changes,
});

describe('mergeNotifications', () => {
  it('is the newer one where nothing is owed', () => {
    const newer = notification(1, change('/a', 'created'));
    expect(mergeNotifications(undefined, newer)).toBe(newer);
  });

  it('covers what the newer one covers', () => {
    expect(mergeNotifications(notification(3), notification(5)).covers).toBe(5);
  });

  it('has each path once, with its newest state, in the order of the newest states', () => {
    const older = notification(2, change('/a', 'updated', '1'), change('/b', 'updated', '1'));
    const newer = notification(4, change('/c', 'created', '1'), change('/a', 'updated', '2'));
    expect(mergeNotifications(older, newer).changes.map(({ path, sha256 }) => [path, sha256])).toEqual([
      ['/b', '1'],
      ['/c', '1'],
      ['/a', '2'],
    ]);
  });

  it.each<[FileChange['op'], FileChange['op'], FileChange['op']]>([
    ['created', 'updated', 'created'],
    ['created', 'removed', 'removed'],
    ['updated', 'removed', 'removed'],
    ['updated', 'updated', 'updated'],
    ['removed', 'created', 'updated'],
  ])('makes of %s and %s: %s', (before, now, expected) => {
    const merged = mergeNotifications(notification(1, change('/a', before)), notification(2, change('/a', now)));
    expect(merged.changes).toMatchObject([{ op: expected }]);
  });

  it.each<[Notification['reason'], Notification['reason'], Notification['reason']]>([
    ['initial', 'change', 'initial'],
    ['owed', 'initial', 'initial'],
    ['owed', 'change', 'change'],
    ['owed', 'owed', 'owed'],
  ])('of the reasons %s and %s keeps %s', (older, newer, expected) => {
    const merged = mergeNotifications({ ...notification(1), reason: older }, { ...notification(2), reason: newer });
    expect(merged.reason).toBe(expected);
  });
});
