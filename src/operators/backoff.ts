/** How long to wait before a further try. All in milliseconds. */
export interface BackoffOptions {
  /** The lower end of the first wait. */
  readonly baseMs: number;
  /** No wait is longer, jitter included. */
  readonly maxMs: number;
  /** In [0, 1). @default Math.random */
  readonly random?: () => number;
}

/** What client-go's reflector waits between lists: 800 ms, doubled, 30 s at most. */
export const DEFAULT_BACKOFF: BackoffOptions = { baseMs: 800, maxMs: 30_000 };

/**
 * The wait before try `attempt` + 1: base · 2^(attempt-1), made longer by a random part of itself (as client-go does,
 * factor 1.0), so that many clients that lost one server do not come back together. Never above `maxMs`.
 *
 * `attempt` counts failures from 1. The exponent stops at 2^1000, so no count overflows into `Infinity · 0 = NaN`.
 */
export function backoffMs(attempt: number, options: BackoffOptions): number {
  const { baseMs, maxMs, random = Math.random } = options;
  const doublings = Math.min(Math.max(attempt - 1, 0), 1_000);
  const waitMs = baseMs * 2 ** doublings;
  return Math.min(waitMs * (1 + random()), maxMs);
}
