import {
  debounce,
  defer,
  type GroupedObservable,
  groupBy,
  type OperatorFunction,
  observeOn,
  of,
  queueScheduler,
  Subject,
  timer,
} from 'rxjs';
import { type ObjectChange, type ObjectKey, objectKey } from '../model.js';
import { assertDuration } from './assert-duration.js';

export interface GroupByObjectOptions {
  /** A group ends when its object was quiet for so long. @default 1_000 */
  readonly idleMs?: number;
}

/**
 * Splits changes into one group for each object, as `groupBy` does, but every group ends.
 *
 *     source   -a-a-A-a---------|     A: the delete of a
 *     groups   -x-----y---------|     idleMs = 5
 *     x         a-a-(A|)
 *     y               a----|
 *
 * A group ends behind its object's delete, and when the object was quiet for `idleMs`, so nothing grows with the number
 * of changes or of objects that ever were; an object that comes back gets a new group, and never while the old one is
 * open. Subscribe to a group when it comes: later, its first change is gone. Groups complete and error with the source.
 *
 * @example
 * changes$.pipe(groupByObject(), debounceByKey({ quietMs: 200, maxWaitMs: 2_000 }));
 */
export function groupByObject(
  options: GroupByObjectOptions = {},
): OperatorFunction<ObjectChange, GroupedObservable<ObjectKey, ObjectChange>> {
  const { idleMs = 1_000 } = options;
  assertDuration('idleMs', idleMs);
  return (source$) =>
    defer(() => {
      let newest = new Subject<ObjectChange>();
      return source$.pipe(
        // What comes back while a group ends (a consumer that answers at once) would go into that group and be lost.
        observeOn(queueScheduler),
        groupBy(keyOf, {
          connector: () => {
            newest = new Subject();
            return newest;
          },
          // Not of the group that is passed in: `groupBy` would take this for a consumer, and hold the source open for
          // `idleMs` after everybody has unsubscribed.
          duration: () => newest.pipe(debounce((change) => (change.type === 'delete' ? of(undefined) : timer(idleMs)))),
        }),
      );
    });
}

function keyOf(change: ObjectChange): ObjectKey {
  return change.type === 'apply' ? objectKey(change.object) : change.key;
}
