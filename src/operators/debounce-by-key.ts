import { type GroupedObservable, mergeMap, type OperatorFunction } from 'rxjs';
import { coalesce } from './coalesce.js';

export interface DebounceByKeyOptions {
  /** So long must a key be quiet before its newest change is given. */
  readonly quietMs: number;
  /** No change is withheld longer, however many come. */
  readonly maxWaitMs: number;
}

/**
 * Gives a group's first change at once, later ones coalesced to the newest.
 *
 *     group    -a-b-c---------d-|     quietMs = 3, maxWaitMs = 10
 *     result   -a------c--------(d|)
 *
 * A change is withheld until the key was quiet for `quietMs`, and for `maxWaitMs` at most; after an emission both begin
 * anew. What is withheld when the group ends is given at once, so a key's order is kept and its last change always comes.
 * Groups share nothing. Completes when the source and all groups have; errors with any of them; a key that is quiet
 * costs no timer.
 *
 * @example
 * changes$.pipe(groupByObject(), debounceByKey({ quietMs: 200, maxWaitMs: 2_000 }));
 */
export function debounceByKey<K, T>(options: DebounceByKeyOptions): OperatorFunction<GroupedObservable<K, T>, T> {
  const debounced = coalesce<T>({ ...options, firstAtOnce: true });
  return mergeMap(debounced);
}
