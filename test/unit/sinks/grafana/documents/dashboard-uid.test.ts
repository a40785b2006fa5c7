import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isUid, uidOfSource } from '../../../../../src/sinks/grafana/documents/dashboard-uid.js';

test('the uid of a source is always one that Grafana takes, and always the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (instance, source) => {
      const uid = uidOfSource(instance, source);
      expect(uid).toMatch(/^[a-zA-Z0-9_-]{1,40}$/);
      expect(uid).toHaveLength(35);
      expect(uidOfSource(instance, source)).toBe(uid);
    }),
  );
});

test('it is ks- and 32 digits of the hash of instance and source', () => {
  const hash = createHash('sha256').update('web/grafana_dashboard/web/configmap/shop/cpu.json').digest('hex');
  expect(uidOfSource('web/grafana_dashboard', 'web/configmap/shop/cpu.json')).toBe(`ks-${hash.slice(0, 32)}`);
  expect(uidOfSource('other', 'web/configmap/shop/cpu.json')).not.toBe(`ks-${hash.slice(0, 32)}`);
});

test.each([
  ['a', true],
  ['Az0_-', true],
  ['-', true],
  ['a'.repeat(40), true],
  ['a'.repeat(41), false],
  ['', false],
  ['a b', false],
  ['a.b', false],
  ['ä', false],
  ['a\n', false],
  [5, false],
  [undefined, false],
])('%j is a uid: %s', (text, expected) => {
  expect(isUid(text)).toBe(expected);
});
