import type { UrlAnswer } from '../request/url-answer.js';

/** `REQ_RETRY_*`, for `.url` keys as for the request. */
export interface UrlRetryOptions {
  readonly retryTotal: number;
  readonly retryConnect: number;
  readonly retryRead: number;
  /** Seconds. */
  readonly backoffFactor: number;
  /** In [0, 1). @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** What went wrong since a URL last gave content, as numbers: a host may be down for a month. */
export interface UrlTally {
  readonly failures: number;
  readonly connect: number;
  readonly read: number;
  /** Failures that the policy did not answer. Once there is one, the policy is spent. */
  readonly owed: number;
  readonly refusals: number;
}

export const NO_URL_FAILURES: UrlTally = { failures: 0, connect: 0, read: 0, owed: 0, refusals: 0 };

export interface UrlRetry {
  readonly tally: UrlTally;
  /** One of the retries that the policy grants: soon, so worth waiting for. */
  readonly soon: boolean;
  readonly waitMs: number;
}

export type UrlFault = Extract<UrlAnswer, { op: 'failed' | 'refused' }>;

/** Where the established tool's waits end. Also what a server's own `Retry-After` is held to. */
const MAX_POLICY_WAIT_MS = 120_000;
/** Once the policy is spent: at most each minute (design.md §6), after 7.5, 15 and 30 seconds. */
const OWED_WAIT_MS = 60_000;
/** A refusal may have cost a whole answer; it ends when somebody mends the host or the address that its name stands for. */
const MAX_REFUSED_WAIT_MS = 600_000;
/** Grafana locks an account after five failed logins in five minutes; as for the request. */
const AUTH_WAIT_MS = 15 * 60_000;
/** Keeps 2^n finite, which a factor of 0 would otherwise turn into NaN. */
const MAX_DOUBLINGS = 40;

/** Counts a fault in and says how long to wait before the URL is asked again. */
export function urlRetry(before: UrlTally, fault: UrlFault, options: UrlRetryOptions): UrlRetry {
  const jitter = 1 - (options.random ?? Math.random)() / 10;
  if (fault.op === 'refused') {
    const tally = { ...before, refusals: before.refusals + 1 };
    const waitMs = Math.min(OWED_WAIT_MS * doublings(before.refusals), MAX_REFUSED_WAIT_MS);
    return { tally, soon: false, waitMs: waitMs * jitter };
  }
  const tally = {
    ...before,
    failures: before.failures + 1,
    connect: before.connect + (fault.kind === 'connect' ? 1 : 0),
    read: before.read + (fault.kind === 'read' ? 1 : 0),
  };
  const askedMs = fault.retryAfterMs;
  if (before.owed === 0 && isGranted(tally, fault, options)) {
    const backoffMs = options.backoffFactor * 1_000 * doublings(before.failures);
    return { tally, soon: true, waitMs: Math.min(askedMs ?? backoffMs, MAX_POLICY_WAIT_MS) };
  }
  const owed = { ...tally, owed: before.owed + 1 };
  if (fault.kind === 'auth') return { tally: owed, soon: false, waitMs: AUTH_WAIT_MS * jitter };
  const waitMs = Math.max((OWED_WAIT_MS / 8) * doublings(before.owed), askedMs ?? 0);
  return { tally: owed, soon: false, waitMs: Math.min(waitMs, OWED_WAIT_MS) * jitter };
}

function isGranted(tally: UrlTally, fault: Extract<UrlFault, { op: 'failed' }>, options: UrlRetryOptions): boolean {
  if (tally.failures > options.retryTotal) return false;
  if (fault.kind === 'connect') return tally.connect <= options.retryConnect;
  if (fault.kind === 'read') return tally.read <= options.retryRead;
  return fault.kind === 'status' && isPassing(fault);
}

/** Statuses that speak of the moment, not of the request; 429 only where the server says when to come again. */
function isPassing({ status = 0, retryAfterMs }: Extract<UrlFault, { op: 'failed' }>): boolean {
  if (status === 429) return retryAfterMs !== undefined;
  return status === 500 || status === 502 || status === 503 || status === 504;
}

function doublings(count: number): number {
  return 2 ** Math.min(count, MAX_DOUBLINGS);
}
