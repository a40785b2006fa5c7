import { assertDuration } from '../operators/assert-duration.js';
import type { BackoffOptions } from '../operators/backoff.js';

/** What all sources that read an API have in common. */
export interface SourceOptions {
  /** The shortest wait after a failure; doubled with each further one, with jitter. @default 800 (client-go's reflector) */
  readonly errorBaseMs?: number;
  /** The longest wait after a failure; a `Retry-After` may be longer. @default 30_000 (client-go's reflector) */
  readonly errorMaxMs?: number;
  /** In [0, 1), for the jitter. @default Math.random */
  readonly random?: () => number;
  /**
   * A stream that stood this long was healthy: the next failure counts as the first. Short, since connections are cut in
   * practice again and again and must be resumed quickly; a server that accepts and drops at once stays below it.
   * @default 500
   */
  readonly healthyAfterMs?: number;
  /** Objects in one page of a list. @default 100 (9 to 17 MiB less than 500 in the load test) */
  readonly pageSize?: number;
  /** Longest silence while an answer begins, and within a page. @default 60_000 (the API server's own limit of a list) */
  readonly listSilenceMs?: number;
  /** A longer page is refused. @default 256 MiB: 100 objects of 1 MiB, escaped */
  readonly maxPageBytes?: number;
}

export interface SourceLimits {
  readonly backoff: BackoffOptions;
  readonly healthyAfterMs: number;
  readonly pageSize: number;
  readonly listSilenceMs: number;
  readonly maxPageBytes: number;
}

/** What a promise of the next sign of life has beyond the limit itself: for a busy process. */
export const PROMISE_MARGIN_MS = 5_000;

/** Bytes that go on coming are said to be a sign of life this often. */
export const HEARTBEAT_MS = 5_000;

/** The options with their defaults. Throws a `RangeError` when one cannot be waited for. */
export function sourceLimits(options: SourceOptions): SourceLimits {
  const { errorBaseMs = 800, errorMaxMs = 30_000, random = Math.random, healthyAfterMs = 500 } = options;
  const { pageSize = 100, listSilenceMs = 60_000, maxPageBytes = 256 * 1024 * 1024 } = options;
  for (const [name, value] of Object.entries({ errorBaseMs, errorMaxMs, healthyAfterMs, listSilenceMs })) {
    assertDuration(name, value);
  }
  if (!Number.isInteger(pageSize) || pageSize < 1) {
    throw new RangeError(`Expected \`pageSize\` to be a whole number from 1, got ${pageSize}.`);
  }
  return {
    backoff: { baseMs: errorBaseMs, maxMs: errorMaxMs, random },
    healthyAfterMs,
    pageSize,
    listSilenceMs,
    maxPageBytes,
  };
}
