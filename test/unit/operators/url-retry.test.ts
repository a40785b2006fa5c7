import { describe, expect, it } from 'vitest';
import { NO_URL_FAILURES, type UrlFault, urlRetry } from '../../../src/operators/url-retry.js';

const policy = { retryTotal: 5, retryConnect: 10, retryRead: 5, backoffFactor: 1.1, random: () => 0 };
const waits = (fault: UrlFault, count: number, change: Partial<typeof policy> = {}): number[] => {
  let tally = NO_URL_FAILURES;
  return Array.from({ length: count }, () => {
    const retry = urlRetry(tally, fault, { ...policy, ...change });
    tally = retry.tally;
    return Math.round(retry.waitMs) * (retry.soon ? 1 : -1);
  });
};
const failed = (kind: 'connect' | 'read' | 'status' | 'auth' | 'setup', more = {}): UrlFault => ({
  op: 'failed',
  kind,
  reason: 'x',
  ...more,
});

/** Retries of the policy are positive, others negative. */
describe('the wait after a failed fetch', () => {
  it('is that of the policy, then grows to a minute, and never ends', () => {
    const expected = [1_100, 2_200, 4_400, 8_800, 17_600, -7_500, -15_000, -30_000, -60_000, -60_000];
    expect(waits(failed('connect'), 10)).toEqual(expected);
    expect(waits(failed('read'), 10)).toEqual(expected);
    expect(waits(failed('status', { status: 503 }), 10)).toEqual(expected);
    expect(waits(failed('connect'), 60).at(-1)).toBe(-60_000);
  });

  it('counts connections and answers each for itself, and both in all', () => {
    expect(waits(failed('connect'), 3, { retryConnect: 1 })).toEqual([1_100, -7_500, -15_000]);
    expect(waits(failed('read'), 3, { retryRead: 1 })).toEqual([1_100, -7_500, -15_000]);
    expect(waits(failed('connect'), 2, { retryTotal: 0 })).toEqual([-7_500, -15_000]);
    expect(waits(failed('connect'), 2, { backoffFactor: 0 })).toEqual([0, 0]);
    expect(waits(failed('read'), 9, { backoffFactor: 100, retryTotal: 9, retryRead: 9 })[8]).toBe(120_000);
  });

  it.each([
    ['404', failed('status', { status: 404 })],
    ['429 that names no time', failed('status', { status: 429 })],
    ['a file of ours', failed('setup')],
  ])('is not that of the policy for %s', (_, fault) => {
    expect(waits(fault, 2)).toEqual([-7_500, -15_000]);
  });

  it('is what the server asks for, within limits', () => {
    expect(waits(failed('status', { status: 429, retryAfterMs: 7_000 }), 1)).toEqual([7_000]);
    expect(waits(failed('status', { status: 503, retryAfterMs: 9e9 }), 1)).toEqual([120_000]);
    expect(waits(failed('status', { status: 404, retryAfterMs: 9e9 }), 1)).toEqual([-60_000]);
    expect(waits(failed('status', { status: 404, retryAfterMs: 10_000 }), 1)).toEqual([-10_000]);
  });

  it('is a quarter of an hour where credentials were refused: an account is locked after a few', () => {
    expect(waits(failed('auth'), 2)).toEqual([-900_000, -900_000]);
  });

  it('after a refusal grows from a minute to ten', () => {
    const refused: UrlFault = { op: 'refused', reason: 'x', final: false };
    expect(waits(refused, 6)).toEqual([-60_000, -120_000, -240_000, -480_000, -600_000, -600_000]);
  });

  it('is shorter by up to a tenth once the policy is spent', () => {
    expect(waits(failed('setup'), 1, { random: () => 0.999_999 })).toEqual([-6_750]);
    expect(waits(failed('connect'), 1, { random: () => 0.999_999 })).toEqual([1_100]);
    expect(urlRetry(NO_URL_FAILURES, failed('setup'), { ...policy, random: undefined }).waitMs).toBeLessThanOrEqual(
      7_500,
    );
  });
});
