import { asyncScheduler, debounce, defer, type MonoTypeOperatorFunction, of, tap, timer } from 'rxjs';
import { assertDuration } from './assert-duration.js';

export interface CoalesceOptions {
  /** So long must nothing come before the newest value is given. */
  readonly quietMs: number;
  /** No value is withheld longer, however many come. */
  readonly maxWaitMs: number;
  /** The first value is not withheld. @default false */
  readonly firstAtOnce?: boolean;
}

/**
 * RxJS's `debounceTime` with a maximum wait: withholds values until it is quiet, then gives the newest.
 *
 *     source   -a-b-c-d-e-f-|     quietMs = 3, maxWaitMs = 6
 *     result   -------d-----(f|)
 *
 * After an emission both times begin anew. What is withheld at completion is given at once; an error passes without it.
 * Holds one timer while a value is withheld, and nothing else.
 */
export function coalesce<T>(options: CoalesceOptions): MonoTypeOperatorFunction<T> {
  const { quietMs, maxWaitMs, firstAtOnce = false } = options;
  assertDuration('quietMs', quietMs);
  assertDuration('maxWaitMs', maxWaitMs);
  return (source$) =>
    defer(() => {
      let atOnce = firstAtOnce;
      let since: number | undefined;
      const wait = () => {
        const now = asyncScheduler.now();
        since ??= now;
        // The clock is the wall's, and may be set back meanwhile: without `abs` the wait would grow by as much.
        const restMs = Math.max(0, maxWaitMs - Math.abs(now - since));
        return timer(Math.min(quietMs, restMs)).pipe(
          tap(() => {
            since = undefined;
          }),
        );
      };
      return source$.pipe(
        debounce(() => {
          if (!atOnce) {
            return wait();
          }
          atOnce = false;
          return of(undefined);
        }),
      );
    });
}
