import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideOwedRetry, NO_FAILURES, type Tally } from '../../../src/operators/decide-owed-retry.js';

/** The waits after so many failures in a row. */
function waits(count: number, options: Parameters<typeof decideOwedRetry>[1]): readonly number[] {
  let tally: Tally = NO_FAILURES;
  return Array.from({ length: count }, () => {
    const next = decideOwedRetry(tally, options);
    tally = next.tally;
    return next.waitMs;
  });
}

describe('decideOwedRetry', () => {
  it('doubles from an eighth of the interval up to it', () => {
    expect(waits(6, { intervalMs: 60_000, random: () => 0 })).toEqual([7_500, 15_000, 30_000, 60_000, 60_000, 60_000]);
  });

  it('waits up to a minute where nothing else is said', () => {
    expect(waits(4, { random: () => 0 }).at(-1)).toBe(60_000);
    expect(decideOwedRetry(NO_FAILURES).waitMs).toBeGreaterThan(6_700);
  });

  it('never makes a loop without a pause of an interval of zero', () => {
    expect(waits(4, { intervalMs: 0, random: () => 0 })).toEqual([125, 250, 500, 1_000]);
  });

  it('takes off a tenth at random', () => {
    expect(waits(1, { intervalMs: 80_000, random: () => 0.5 })).toEqual([9_500]);
  });

  it('counts, is owed, and stays finite after however many failures', () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(1_000_000),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (failures, intervalMs, r) => {
          const next = decideOwedRetry({ failures }, { intervalMs, random: () => r });
          expect(next).toMatchObject({ tally: { failures: failures + 1 }, phase: 'owed' });
          expect(next.waitMs).toBeGreaterThan(0);
          expect(next.waitMs).toBeLessThanOrEqual(Math.max(intervalMs, 1_000));
        },
      ),
    );
  });
});
