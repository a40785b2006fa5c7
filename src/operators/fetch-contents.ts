import { EMPTY, filter, map, type Observable, type OperatorFunction, takeUntil } from 'rxjs';
import {
  type ObjectChange,
  type ObjectKey,
  objectKey,
  type ResourceEvent,
  type Scope,
  type WatchedObject,
} from '../model.js';
import { scopeCovers } from '../selectors/scope-covers.js';
import type { ContentNeeded } from './claim-paths.js';
import { latestByKey } from './latest-by-key.js';
import { retryWithBackoff } from './retry-with-backoff.js';

export interface FetchContentsOptions {
  /** The object as it is now; `undefined` when it does not exist. Errors are retried with backoff, for ever. */
  readonly fetch: (key: ObjectKey) => Observable<WatchedObject | undefined>;
  /** Each object belongs to one of these; one that belongs to none is not fetched. Looked at as each fetch begins, so a live set will do. */
  readonly scopes: Iterable<Scope>;
  /**
   * What the sources say meanwhile: newer state of an object ends its fetch, and so does a list of its scope that begins, which
   * brings the object or proves that it is gone, and the scope's leave: an old answer never replaces or revives anything.
   */
  readonly events$: Observable<ResourceEvent>;
  /** Fetches at a time: each holds a whole object. @default 4 */
  readonly concurrency?: number;
}

/**
 * Fetches the objects whose content is needed again, and gives each as a change.
 *
 *     needed     -A-----B---|
 *     events     ---------b--    a newer state of B comes from its watch
 *     result     ---a-------|    the fetch takes 2: A's answer is given, B's is not wanted any more
 *
 * One that is gone is given as deleted. Completes when the source and all fetches have; unsubscribing aborts them.
 */
export function fetchContents(options: FetchContentsOptions): OperatorFunction<ContentNeeded, ObjectChange> {
  const { events$, scopes, concurrency = 4 } = options;
  const fetch = (key: ObjectKey, scope: Scope) =>
    options.fetch(key).pipe(
      retryWithBackoff(),
      map((object): ObjectChange => (object ? { type: 'apply', scope, object } : { type: 'delete', scope, key })),
      takeUntil(events$.pipe(filter((event) => keyOf(event) === key || outdates(event, scope)))),
    );
  return latestByKey({
    key: ({ key }) => key,
    effect: ({ key }) => {
      const scope = [...scopes].find((one) => scopeCovers(one, key));
      return scope === undefined ? EMPTY : fetch(key, scope);
    },
    concurrency,
  });
}

function outdates(event: ResourceEvent, scope: Scope): boolean {
  return (event.type === 'init' || event.type === 'left') && event.scope === scope;
}

function keyOf(event: ResourceEvent): ObjectKey | undefined {
  switch (event.type) {
    case 'init-apply':
    case 'apply':
      return objectKey(event.object);
    case 'delete':
      return event.key;
    default:
      return undefined;
  }
}
