import { MIN_OWED_INTERVAL_MS, type NextTry } from '../../operators/decide-owed-retry.js';
import {
  countFailure,
  grantedWaitMs,
  NO_REQUEST_FAILURES,
  owedWaitMs,
  policyWaitMs,
  type RequestRetryOptions,
  type RequestTally,
} from '../../operators/request-retry.js';
import type { TryFailure } from './try-result.js';

/** The part of a target that says how often and when to try again. */
export interface RetryPolicy extends RequestRetryOptions {
  readonly retryIntervalMs: number;
  /** In [0, 1). */
  readonly random: () => number;
}

/** The failures of one notification so far. */
export type RetryTally = RequestTally;

export const NO_FAILURES: RetryTally = NO_REQUEST_FAILURES;

/** Grafana locks an account after five failed logins in five minutes; with one in 15 the count never reaches two. */
const BLOCKED_WAIT_MS = 15 * 60_000;

/**
 * Counts a failure in and says how long to wait before the next try.
 *
 * Retry n of the policy waits factor · 2^(n-1) seconds, 120 at most, or what the target asks for with `Retry-After`. What is
 * owed goes on with the same doubling but not below an eighth of the interval, up to the interval, less a tenth at random, so
 * that the sidecars of many pods that lost one target do not come back together. Refused credentials (`blocked`) wait for new ones.
 */
export function decideRetry(before: RetryTally, failure: TryFailure, policy: RetryPolicy): NextTry<RetryTally> {
  const counted = countFailure(before, failure);
  const tally = { ...counted, owed: counted.owed + 1 };
  if (failure.kind === 'auth') return { tally, phase: 'blocked', waitMs: BLOCKED_WAIT_MS };
  const grantedMs = grantedWaitMs(counted, failure, policy);
  if (grantedMs !== undefined) return { tally: counted, phase: 'policy', waitMs: grantedMs };
  const intervalMs = Math.max(policy.retryIntervalMs, MIN_OWED_INTERVAL_MS);
  const longestMs = Math.max(
    owedWaitMs(before.owed, intervalMs),
    policyWaitMs(counted, policy),
    failure.retryAfterMs ?? 0,
  );
  return { tally, phase: 'owed', waitMs: Math.min(longestMs, intervalMs) * (1 - policy.random() / 10) };
}
