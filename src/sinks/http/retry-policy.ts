import type { TryFailure } from './try-result.js';

/** The part of a target that says how often and when to try again. */
export interface RetryPolicy {
  readonly retryTotal: number;
  readonly retryConnect: number;
  readonly retryRead: number;
  /** Seconds. */
  readonly backoffFactor: number;
  readonly retryIntervalMs: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** The failures of one notification so far, as numbers: a target may be down for a month. */
export interface RetryTally {
  readonly failures: number;
  readonly connect: number;
  readonly read: number;
  /** Failures that the policy did not answer. Once there is one, the policy is spent. */
  readonly owed: number;
}

export const NO_FAILURES: RetryTally = { failures: 0, connect: 0, read: 0, owed: 0 };

export interface RetryDecision {
  readonly tally: RetryTally;
  /**
   * `policy`: one of the retries that `REQ_RETRY_*` grant. `owed`: they are spent, or there are none for such a failure.
   * `blocked`: refused credentials; nothing but new ones shortens the wait, a newer notification neither.
   */
  readonly phase: 'policy' | 'owed' | 'blocked';
  readonly waitMs: number;
}

/** Where the established tool's waits end. Also what a target's own `Retry-After` is held to. */
const MAX_POLICY_WAIT_MS = 120_000;

/** Grafana locks an account after five failed logins in five minutes; with one in 15 the count never reaches two. */
const BLOCKED_WAIT_MS = 15 * 60_000;

/** An interval of zero would be a loop without a pause. */
const MIN_INTERVAL_MS = 1_000;

/** So that the waits of what is owed reach the interval in three doublings, and a 404 of an application that starts is not final. */
const FIRST_OWED_PART = 1 / 8;

/** Keeps 2^n finite, which a factor of 0 would otherwise turn into NaN. */
const MAX_DOUBLINGS = 40;

/**
 * Counts a failure in and says how long to wait before the next try.
 *
 * Retry n of the policy waits factor · 2^(n-1) seconds, 120 at most, or what the target asks for with `Retry-After`. What is
 * owed goes on with the same doubling but not below an eighth of the interval, up to the interval, less a tenth at random, so
 * that the sidecars of many pods that lost one target do not come back together.
 */
export function decideRetry(before: RetryTally, failure: TryFailure, policy: RetryPolicy): RetryDecision {
  const counted = countIn(before, failure);
  if (failure.kind === 'auth')
    return { tally: { ...counted, owed: counted.owed + 1 }, phase: 'blocked', waitMs: BLOCKED_WAIT_MS };
  const backoffMs = policy.backoffFactor * 1_000 * doublings(counted.failures - 1);
  if (before.owed === 0 && isGranted(counted, failure, policy)) {
    const waitMs = Math.min(failure.retryAfterMs ?? backoffMs, MAX_POLICY_WAIT_MS);
    return { tally: counted, phase: 'policy', waitMs };
  }
  const tally = { ...counted, owed: counted.owed + 1 };
  const intervalMs = Math.max(policy.retryIntervalMs, MIN_INTERVAL_MS);
  const firstMs = intervalMs * FIRST_OWED_PART * doublings(tally.owed - 1);
  const longestMs = Math.min(Math.max(firstMs, backoffMs, failure.retryAfterMs ?? 0), intervalMs);
  return { tally, phase: 'owed', waitMs: longestMs * (1 - policy.random() / 10) };
}

function countIn(tally: RetryTally, { kind }: TryFailure): RetryTally {
  return {
    failures: tally.failures + 1,
    connect: tally.connect + (kind === 'connect' ? 1 : 0),
    read: tally.read + (kind === 'read' ? 1 : 0),
    owed: tally.owed,
  };
}

/** Whether `REQ_RETRY_*` grant a retry of the failure just counted in. */
function isGranted(tally: RetryTally, failure: TryFailure, policy: RetryPolicy): boolean {
  if (tally.failures > policy.retryTotal) return false;
  if (failure.kind === 'connect') return tally.connect <= policy.retryConnect;
  if (failure.kind === 'read') return tally.read <= policy.retryRead;
  return failure.kind === 'status' && isPassing(failure);
}

/** Answers that speak of the moment, not of the request; 413 and 429 only where the server says when to come again. */
function isPassing({ status, retryAfterMs, passing }: TryFailure): boolean {
  if (passing) return true;
  if (status === 413 || status === 429) return retryAfterMs !== undefined;
  return status === 500 || status === 502 || status === 503 || status === 504;
}

function doublings(count: number): number {
  return 2 ** Math.min(count, MAX_DOUBLINGS);
}
