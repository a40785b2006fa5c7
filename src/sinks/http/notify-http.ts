import {
  asyncScheduler,
  BehaviorSubject,
  catchError,
  concat,
  defer,
  EMPTY,
  exhaustMap,
  filter,
  first,
  ignoreElements,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  of,
  repeat,
  take,
  tap,
  timer,
} from 'rxjs';
import type { Notification, NotificationOutcome, Sink } from '../../model.js';
import { credentialsChange } from './credentials-change.js';
import { type HttpTarget, type HttpTargetOptions, httpTarget } from './http-target.js';
import { mergeNotifications } from './merge-notifications.js';
import { decideRetry, NO_FAILURES, type RetryTally } from './retry-policy.js';
import { nameOf, sendRequest } from './send-request.js';
import { type TryFailure, type TryResult, unexpectedFailure } from './try-result.js';

/** What touches the network and the disk. */
export interface NotifyHttpParts {
  /** One try to tell of `notification`: gives one result. @default {@link sendRequest}, which says only that something changed */
  readonly send?: (target: HttpTarget, timeoutMs: number, notification: Notification) => Observable<TryResult>;
  /** @default {@link credentialsChange} */
  readonly credentialsChange?: typeof credentialsChange;
}

/** What nobody has heard yet. A new object for each notification that joins. */
interface Debt {
  readonly notification: Notification;
  readonly tally: RetryTally;
  /** When it is given up; counts with `once` only. */
  readonly deadlineMs: number;
}

/**
 * Tells an application over HTTP that files changed, until it has heard.
 *
 *     notifications   a-----bc---------|
 *     requests        --x                   fails; the policy would wait longer than until b
 *                           --o             tells a and b
 *                             --o           tells c, which came meanwhile
 *     outcomes        --f-----t-t------|    f: failed, t: told
 *
 * Concurrency: one request at a time. Order: a notification that comes while another waits for its next try takes the changes of
 * that one over and is tried at once, by a fresh policy; one that comes while a request is in flight follows its end. So
 * behind each notification there is a success that began after it, or there are tries without end.
 *
 * Refused credentials (401, 403) hold newer notifications too: one try in 15 minutes, and at once when a credential file has
 * other content. With `once` a notification is given up (`retryInMs: undefined`) when nobody listens, when the policy is
 * spent, or after `timeoutMs` in all.
 *
 * Completes with the source, but not before what is owed was told or given up. An error of the source passes at once.
 * Unsubscribing aborts the request. Throws a `TypeError` or `RangeError` for options that cannot be used.
 */
export function notifyHttp(
  options: HttpTargetOptions,
  parts: NotifyHttpParts = {},
): Sink<Notification, NotificationOutcome> {
  const target = httpTarget(options);
  const send: Required<NotifyHttpParts>['send'] = parts.send ?? sendRequest;
  const changedCredentials = parts.credentialsChange ?? credentialsChange;
  const named = { type: 'notification', target: target.name } as const;

  return (notifications$) =>
    defer(() => {
      const debt$ = new BehaviorSubject<Debt | undefined>(undefined);

      const incur = (newer: Notification): void => {
        const notification = mergeNotifications(debt$.value?.notification, newer);
        debt$.next({ notification, tally: NO_FAILURES, deadlineMs: asyncScheduler.now() + target.timeoutMs });
      };

      const isGivenUp = (debt: Debt, waitMs: number, phase: string, failure: TryFailure): boolean =>
        failure.refused === true || phase !== 'policy' || asyncScheduler.now() + waitMs >= debt.deadlineMs;

      /** One request for all that is owed, its outcome, and after a failure the wait. */
      const round = (debt: Debt): Observable<NotificationOutcome> => {
        debt$.next(undefined);
        const leftMs = target.once ? Math.max(1, debt.deadlineMs - asyncScheduler.now()) : target.timeoutMs;
        return defer(() => send(target, leftMs, debt.notification)).pipe(
          first(),
          catchError((error: unknown) => of(unexpectedFailure(nameOf(target), error))),
          mergeMap((result) => {
            const tries = debt.tally.failures + 1;
            if (result.op === 'told') {
              const { covers } = debt.notification;
              return of({ ...named, op: 'told' as const, covers, tries, status: result.status });
            }
            const failed = { ...named, op: 'failed' as const, tries, status: result.status, message: result.message };
            const { retryInMs, wait$ } = afterFailure(debt, result);
            return concat(of({ ...failed, retryInMs }), wait$.pipe(take(1), ignoreElements()));
          }),
        );
      };

      /** Puts the debt back, joined with what came while the request was in flight, unless it is given up. */
      const afterFailure = (
        failed: Debt,
        failure: TryFailure,
      ): { readonly retryInMs: number | undefined; readonly wait$: Observable<unknown> } => {
        const newer = debt$.value;
        const { tally, phase, waitMs } = decideRetry(failed.tally, failure, target);
        const isBlocked = phase === 'blocked';
        if (target.once && (isBlocked || (newer === undefined && isGivenUp(failed, waitMs, phase, failure)))) {
          debt$.next(undefined);
          return { retryInMs: undefined, wait$: EMPTY };
        }
        const debt =
          newer === undefined
            ? { ...failed, tally }
            : { ...newer, notification: mergeNotifications(failed.notification, newer.notification) };
        debt$.next(debt);
        if (newer !== undefined && !isBlocked) return { retryInMs: 0, wait$: EMPTY };
        const changed$ = ['auth', 'credentials'].includes(failure.kind)
          ? changedCredentials(target.basicAuth, failure.credentialsId)
          : NEVER;
        // A BehaviorSubject, so that what came from whoever read the outcome counts as well.
        const newer$ = isBlocked ? NEVER : debt$.pipe(filter((current) => current !== debt));
        return { retryInMs: waitMs, wait$: merge(timer(waitMs), changed$, newer$) };
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
