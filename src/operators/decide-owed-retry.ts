import { owedWaitMs } from './request-retry.js';

/** The failures of one notification so far, as numbers: a target may be down for a month. */
export interface Tally {
  readonly failures: number;
}

export const NO_FAILURES: Tally = { failures: 0 };

/** What follows a failed try. */
export interface NextTry<T extends Tally = Tally> {
  /** The failure counted in. */
  readonly tally: T;
  /**
   * `policy`: there is a next try with `once`, too. `owed`: not with `once`. `blocked`: neither, and else nothing but what was
   * mended shortens the wait, a newer notification neither.
   */
  readonly phase: 'policy' | 'owed' | 'blocked';
  readonly waitMs: number;
}

export interface OwedRetryOptions {
  /** The longest wait. @default 60_000 */
  readonly intervalMs?: number | undefined;
  /** In [0, 1). @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** An interval of zero would be a loop without a pause. */
export const MIN_OWED_INTERVAL_MS = 1_000;

/**
 * The policy of hooks without `REQ_RETRY_*`: what failed is owed at once. The waits begin at an eighth of the interval and double
 * up to it, less a tenth at random, so that the sidecars of many pods do not come back together. The request's waits for
 * what is owed are the same.
 */
export function decideOwedRetry(before: Tally, options: OwedRetryOptions = {}): NextTry {
  const { random = Math.random } = options;
  const intervalMs = Math.max(options.intervalMs ?? 60_000, MIN_OWED_INTERVAL_MS);
  const waitMs = owedWaitMs(before.failures, intervalMs);
  return { tally: { failures: before.failures + 1 }, phase: 'owed', waitMs: waitMs * (1 - random() / 10) };
}
