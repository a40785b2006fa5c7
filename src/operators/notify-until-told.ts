import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  concat,
  defer,
  EMPTY,
  EmptyError,
  endWith,
  exhaustMap,
  filter,
  ignoreElements,
  map,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  of,
  repeat,
  take,
  takeUntil,
  takeWhile,
  tap,
  timer,
} from 'rxjs';
import type { HookOutput, Notification, NotificationOutcome, Sink } from '../model.js';
import type { NextTry, Tally } from './decide-owed-retry.js';
import { mergeNotifications } from './merge-notifications.js';

/** What is known of one try besides its notification. */
export interface Try {
  /** What it may take. */
  readonly timeoutMs: number;
  /** Counted from 1; from anew where a newer notification joined. */
  readonly attempt: number;
}

/** Why a try failed, as far as outcomes tell it; `decideRetry` may want to know more. */
export interface FailedTry {
  readonly op: 'failed';
  /** One sentence, as in `NotificationOutcome`. */
  readonly message: string;
  readonly status?: number | undefined;
}

/** How one try ended. */
export type TryEnd<Failure extends FailedTry> = { readonly op: 'told'; readonly status?: number } | Failure;

export interface NotifyUntilToldOptions<T extends Tally, Failure extends FailedTry, Line extends HookOutput> {
  /** What outcomes call it. */
  readonly target: string;
  /** One try: gives its end, before it perhaps what the target printed. What errors, or gives no end, has failed. */
  readonly send: (notification: Notification, tried: Try) => Observable<TryEnd<Failure> | Line>;
  /** A fault of ours as a failure. */
  readonly unexpected: (error: unknown) => Failure;
  readonly noFailures: T;
  readonly decideRetry: (before: T, failure: Failure) => NextTry<T>;
  /** For one try; with `once` for all of one notification. */
  readonly timeoutMs: number;
  /** A notification is given up, not owed: `METHOD=LIST`. */
  readonly once: boolean;
  /** With `once`: a failure that no further try would change. @default none */
  readonly isFinal?: (failure: Failure) => boolean;
  /** Gives a value when what made the try fail has changed, so that it is tried again at once. @default never */
  readonly mended?: (failure: Failure) => Observable<unknown>;
}

/** What nobody has heard yet. A new object for each notification that joins. */
interface Debt<T extends Tally> {
  readonly notification: Notification;
  readonly tally: T;
  /** When it is given up; counts with `once` only. */
  readonly deadlineMs: number;
}

/**
 * Tells one target that files changed, until it has heard.
 *
 *     notifications   a-----bc---------|
 *     tries           --x                   fails; the policy would wait longer than until b
 *                           --o             tells a and b
 *                             --o           tells c, which came meanwhile
 *     outcomes        --f-----t-t------|    f: failed, t: told
 *
 * Concurrency: one try at a time. Order: a notification that comes while another waits for its next try takes the changes of
 * that one over and is tried at once, by a fresh policy; one that comes while a try is under way follows its end. So
 * behind each notification there is a success that began after it, or there are tries without end. Where a try was
 * `blocked`, newer notifications wait, too, and are answered as failed at once, with the time that is left.
 *
 * Each notification gets an outcome that covers it, at least. With `once` it is given up (`retryInMs: undefined`) when the failure is
 * final, when the policy is spent, or after `timeoutMs` in all.
 *
 * Completes with the source, but not before what is owed was told or given up. An error of the source passes at once.
 * Unsubscribing ends the try.
 */
export function notifyUntilTold<T extends Tally, Failure extends FailedTry, Line extends HookOutput = never>(
  options: NotifyUntilToldOptions<T, Failure, Line>,
): Sink<Notification, NotificationOutcome | Line> {
  const { target, send, unexpected, noFailures, timeoutMs, once } = options;
  const { isFinal = () => false, mended = () => NEVER } = options;
  const named = { type: 'notification', target } as const;

  return (notifications$) =>
    defer(() => {
      const debt$ = new BehaviorSubject<Debt<T> | undefined>(undefined);

      const incur = (newer: Notification): void => {
        const notification = mergeNotifications(debt$.value?.notification, newer);
        debt$.next({ notification, tally: noFailures, deadlineMs: asyncScheduler.now() + timeoutMs });
      };

      /** One try to tell all that is owed, its outcome, and after a failure the wait. */
      const round = (debt: Debt<T>): Observable<NotificationOutcome | Line> => {
        debt$.next(undefined);
        const leftMs = once ? Math.max(1, debt.deadlineMs - asyncScheduler.now()) : timeoutMs;
        const attempt = debt.tally.failures + 1;
        return defer(() => send(debt.notification, { timeoutMs: leftMs, attempt })).pipe(
          endWith(undefined),
          takeWhile((said) => said !== undefined && !('op' in said), true),
          map((said) => said ?? unexpected(new EmptyError())),
          catchError((error: unknown) => of(unexpected(error))),
          mergeMap((said) => {
            if (!('op' in said)) return of(said);
            if (said.op === 'failed') return afterFailure(debt, said);
            const told = { ...named, op: 'told' as const, covers: debt.notification.covers, tries: attempt };
            return of(said.status === undefined ? told : { ...told, status: said.status });
          }),
        );
      };

      /** Puts the debt back, joined with what came while the try was under way, unless it is given up; then the wait. */
      const afterFailure = (tried: Debt<T>, failure: Failure): Observable<NotificationOutcome> => {
        const newer = debt$.value;
        const { tally, phase, waitMs } = options.decideRetry(tried.tally, failure);
        const untilMs = asyncScheduler.now() + waitMs;
        const failed = ({ covers }: Notification, retryInMs: number | undefined): NotificationOutcome => {
          const { status, message } = failure;
          return { ...named, op: 'failed', covers, tries: tally.failures, status, message, retryInMs };
        };
        const debt: Debt<T> =
          newer === undefined
            ? { ...tried, tally }
            : { ...newer, notification: mergeNotifications(tried.notification, newer.notification) };
        const isSpent = newer === undefined && (phase !== 'policy' || isFinal(failure) || untilMs >= tried.deadlineMs);
        if (once && (phase === 'blocked' || isSpent)) {
          debt$.next(undefined);
          return of(failed(debt.notification, undefined));
        }
        debt$.next(debt);
        // A BehaviorSubject, so that what came from whoever read the outcome counts as well.
        const newer$ = debt$.pipe(filter((current) => current !== debt));
        const waited$ = merge(timer(waitMs), mended(failure));
        if (phase === 'blocked') {
          const held$ = newer$.pipe(
            map((current) => failed((current ?? debt).notification, untilMs - asyncScheduler.now())),
            takeUntil(waited$),
          );
          return concat(of(failed(debt.notification, waitMs)), held$);
        }
        if (newer !== undefined) return of(failed(tried.notification, 0));
        return concat(of(failed(debt.notification, waitMs)), merge(waited$, newer$).pipe(take(1), ignoreElements()));
      };

      const settleAll$ = defer(() => (debt$.value === undefined ? EMPTY : round(debt$.value))).pipe(
        repeat({ delay: () => (debt$.value === undefined ? EMPTY : of(undefined)) }),
      );

      // `exhaustMap` drops only the call for a further round: the debt has the notification, and the running round comes to it.
      return notifications$.pipe(
        tap(incur),
        exhaustMap(() => settleAll$),
      );
    });
}
