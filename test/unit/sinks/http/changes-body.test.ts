import { describe, expect, it } from 'vitest';
import type { FileChange, Notification } from '../../../../src/model.js';
import { changesBody } from '../../../../src/sinks/http/changes-body.js';

const change: FileChange = {
  op: 'created',
  path: '/data/a.json',
  owner: 'configmap/default/a',
  sha256: 'ab'.repeat(32),
};
const secret: FileChange = { op: 'updated', path: '/data/s', owner: 'secret/default/s', sha256: 'cd'.repeat(32) };
const batch: Notification = { reason: 'change', covers: 2, changes: [change, secret] };
const later: Notification = { reason: 'change', covers: 3, changes: [change] };
const NOON = new Date(Date.UTC(2026, 0, 1, 12));
const options = { instance: 'default/app', folder: '/data', life: 'a' };

describe('changesBody', () => {
  it('says what changed, by names and hashes, and no hash of a Secret', () => {
    const { body, idempotencyKey } = changesBody(batch, options, 7, NOON);
    expect(JSON.parse(body.toString())).toEqual({
      schemaVersion: 1,
      instance: 'default/app',
      batchId: idempotencyKey,
      reason: 'change',
      attempt: 7,
      time: '2026-01-01T12:00:00.000Z',
      folder: '/data',
      files: [
        {
          path: '/data/a.json',
          op: 'created',
          sha256: change.sha256,
          source: { kind: 'configmap', namespace: 'default', name: 'a' },
        },
        { path: '/data/s', op: 'updated', source: { kind: 'secret', namespace: 'default', name: 's' } },
      ],
      truncated: false,
    });
    expect(body.toString()).not.toContain(secret.sha256);
  });

  it('has one key for the tries of one notification, another for the next, and in another life', () => {
    const keyOf = (...[notification, its, attempt]: [Notification, typeof options, number]) =>
      changesBody(notification, its, attempt, NOON).idempotencyKey;
    const key = keyOf(batch, options, 1);
    expect(keyOf({ ...batch }, options, 2)).toBe(key);
    expect(keyOf(later, options, 1)).not.toBe(key);
    expect(keyOf(batch, { ...options, life: 'b' }, 1)).not.toBe(key);
  });

  it('is no longer than 256 KiB, and says that files were left out', () => {
    const changes = Array.from({ length: 5_000 }, (_, i) => ({ ...change, path: `/data/ü${i}.json` }));
    const { body } = changesBody({ ...batch, changes }, options, 1, NOON);
    expect(body.length).toBeLessThanOrEqual(256 * 1024);
    expect(body.length).toBeGreaterThan(255 * 1024);
    expect(JSON.parse(body.toString())).toMatchObject({ truncated: true });
  });
});
