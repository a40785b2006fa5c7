import { concatMap, defer, endWith, map, merge, type Observable, type OperatorFunction, takeWhile } from 'rxjs';
import type { Notification } from '../model.js';
import { mergeNotifications } from './merge-notifications.js';

/**
 * Holds notifications until what they cover was passed elsewhere: `passed$` says up to where, never going back, `Infinity`
 * for all that may come.
 *
 *     notifications   1-2-3------------|    by what they cover
 *     passed          0-----1-----3----
 *     result          ------1-----x----|    x: 2 and 3, merged
 *
 * Memory holds two at most: the oldest stays as it came, so that one that changes without end is not held for ever; all later ones
 * are one. Completes with the source once nothing is held; an error of either passes at once. What is held is dropped on
 * unsubscribe.
 */
export function holdUntilPassed(passed$: Observable<number>): OperatorFunction<Notification, Notification> {
  return (notifications$) =>
    defer(() => {
      let passed = Number.NEGATIVE_INFINITY;
      let oldest: Notification | undefined;
      let later: Notification | undefined;
      let ended = false;

      const hold = (notification: Notification | 'end'): void => {
        if (notification === 'end') ended = true;
        else if (oldest === undefined) oldest = notification;
        else later = mergeNotifications(later, notification);
      };

      /** What is passed by now, as one. */
      const release = (): readonly Notification[] => {
        if (oldest === undefined || oldest.covers > passed) return [];
        const released = later === undefined || later.covers > passed ? oldest : mergeNotifications(oldest, later);
        oldest = released === oldest ? later : undefined;
        later = undefined;
        return [released];
      };

      return merge(
        passed$.pipe(
          map((value) => {
            // Where a hook ends at once, the next value comes within this one, and this one reaches later hooks behind it.
            passed = Math.max(passed, value);
          }),
        ),
        notifications$.pipe(endWith('end' as const), map(hold)),
      ).pipe(
        map(release),
        takeWhile(() => !ended || oldest !== undefined, true),
        concatMap((released) => released),
      );
    });
}
