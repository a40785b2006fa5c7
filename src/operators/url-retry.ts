import type { UrlAnswer } from '../request/url-answer.js';
import {
  countFailure,
  doublings,
  grantedWaitMs,
  NO_REQUEST_FAILURES,
  owedWaitMs,
  type RequestRetryOptions,
  type RequestTally,
} from './request-retry.js';

/** `REQ_RETRY_*`, for `.url` keys as for the request. */
export interface UrlRetryOptions extends RequestRetryOptions {
  /** In [0, 1). @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** What went wrong since a URL last gave content. */
export interface UrlTally extends RequestTally {
  readonly refusals: number;
}

export const NO_URL_FAILURES: UrlTally = { ...NO_REQUEST_FAILURES, refusals: 0 };

export interface UrlRetry {
  readonly tally: UrlTally;
  /** One of the retries that the policy grants: soon, so worth waiting for. */
  readonly soon: boolean;
  readonly waitMs: number;
}

export type UrlFault = Extract<UrlAnswer, { op: 'failed' | 'refused' }>;

/** Once the policy is spent: at most each minute (design.md §6), after 7.5, 15 and 30 seconds. */
const OWED_WAIT_MS = 60_000;
/** A refusal may have cost a whole answer; it ends when somebody mends the host or the address that its name stands for. */
const MAX_REFUSED_WAIT_MS = 600_000;
/** Grafana locks an account after five failed logins in five minutes; as for the request. */
const AUTH_WAIT_MS = 15 * 60_000;

/** Counts a fault in and says how long to wait before the URL is asked again. */
export function urlRetry(before: UrlTally, fault: UrlFault, options: UrlRetryOptions): UrlRetry {
  const jitter = 1 - (options.random ?? Math.random)() / 10;
  if (fault.op === 'refused') {
    const tally = { ...before, refusals: before.refusals + 1 };
    const waitMs = Math.min(OWED_WAIT_MS * doublings(before.refusals), MAX_REFUSED_WAIT_MS);
    return { tally, soon: false, waitMs: waitMs * jitter };
  }
  const tally = countFailure(before, fault);
  const grantedMs = grantedWaitMs(tally, fault, options);
  if (grantedMs !== undefined) return { tally, soon: true, waitMs: grantedMs };
  const owed = { ...tally, owed: tally.owed + 1 };
  if (fault.kind === 'auth') return { tally: owed, soon: false, waitMs: AUTH_WAIT_MS * jitter };
  const waitMs = Math.max(owedWaitMs(before.owed, OWED_WAIT_MS), fault.retryAfterMs ?? 0);
  return { tally: owed, soon: false, waitMs: Math.min(waitMs, OWED_WAIT_MS) * jitter };
}
