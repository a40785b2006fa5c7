import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Correlator } from '../../../../src/sinks/events/correlator.js';
import { RecentMap } from '../../../../src/sinks/events/recent-map.js';
import { notice } from './facts.js';

const MINUTE = 60_000;

test('of a hundred that differ in their message nine are on their own, sixteen are combined, and the rest is dropped', () => {
  const correlator = new Correlator();
  const admitted = Array.from({ length: 100 }, (_, index) => correlator.admit(notice(`message ${index}`), index));
  const kinds = admitted.map((one) => (one === undefined ? '-' : one.combined ? 'c' : 'o')).join('');
  expect(kinds).toBe('o'.repeat(9) + 'c'.repeat(16) + '-'.repeat(75));
});

test('the same message again is no more of them', () => {
  const correlator = new Correlator();
  const admitted = Array.from({ length: 20 }, () => correlator.admit(notice(), 0));
  expect(admitted.map((one) => one?.combined)).toEqual(Array.from({ length: 20 }, () => false));
});

test('only what is alike is combined: another object, and another reason, are not', () => {
  const correlator = new Correlator();
  for (let index = 0; index < 12; index++) correlator.admit(notice(`message ${index}`), 0);
  expect(correlator.admit(notice('x', { reason: 'UrlRefused' }), 0)?.combined).toBe(false);
  expect(correlator.admit(notice('x', { object: 'secret/team/rules' }), 0)?.combined).toBe(false);
  expect(correlator.admit(notice('x'), 0)?.combined).toBe(true);
});

test.each([
  ['ten minutes after the last one', 10 * MINUTE, true],
  ['later', 10 * MINUTE + 1, false],
])('%s: combined is %s', (_, afterMs, combined) => {
  const correlator = new Correlator();
  for (let index = 0; index < 12; index++) correlator.admit(notice(`message ${index}`), 0);
  expect(correlator.admit(notice('late'), afterMs)?.combined).toBe(combined);
});

test('an object that had its share gets one more in five minutes, and no others suffer from it', () => {
  const correlator = new Correlator();
  for (let index = 0; index < 30; index++) correlator.admit(notice(), 0);
  expect(correlator.admit(notice(), 5 * MINUTE - 1)).toBeUndefined();
  expect(correlator.admit(notice('x', { object: 'secret/team/rules' }), 5 * MINUTE - 1)).toBeDefined();
  expect(correlator.admit(notice(), 5 * MINUTE)).toBeDefined();
  expect(correlator.admit(notice(), 5 * MINUTE)).toBeUndefined();
});

test('whatever comes when, no object gets more than 25 and one in five minutes', () => {
  const waits = fc.array(fc.nat(20 * MINUTE), { maxLength: 200 });
  fc.assert(
    fc.property(waits, (waitsMs) => {
      const correlator = new Correlator();
      let nowMs = 0;
      let admitted = 0;
      for (const [index, waitMs] of waitsMs.entries()) {
        nowMs += waitMs;
        if (correlator.admit(notice(`message ${index}`), nowMs)) admitted++;
      }
      expect(admitted).toBeLessThanOrEqual(25 + Math.floor(nowMs / (5 * MINUTE)));
    }),
  );
});

test('a map of what is recent forgets what was set longest ago', () => {
  const map = new RecentMap<number>(2);
  map.set('a', 1);
  map.set('b', 2);
  map.set('a', 3);
  map.set('c', 4);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([3, undefined, 4]);
  map.delete('a');
  expect(map.get('a')).toBeUndefined();
});
