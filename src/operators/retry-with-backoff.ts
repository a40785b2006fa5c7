import { asyncScheduler, defer, type MonoTypeOperatorFunction, retry, throwError, timer } from 'rxjs';
import { assertDuration, MAX_TIMER_MS } from './assert-duration.js';
import { type BackoffOptions, backoffMs, DEFAULT_BACKOFF } from './backoff.js';

export interface RetryWithBackoffOptions {
  /** How long to wait after failure `attempt`, counted from 1; `undefined`: give up. @default 800 ms, doubled, 30 s at most */
  readonly backoff?: BackoffOptions | ((attempt: number, error: unknown) => number | undefined);
  /** Errors for which this returns `false` pass straight through. @default () => true */
  readonly retryable?: (error: unknown) => boolean;
  /** A subscription that lived this long is healthy again. @default 120_000 (client-go's reflector) */
  readonly resetAfterMs?: number;
  /** What the server asked for (`Retry-After`); the larger of it and the backoff counts. @default () => undefined */
  readonly retryAfterMs?: (error: unknown) => number | undefined;
  /** Called before each wait. */
  readonly onRetry?: (error: unknown, attempt: number, waitMs: number) => void;
}

/** A server's wish is followed no further: a wrong header must not silence us for a day. */
const RETRY_AFTER_MAX_MS = 300_000;

/**
 * Resubscribes to a failed source after the wait that `backoff` gives.
 *
 *     source   -a-#  -b-|      the first subscription fails, the second completes
 *     wait        ---|         backoff(1) = 3
 *     result   -a-----b-|
 *
 * Values are never replayed or dropped. Attempts are counted anew once a subscription has lived for `resetAfterMs`, not
 * at its first value: a server that accepts and drops would otherwise never be waited for. When `backoff` gives up, the
 * last error is forwarded unchanged. Completes with the source; unsubscribing ends the wait.
 *
 * @example
 * list$.pipe(retryWithBackoff({ retryAfterMs: (error) => (error as SourceError).retryAfterMs }));
 */
export function retryWithBackoff<T>(options: RetryWithBackoffOptions = {}): MonoTypeOperatorFunction<T> {
  const { backoff = DEFAULT_BACKOFF, retryable = () => true, resetAfterMs = 120_000, retryAfterMs, onRetry } = options;
  assertDuration('resetAfterMs', resetAfterMs);
  if (typeof backoff !== 'function') {
    assertDuration('backoff.baseMs', backoff.baseMs);
    assertDuration('backoff.maxMs', backoff.maxMs);
  }
  const backoffFor = typeof backoff === 'function' ? backoff : (attempt: number) => backoffMs(attempt, backoff);
  return (source$) =>
    defer(() => {
      let attempt = 0;
      let subscribedAt = 0;
      return defer(() => {
        subscribedAt = asyncScheduler.now();
        return source$;
      }).pipe(
        retry({
          delay: (error: unknown) => {
            attempt = asyncScheduler.now() - subscribedAt >= resetAfterMs ? 1 : attempt + 1;
            const ownMs = retryable(error) ? backoffFor(attempt, error) : undefined;
            if (ownMs === undefined) {
              return throwError(() => error);
            }
            const askedMs = Math.min(retryAfterMs?.(error) || 0, RETRY_AFTER_MAX_MS);
            const waitMs = Math.min(Math.max(ownMs, askedMs), MAX_TIMER_MS);
            onRetry?.(error, attempt, waitMs);
            return timer(waitMs);
          },
        }),
      );
    });
}
