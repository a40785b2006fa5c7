import { type MonoTypeOperatorFunction, Observable, type Subscription, timer } from 'rxjs';
import { SourceError } from '../model.js';

/**
 * Errors with a `silent` `SourceError` when nothing came for `limitMs()`, asked anew after each value.
 *
 *     source   -a-b---------
 *     limit         ------      3 before the first value, 6 after it
 *     result   -a-b------#
 *
 * A connection whose other end vanished says nothing for hours: TCP tells only him who sends.
 */
export function failWhenSilent<T>(limitMs: () => number, what: string): MonoTypeOperatorFunction<T> {
  return (source$) =>
    new Observable((subscriber) => {
      let watchdog: Subscription | undefined;
      const arm = (): void => {
        watchdog?.unsubscribe();
        const waitMs = limitMs();
        watchdog = timer(waitMs).subscribe(() =>
          subscriber.error(new SourceError('silent', `Nothing came from ${what} for ${waitMs / 1000} s.`)),
        );
      };
      subscriber.add(() => watchdog?.unsubscribe());
      arm();
      subscriber.add(
        source$.subscribe({
          next: (value) => {
            subscriber.next(value);
            if (!subscriber.closed) {
              arm();
            }
          },
          error: (error) => subscriber.error(error),
          complete: () => subscriber.complete(),
        }),
      );
    });
}
