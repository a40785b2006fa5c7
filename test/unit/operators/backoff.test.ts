import fc from 'fast-check';
import { expect, it } from 'vitest';
import { backoffMs, DEFAULT_BACKOFF } from '../../../src/operators/backoff.js';

const least = { ...DEFAULT_BACKOFF, random: () => 0 };
const most = { ...DEFAULT_BACKOFF, random: () => 1 - 2 ** -53 };

it.each([
  [1, 800, 1_600],
  [2, 1_600, 3_200],
  [3, 3_200, 6_400],
  [4, 6_400, 12_800],
  [5, 12_800, 25_600],
  [6, 25_600, 30_000],
  [7, 30_000, 30_000],
])('wait %i is from %i to %i ms, as client-go waits', (attempt, from, to) => {
  expect(backoffMs(attempt, least)).toBe(from);
  expect(backoffMs(attempt, most)).toBeCloseTo(to, 6);
});

it('random waits spread over their range', () => {
  const waits = Array.from({ length: 200 }, () => backoffMs(1, DEFAULT_BACKOFF));
  expect(Math.min(...waits)).toBeLessThan(1_000);
  expect(Math.max(...waits)).toBeGreaterThan(1_400);
});

it('every wait is a number from the base to the maximum, however many attempts', () => {
  const attempts = fc.oneof(fc.nat(), fc.constantFrom(1e6, Number.MAX_SAFE_INTEGER, Number.POSITIVE_INFINITY, 0, -1));
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(attempts, random, fc.nat(60_000), (attempt, drawn, baseMs) => {
      const waitMs = backoffMs(attempt, { baseMs, maxMs: 60_000, random: () => drawn });
      expect(waitMs).toBeGreaterThanOrEqual(baseMs);
      expect(waitMs).toBeLessThanOrEqual(60_000);
    }),
  );
});

it('a base of 0 never waits', () => {
  expect(backoffMs(1e9, { baseMs: 0, maxMs: 10 })).toBe(0);
});
