import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FileChange, Notification } from '../../../src/model.js';
import { batchId } from '../../../src/sinks/batch-id.js';
import { notificationDocument } from '../../../src/sinks/notification-document.js';

const rules: FileChange = { op: 'created', path: '/f/a.yaml', owner: 'configmap/default/rules', sha256: 'ab12' };
const secret: FileChange = { op: 'updated', path: '/f/key', owner: 'secret/prod/tls', sha256: 'cd34' };
const gone: FileChange = { op: 'removed', path: '/f/old', owner: 'configmap/default/rules' };
const notification: Notification = { reason: 'change', covers: 3, changes: [rules, secret, gone] };
const told = { instance: 'pod', folder: '/f', batchId: 'b1', attempt: 2, time: new Date(1_700_000_000_000) };

describe('notificationDocument', () => {
  it('says what changed, and no hash of a Secret', () => {
    expect(notificationDocument(notification, told)).toEqual({
      schemaVersion: 1,
      instance: 'pod',
      batchId: 'b1',
      reason: 'change',
      attempt: 2,
      time: '2023-11-14T22:13:20.000Z',
      folder: '/f',
      files: [
        {
          path: '/f/a.yaml',
          op: 'created',
          sha256: 'ab12',
          source: { kind: 'configmap', namespace: 'default', name: 'rules' },
        },
        { path: '/f/key', op: 'updated', source: { kind: 'secret', namespace: 'prod', name: 'tls' } },
        { path: '/f/old', op: 'removed', source: { kind: 'configmap', namespace: 'default', name: 'rules' } },
      ],
      truncated: false,
    });
  });

  it('is no longer than it may be, and says when it is cut, by no file too many', () => {
    const paths = fc.array(fc.string({ unit: 'grapheme', maxLength: 20 }), { maxLength: 10 });
    fc.assert(
      fc.property(paths, fc.integer({ min: 200, max: 2_000 }), (names, maxBytes) => {
        const changes = names.map((path) => ({ ...rules, path }));
        const document = notificationDocument({ ...notification, changes }, { ...told, maxBytes });
        expect(Buffer.byteLength(JSON.stringify(document))).toBeLessThanOrEqual(maxBytes);
        expect(document.truncated).toBe(document.files.length < names.length);
        if (document.truncated) {
          const files = notificationDocument({ ...notification, changes }, told).files.slice(
            0,
            document.files.length + 1,
          );
          expect(Buffer.byteLength(JSON.stringify({ ...document, files, truncated: false }))).toBeGreaterThan(maxBytes);
        }
      }),
    );
  });
});

describe('batchId', () => {
  it('is the same for the same notification', () => {
    expect(batchId(structuredClone(notification), 'life')).toBe(batchId(notification, 'life'));
    expect(batchId(notification, 'life')).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each<[string, Notification, string]>([
    ['in another life', notification, 'other'],
    ['for another reason', { ...notification, reason: 'initial' }, 'life'],
    ['up to a later change', { ...notification, covers: 4 }, 'life'],
    ['with one change more', { ...notification, changes: [...notification.changes, { ...gone, path: '/g' }] }, 'life'],
    ['with another content', { ...notification, changes: [{ ...rules, sha256: 'ff' }, secret, gone] }, 'life'],
    ['of another object', { ...notification, changes: [{ ...rules, owner: 'configmap/a/b' }, secret, gone] }, 'life'],
  ])('is another one %s', (_, other, life) => {
    expect(batchId(other, life)).not.toBe(batchId(notification, 'life'));
  });
});
