import {
  buffer,
  connect,
  distinctUntilChanged,
  filter,
  NEVER,
  type Observable,
  type OperatorFunction,
  of,
  startWith,
  switchMap,
} from 'rxjs';
import { assertDuration } from './assert-duration.js';
import { coalesce } from './coalesce.js';

export interface SettleOptions {
  /** A batch ends after so long without a value; 0: each value is a batch of its own, at once. */
  readonly quietMs: number;
  /** A batch ends so long after its first value, however many come. */
  readonly maxWaitMs: number;
  /** While its latest value is `true` no batch ends; on the change to `false` it ends at once. @default never held */
  readonly hold$?: Observable<boolean>;
}

/**
 * Collects values into batches that end when it is quiet.
 *
 *     source   -a-b-----c-|       quietMs = 3
 *     result   ------x----(y|)    x: [a, b], y: [c]
 *
 *     source   -a---b---c-|       quietMs = 3
 *     hold     t-----f
 *     result   ------x----(y|)    x: [a, b], y: [c]
 *
 * No batch is empty. On completion of the source the rest is given, held or not. An error of the source or of `hold$`
 * passes at once, without the rest; a `hold$` that completes keeps its latest value. Unsubscribing drops the rest.
 *
 * @example
 * outcomes$.pipe(settle({ quietMs: 1_000, maxWaitMs: 10_000 })); // one notification for many files
 */
export function settle<T>(options: SettleOptions): OperatorFunction<T, T[]> {
  const { quietMs, maxWaitMs, hold$ = of(false) } = options;
  assertDuration('quietMs', quietMs);
  assertDuration('maxWaitMs', maxWaitMs);
  return connect((values$) => {
    const ends$: Observable<unknown> = quietMs === 0 ? values$ : values$.pipe(coalesce({ quietMs, maxWaitMs }));
    const releasedEnds$ = hold$.pipe(
      startWith(false),
      distinctUntilChanged(),
      switchMap((held) => (held ? NEVER : ends$.pipe(startWith(undefined)))),
    );
    return values$.pipe(
      buffer(releasedEnds$),
      filter((batch) => batch.length > 0),
    );
  });
}
