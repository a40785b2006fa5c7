import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideRetry, NO_FAILURES, type RetryPolicy } from '../../../../src/sinks/http/retry-policy.js';
import type { FailureKind, TryFailure } from '../../../../src/sinks/http/try-result.js';

const policy: RetryPolicy = {
  retryTotal: 5,
  retryConnect: 10,
  retryRead: 5,
  backoffFactor: 1.1,
  retryIntervalMs: 60_000,
  random: () => 0,
};

function failure(kind: FailureKind, more: Partial<TryFailure> = {}): TryFailure {
  return { op: 'failed', kind, message: 'x', ...more };
}
const refused = failure('connect');
const broken = failure('read');
const status = (code: number, retryAfterMs?: number) => failure('status', { status: code, retryAfterMs });

/** `[phase, seconds]` of each failure in turn. */
function waits(
  failures: readonly TryFailure[],
  changes: Partial<RetryPolicy> = {},
): readonly (readonly [string, number])[] {
  let tally = NO_FAILURES;
  return failures.map((each) => {
    const decision = decideRetry(tally, each, { ...policy, ...changes });
    tally = decision.tally;
    return [decision.phase, Math.round(decision.waitMs) / 1_000] as const;
  });
}
const phases = (...args: Parameters<typeof waits>) => waits(...args).map(([phase]) => phase);
const times = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

describe('decideRetry', () => {
  it('waits factor · 2^(n-1) seconds before retry n, then grows to the interval', () => {
    expect(waits(times(9, status(503)))).toEqual([
      ['policy', 1.1],
      ['policy', 2.2],
      ['policy', 4.4],
      ['policy', 8.8],
      ['policy', 17.6],
      ['owed', 35.2],
      ['owed', 60],
      ['owed', 60],
      ['owed', 60],
    ]);
  });

  it('waits 120 s at most by the policy', () => {
    const all = waits(times(10, refused), { retryTotal: 20, retryConnect: 20 });
    expect(all.slice(6)).toEqual([
      ['policy', 70.4],
      ['policy', 120],
      ['policy', 120],
      ['policy', 120],
    ]);
  });

  it.each([500, 502, 503, 504])('retries %i by the policy', (code) => {
    expect(phases([status(code)])).toEqual(['policy']);
  });

  it.each([400, 404, 405, 409, 410, 413, 422, 429, 501, 505, 199, 304])('does not retry %i by the policy', (code) => {
    expect(phases([status(code)])).toEqual(['owed']);
  });

  it('retries by the policy what the application itself says is no success, whatever the status', () => {
    const notYet = (code: number, retryAfterMs?: number) => ({ ...status(code, retryAfterMs), passing: true });
    expect(waits([notYet(400), notYet(200), notYet(429, 3_000)])).toEqual([
      ['policy', 1.1],
      ['policy', 2.2],
      ['policy', 3],
    ]);
    expect(phases([{ ...status(200), passing: false }])).toEqual(['owed']);
    expect(phases(times(6, notYet(400)))).toEqual([...times(5, 'policy'), 'owed']);
  });

  it.each([413, 429])('retries %i where the target says when', (code) => {
    expect(waits([status(code, 3_000)])).toEqual([['policy', 3]]);
  });

  it('takes the wait that the target asks for, 120 s at most', () => {
    expect(waits([status(503, 7_000), status(503, 0), status(503, 3_600_000)])).toEqual([
      ['policy', 7],
      ['policy', 0],
      ['policy', 120],
    ]);
  });

  it('honours Retry-After up to the interval for what is owed', () => {
    expect(waits([status(404, 20_000)])).toEqual([['owed', 20]]);
    expect(waits([status(404, 3_600_000)])).toEqual([['owed', 60]]);
  });

  it('grants as many retries as each class has', () => {
    expect(phases(times(3, refused), { retryConnect: 2 })).toEqual(['policy', 'policy', 'owed']);
    expect(phases(times(3, broken), { retryRead: 2 })).toEqual(['policy', 'policy', 'owed']);
    expect(phases([refused, broken, refused, broken], { retryConnect: 1, retryRead: 1 })).toEqual([
      'policy',
      'policy',
      'owed',
      'owed',
    ]);
  });

  it('caps all classes together by the total', () => {
    expect(phases([refused, broken, status(503)], { retryTotal: 2 })).toEqual(['policy', 'policy', 'owed']);
    expect(phases(times(7, refused))).toEqual([...times(5, 'policy'), 'owed', 'owed']);
  });

  it('without retries is owed from the first failure on', () => {
    expect(waits(times(4, refused), { retryTotal: 0 })).toEqual([
      ['owed', 7.5],
      ['owed', 15],
      ['owed', 30],
      ['owed', 60],
    ]);
  });

  it('is not renewed by a failure of another class once it is spent', () => {
    expect(phases([status(404), refused, status(503)])).toEqual(['owed', 'owed', 'owed']);
  });

  it.each<FailureKind>(['redirect', 'credentials', 'unexpected'])('grants no retries for %s', (kind) => {
    expect(waits([failure(kind), failure(kind)])).toEqual([
      ['owed', 7.5],
      ['owed', 15],
    ]);
  });

  it('waits 15 minutes after refused credentials, whatever the interval', () => {
    expect(waits([failure('auth', { status: 401 })], { retryIntervalMs: 1_000, random: () => 0.9 })).toEqual([
      ['blocked', 900],
    ]);
    expect(phases([refused, failure('auth'), refused])).toEqual(['policy', 'blocked', 'owed']);
  });

  it('shortens what is owed by a tenth at most, at random, and never the waits of the contract', () => {
    expect(waits([status(404)], { random: () => 0.5 })).toEqual([['owed', 7.125]]);
    expect(waits([status(503)], { random: () => 0.5 })).toEqual([['policy', 1.1]]);
  });

  it('never loops without a pause, and never waits longer than the interval for what is owed', () => {
    const kinds = fc.constantFrom<TryFailure>(refused, broken, status(503), status(404), failure('redirect'));
    const changes = fc.record({
      retryTotal: fc.nat(8),
      retryConnect: fc.nat(8),
      retryRead: fc.nat(8),
      backoffFactor: fc.double({ min: 0, max: 100, noNaN: true }),
      retryIntervalMs: fc.nat(100_000),
      random: fc.double({ min: 0, max: 0.999, noNaN: true }).map((value) => () => value),
    });
    fc.assert(
      fc.property(fc.array(kinds, { minLength: 1, maxLength: 60 }), changes, (failures, options) => {
        for (const [phase, seconds] of waits(failures, options)) {
          if (phase !== 'owed') continue;
          expect(seconds).toBeGreaterThan(0.1);
          expect(seconds).toBeLessThanOrEqual(Math.max(options.retryIntervalMs, 1_000) / 1_000);
        }
      }),
    );
  });

  it('stays finite through a month of failures', () => {
    expect(waits(times(2_000, refused), { retryTotal: 5_000, retryConnect: 5_000, backoffFactor: 0 }).at(-1)).toEqual([
      'policy',
      0,
    ]);
    expect(waits(times(2_000, refused)).at(-1)).toEqual(['owed', 60]);
  });
});
