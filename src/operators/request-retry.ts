/** `REQ_RETRY_*`: the established policy, for the request and for `.url` keys alike. */
export interface RequestRetryOptions {
  /** Retries in all; caps the other two. */
  readonly retryTotal: number;
  readonly retryConnect: number;
  readonly retryRead: number;
  /** Seconds. */
  readonly backoffFactor: number;
}

/** Failures in a row, as numbers: a host may be down for a month. */
export interface RequestTally {
  readonly failures: number;
  readonly connect: number;
  readonly read: number;
  /** Failures that the policy did not answer. Once there is one, the policy is spent. */
  readonly owed: number;
}

export const NO_REQUEST_FAILURES: RequestTally = { failures: 0, connect: 0, read: 0, owed: 0 };

/** What of a failure decides about the next try. */
export interface RequestFailure {
  readonly kind: string;
  readonly status?: number | undefined;
  readonly retryAfterMs?: number | undefined;
  /** The answer says that it speaks of the moment, whatever its status. */
  readonly passing?: boolean | undefined;
}

/** Where the established tool's waits end. Also what a server's own `Retry-After` is held to. */
const MAX_POLICY_WAIT_MS = 120_000;

/** So that the waits of what is owed reach the interval in three doublings, and a 404 of an application that starts is not final. */
const FIRST_OWED_PART = 1 / 8;

/** Keeps 2^n finite, which a factor of 0 would otherwise turn into NaN. */
const MAX_DOUBLINGS = 40;

export function countFailure<T extends RequestTally>(tally: T, { kind }: RequestFailure): T {
  return {
    ...tally,
    failures: tally.failures + 1,
    connect: tally.connect + (kind === 'connect' ? 1 : 0),
    read: tally.read + (kind === 'read' ? 1 : 0),
  };
}

/** The wait before the retry that the policy grants after the failure that `tally` counts last; `undefined`: it grants none. */
export function grantedWaitMs(
  tally: RequestTally,
  failure: RequestFailure,
  options: RequestRetryOptions,
): number | undefined {
  if (tally.owed > 0 || !isGranted(tally, failure, options)) return undefined;
  return Math.min(failure.retryAfterMs ?? policyWaitMs(tally, options), MAX_POLICY_WAIT_MS);
}

/** Retry n waits factor · 2^(n-1) seconds. */
export function policyWaitMs({ failures }: RequestTally, { backoffFactor }: RequestRetryOptions): number {
  return backoffFactor * 1_000 * doublings(failures - 1);
}

/** The wait before try `owed + 1` of what is owed: an eighth of the interval, doubled up to it. */
export function owedWaitMs(owed: number, intervalMs: number): number {
  return Math.min(intervalMs * FIRST_OWED_PART * doublings(owed), intervalMs);
}

export function doublings(count: number): number {
  return 2 ** Math.min(count, MAX_DOUBLINGS);
}

function isGranted(tally: RequestTally, failure: RequestFailure, options: RequestRetryOptions): boolean {
  if (tally.failures > options.retryTotal) return false;
  if (failure.kind === 'connect') return tally.connect <= options.retryConnect;
  if (failure.kind === 'read') return tally.read <= options.retryRead;
  return failure.kind === 'status' && isPassing(failure);
}

/** Answers that speak of the moment, not of the request; 413 and 429 only where the server says when to come again. */
function isPassing({ status, retryAfterMs, passing }: RequestFailure): boolean {
  if (passing) return true;
  if (status === 413 || status === 429) return retryAfterMs !== undefined;
  return status === 500 || status === 502 || status === 503 || status === 504;
}
