import {
  catchError,
  defer,
  EMPTY,
  ignoreElements,
  merge,
  mergeMap,
  type Observable,
  type OperatorFunction,
  of,
  repeat,
  Subject,
  take,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { MAX_TIMER_MS } from './assert-duration.js';
import { takeTurns } from './take-turns.js';

export interface LatestByKeyOptions<T, K, R> {
  /** Values of one key are handled one after the other. */
  readonly key: (value: T) => K;
  /** Handles a value: completes when that is done, errors when it failed. What it emits comes out. */
  readonly effect: (value: T) => Observable<R>;
  /** How long to wait before failure `attempt` (counted from 1, since the key last succeeded) is tried again; `undefined`: give up. @default gives up */
  readonly retry?: (error: unknown, attempt: number) => number | undefined;
  /** What a failure adds to the output. `retryInMs` is 0 where newer state is tried at once. @default nothing */
  readonly failed?: (error: unknown, value: T, attempt: number, retryInMs: number) => R | undefined;
  /** Takes the error of a value that is given up; what it returns is added to the output. @default forwards the error */
  readonly onGiveUp?: (error: unknown, value: T, attempt: number) => R | undefined;
  /** What is owed when a newer value meets one that waits or has failed. @default the newer one */
  readonly merge?: (waiting: T, newer: T) => T;
  /** Effects at work at a time, over all keys; waits do not count. @default Infinity */
  readonly concurrency?: number;
  /** Ends every wait at once, also the next wait of an effect that is at work. Errors are forwarded. @default never */
  readonly wake$?: Observable<unknown>;
}

/** A key that has something to do. Keys that have nothing have none. */
interface Lane<T> {
  /** What comes next: newer than what is at work, or what has failed. */
  owed: { readonly value: T } | undefined;
  attempt: number;
  /** How long to wait before what is owed, unless hurried. */
  waitMs: number;
  /** Newer state or a wake came since the last try began. */
  hurried: boolean;
  readonly hurry$: Subject<void>;
}

/**
 * Handles each key's newest value, one effect per key at a time.
 *
 *     source   -a-b-c------|      one key; an effect gives its value and completes after 5
 *     effects  -aaaaaccccc
 *     result   ------A----C|      b was replaced while it waited
 *
 *     source   -a------b-----|    the effect of a fails after 2, retry says 9; that of b succeeds after 2
 *     effects  -aa-----bb
 *     result   ----------B---|    newer state ends the wait
 *
 * A failed value waits as `retry` says; a newer one takes its place (or is merged into it by `merge`) and is tried at
 * once, and the count of attempts goes on. Completes when the source has and nothing is owed any more. An error of the
 * source, or of a value that is given up without `onGiveUp`, ends all effects; so does unsubscribing.
 *
 * @example
 * plans$.pipe(latestByKey({ key: (plan) => plan.target, effect: notify, retry: (_, attempt) => backoffMs(attempt, backoff) }));
 */
export function latestByKey<T, K, R>(options: LatestByKeyOptions<T, K, R>): OperatorFunction<T, R> {
  const { key, concurrency = Number.POSITIVE_INFINITY, wake$ = EMPTY, merge: newest = keepNewer } = options;
  if (!(concurrency >= 1)) {
    throw new RangeError(`Expected \`concurrency\` to be at least 1, got ${concurrency}.`);
  }
  return (source$) =>
    defer(() => {
      const lanes = new Map<K, Lane<T>>();
      const inTurn = takeTurns(concurrency);
      const done$ = new Subject<void>();

      const run = (laneKey: K, lane: Lane<T>): Observable<R> =>
        inTurn(defer(() => attempt(options, lane))).pipe(
          repeat({
            delay: () => {
              if (!lane.owed) {
                lanes.delete(laneKey);
                return EMPTY;
              }
              return lane.hurried ? of(undefined) : merge(timer(lane.waitMs), lane.hurry$).pipe(take(1));
            },
          }),
        );

      return merge(
        wake$.pipe(
          tap(() => {
            for (const lane of [...lanes.values()]) {
              hurry(lane);
            }
          }),
          ignoreElements(),
          takeUntil(done$),
        ),
        source$.pipe(
          mergeMap((value) => {
            const laneKey = key(value);
            const lane = lanes.get(laneKey);
            if (lane) {
              lane.owed = { value: lane.owed ? newest(lane.owed.value, value) : value };
              hurry(lane);
              return EMPTY;
            }
            const opened: Lane<T> = { owed: { value }, attempt: 0, waitMs: 0, hurried: false, hurry$: new Subject() };
            lanes.set(laneKey, opened);
            return run(laneKey, opened);
          }),
          tap({ complete: () => done$.next() }),
        ),
      );
    });
}

function keepNewer<T>(_: T, newer: T): T {
  return newer;
}

function hurry<T>(lane: Lane<T>): void {
  lane.hurried = true;
  lane.hurry$.next();
}

/** One try of what the lane owes. Errors only when it is given up and nobody takes the error. */
function attempt<T, K, R>(options: LatestByKeyOptions<T, K, R>, lane: Lane<T>): Observable<R> {
  const { value } = lane.owed as { readonly value: T };
  lane.owed = undefined;
  lane.hurried = false;
  return defer(() => options.effect(value)).pipe(
    tap({
      complete: () => {
        lane.attempt = 0;
      },
    }),
    catchError((error: unknown) => {
      lane.attempt += 1;
      const { attempt, owed } = lane;
      const waitMs = options.retry?.(error, attempt);
      if (waitMs === undefined) {
        lane.attempt = 0;
        return options.onGiveUp ? given(options.onGiveUp(error, value, attempt)) : throwError(() => error);
      }
      lane.owed = { value: owed ? (options.merge ?? keepNewer)(value, owed.value) : value };
      lane.waitMs = Math.min(waitMs, MAX_TIMER_MS);
      return given(options.failed?.(error, value, attempt, lane.hurried ? 0 : lane.waitMs));
    }),
  );
}

function given<R>(output: R | undefined): Observable<R> {
  return output === undefined ? EMPTY : of(output);
}
