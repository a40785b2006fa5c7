import {
  defer,
  EMPTY,
  finalize,
  type GroupedObservable,
  ignoreElements,
  merge,
  mergeMap,
  type Observable,
  type OperatorFunction,
  tap,
} from 'rxjs';
import { type ObjectChange, type ObjectKey, objectKey } from '../model.js';
import { assertDuration } from './assert-duration.js';
import { ObjectGroup, OpenGroups } from './open-groups.js';

export interface GroupByObjectOptions {
  /** A group ends when its object was quiet for so long. @default 1_000 */
  readonly idleMs?: number;
  /** Ends the group of an object, or all, at once: what is known now is newer than what they hold. @default never */
  readonly end$?: Observable<ObjectKey | 'all'>;
}

/**
 * Splits changes into one group for each object, and every group ends.
 *
 *     source   -a-a-A-a---------|     A: the delete of a
 *     groups   -x-----y---------|     idleMs = 5
 *     x         a-a-(A|)
 *     y               a----|
 *
 * A group ends behind its object's delete, at `end$`, and when the object was quiet for `idleMs`, so nothing grows with the number
 * of changes or of objects that ever were; an object that comes back gets a new group, and never while the old one is
 * open. Subscribe to a group when it comes: later, its first change is gone. Groups complete and error with the source; the
 * result completes when `end$` has, too.
 * Unsubscribing ends the source, and open groups give nothing more.
 *
 * Not RxJS's `groupBy` with a `duration`: that has a timer for each group (thousands of objects come at once at a start),
 * keeps the source open after an unsubscribe until all durations are over, and loses what is fed back while a group ends.
 *
 * @example
 * changes$.pipe(groupByObject(), debounceByKey({ quietMs: 200, maxWaitMs: 2_000 }));
 */
export function groupByObject(
  options: GroupByObjectOptions = {},
): OperatorFunction<ObjectChange, GroupedObservable<ObjectKey, ObjectChange>> {
  const { idleMs = 1_000, end$ = EMPTY } = options;
  assertDuration('idleMs', idleMs);
  return (source$) =>
    defer(() => {
      const groups = new OpenGroups(idleMs);
      const ended$ = end$.pipe(
        tap((key) => {
          const group = key === 'all' ? undefined : groups.get(key);
          if (key === 'all') {
            groups.endAll();
          } else if (group !== undefined) {
            groups.end(group);
          }
        }),
        ignoreElements(),
      );
      const grouped$ = source$.pipe(
        mergeMap(function* (change) {
          const key = change.type === 'apply' ? objectKey(change.object) : change.key;
          const known = groups.get(key);
          const group = known ?? new ObjectGroup(key);
          groups.touch(group);
          if (!known) {
            yield group;
          }
          group.next(change);
          if (change.type === 'delete') {
            groups.end(group);
          }
        }),
        tap({
          complete: () => {
            for (const group of groups.takeAll()) {
              group.complete();
            }
          },
          error: (error) => {
            for (const group of groups.takeAll()) {
              group.error(error);
            }
          },
        }),
        finalize(() => groups.clear()),
      );
      return merge(ended$, grouped$);
    });
}
