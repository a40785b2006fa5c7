import { asyncScheduler, type MonoTypeOperatorFunction, Observable, type Subscription } from 'rxjs';
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
 * Holds one timer while a value is withheld, and nothing else. By hand, since each change of each object passes here: on RxJS's
 * `debounce` even a value that is not withheld costs six objects and a subscription.
 */
export function coalesce<T>(options: CoalesceOptions): MonoTypeOperatorFunction<T> {
  const { quietMs, maxWaitMs, firstAtOnce = false } = options;
  assertDuration('quietMs', quietMs);
  assertDuration('maxWaitMs', maxWaitMs);
  return (source$) =>
    new Observable((subscriber) => {
      let atOnce = firstAtOnce;
      let withheld: { readonly value: T; readonly since: number } | undefined;
      let timer: Subscription | undefined;
      const give = (): void => {
        timer?.unsubscribe();
        timer = undefined;
        if (withheld !== undefined) {
          const { value } = withheld;
          withheld = undefined;
          subscriber.next(value);
        }
      };
      subscriber.add(() => timer?.unsubscribe());
      subscriber.add(
        source$.subscribe({
          next: (value) => {
            if (atOnce) {
              atOnce = false;
              subscriber.next(value);
              return;
            }
            const now = asyncScheduler.now();
            const since = withheld?.since ?? now;
            withheld = { value, since };
            timer?.unsubscribe();
            // The clock is the wall's, and may be set back meanwhile: without `abs` the wait would grow by as much.
            const restMs = Math.max(0, maxWaitMs - Math.abs(now - since));
            timer = asyncScheduler.schedule(give, Math.min(quietMs, restMs));
          },
          error: (error) => subscriber.error(error),
          complete: () => {
            give();
            subscriber.complete();
          },
        }),
      );
    });
}
