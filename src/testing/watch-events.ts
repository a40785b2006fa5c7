import {
  concat,
  defer,
  filter,
  from,
  interval,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  takeUntil,
  timer,
} from 'rxjs';
import type { Change } from './change.js';
import type { EmbeddedResource } from './embedded-kubernetes.js';
import type { ListOptions } from './list-options.js';
import { requiredRevision } from './resource-version.js';
import { expired, type Status, StatusError, tooLargeResourceVersion } from './status.js';
import type { Store } from './store.js';
import { type StoredEntry, storedEntry } from './stored-entry.js';

/** What a line of a watch says. */
export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly entry: StoredEntry }
  | { readonly type: 'BOOKMARK'; readonly revision: number; readonly endsInitialEvents: boolean }
  | { readonly type: 'ERROR'; readonly status: Status };

export interface WatchScope {
  readonly resource: EmbeddedResource;
  /** `''`: all of them. */
  readonly namespace: string;
  /** `''`: all of them. */
  readonly name: string;
}

export interface WatchTiming {
  /** One now, whatever the interval says. */
  readonly bookmarks$: Observable<void>;
  readonly bookmarkIntervalMs: number;
  readonly timeoutMs: number;
}

/** The API server sends a bookmark so long before it ends a watch, if anything was written meanwhile. */
const LAST_BOOKMARK_BEFORE_END_MS = 2_000;

/**
 * The events of one watch.
 *
 *     unset, 0, sendInitialEvents   -(ADDED ADDED BOOKMARK*)--MODIFIED--…-|   *: where bookmarks are allowed
 *     since N                       -(what followed N)--MODIFIED--…-|
 *     since N, too old              -(ERROR|)                              410
 *     since N, not yet reached      ----------------…-|                    nothing up to N
 *
 * Completes at the timeout. Throws the API server's 500 for a resourceVersion that is none.
 */
export function watchEvents(
  store: Store,
  scope: WatchScope,
  options: ListOptions,
  timing: WatchTiming,
): Observable<WatchEvent> {
  const since = requiredRevision(options.resourceVersion);
  const inScope = (entry: StoredEntry) =>
    entry.resource === scope.resource &&
    (scope.namespace === '' || entry.namespace === scope.namespace) &&
    (scope.name === '' || entry.name === scope.name) &&
    options.matches(entry);
  const eventsOf = (change: Change): readonly WatchEvent[] => eventOf(change, inScope);
  const bookmark = (endsInitialEvents: boolean): WatchEvent => ({
    type: 'BOOKMARK',
    revision: store.revision,
    endsInitialEvents,
  });

  return defer((): Observable<WatchEvent> => {
    const fault = timing.timeoutMs < 0 ? deadlineExceeded() : faultOf(store, options, since);
    if (fault) return of<WatchEvent>({ type: 'ERROR', status: fault.status });
    const startsEmpty = since === 0 && options.sendInitialEvents === false;
    const initial = options.sendInitialEvents
      ? store.entries(scope.resource).from('').filter(inScope).map(added)
      : startsEmpty
        ? []
        : store.changesSince(since).flatMap(eventsOf);
    const isMarked = options.sendInitialEvents && options.allowWatchBookmarks;
    const first$ = concat(from(initial), isMarked ? of(bookmark(true)) : []);
    const live$ = store.changes$.pipe(
      filter(({ revision }) => revision > since),
      mergeMap(eventsOf),
    );
    const bookmarks$ = options.allowWatchBookmarks ? ticks(store, timing).pipe(map(() => bookmark(false))) : [];
    // Nothing can be written between the two: the first part is told at once.
    return concat(first$, merge(live$, bookmarks$)).pipe(takeUntil(timer(timing.timeoutMs)));
  });
}

function ticks(store: Store, { bookmarks$, bookmarkIntervalMs, timeoutMs }: WatchTiming): Observable<unknown> {
  const opened = store.revision;
  const lastMs = timeoutMs - LAST_BOOKMARK_BEFORE_END_MS;
  const last$ = lastMs > 0 ? timer(lastMs).pipe(filter(() => store.revision > opened)) : [];
  return merge(bookmarks$, interval(bookmarkIntervalMs), last$);
}

function faultOf(store: Store, { sendInitialEvents }: ListOptions, since: number): StatusError | undefined {
  if (sendInitialEvents) return since > store.revision ? tooLargeResourceVersion(since, store.revision) : undefined;
  if (since === 0 || since >= store.oldestWatchable) return undefined;
  return expired(`too old resource version: ${since} (${store.oldestWatchable})`);
}

/** What is answered to a timeout below 0. */
function deadlineExceeded(): StatusError {
  return new StatusError(500, 'InternalError', 'context deadline exceeded');
}

/** Selectors turn a change into the appearing or the disappearing of what they mean. */
function eventOf(
  { previous, current, revision }: Change,
  inScope: (entry: StoredEntry) => boolean,
): readonly WatchEvent[] {
  const was = previous !== undefined && inScope(previous);
  const is = current !== undefined && inScope(current);
  if (is) return [{ type: was ? 'MODIFIED' : 'ADDED', entry: current }];
  // As it last was, with the resourceVersion at which it went.
  return was ? [{ type: 'DELETED', entry: storedEntry(previous.resource, previous.object, revision) }] : [];
}

function added(entry: StoredEntry): WatchEvent {
  return { type: 'ADDED', entry };
}
