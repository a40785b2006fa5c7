import { catchError, defer, map, type Observable, of, throwError } from 'rxjs';
import type { KubernetesApi } from '../kubernetes/api.js';
import type { ResourceEvent, Scope } from '../model.js';
import { FIRST_PAGE, type Listed, listPage, type Paging } from './list-page.js';
import { reached, runSource, type Step } from './run-source.js';
import { type WatchOptions, watchLimits } from './watch-options.js';
import { afterWatchFailure, EMPTY_STATE, type WatchState } from './watch-state.js';
import { NotStreamed, type ServerTraits, type WatchStreamOptions, watchStream } from './watch-stream.js';

/**
 * Everything that a scope holds, and each change of it.
 *
 *     empty ── streaming-list ──────────────┐
 *       ▲           │ not streamed, failed  ▼
 *       │           └──── paging ──────► watching ──┐ ended, cut, silent, 429, 5xx:
 *       │                    │              │   ▲   │ again from the same resourceVersion
 *       └──── page failed ───┴─── 410 ──────┘   └───┘
 *
 *     result   -(alive init a b)-(init-done)-a'-----f----(alive)-b'-…     f: failed; the connection was cut and nothing is sent again
 *
 * Follows client-go's reflector. An object that was deleted and created again while we
 * did not watch is one `init-apply` with another uid. An error is a value (`failed`, with the wait that follows);
 * `alive` says by when the next sign of life comes. Never errors, never completes; unsubscribing aborts the request and
 * ends every timer. Throws a `RangeError` at once when an option cannot be waited for.
 *
 * @example
 * watchObjects(connectCluster(await loadCluster({ env })), { kind: 'configmap', namespace: 'default' });
 */
export function watchObjects(api: KubernetesApi, scope: Scope, options: WatchOptions = {}): Observable<ResourceEvent> {
  const limits = watchLimits(options);
  return defer(() => {
    const traits: ServerTraits = { streamsLists: limits.streamInitialList, sendsBookmarks: false };
    const stream: WatchStreamOptions = { api, scope, limits, traits };
    return runSource<WatchState>(
      {
        start: EMPTY_STATE,
        step: (state) => step(state, stream),
        afterFailure: afterWatchFailure,
      },
      scope,
      limits,
    );
  });
}

function step(state: WatchState, options: WatchStreamOptions): Observable<Step<WatchState>> {
  const { api, scope, limits, traits } = options;
  switch (state.type) {
    case 'empty':
      return of(reached<WatchState>(traits.streamsLists ? { type: 'streaming-list' } : FIRST_PAGE));
    case 'streaming-list':
      return watchStream(undefined, options).pipe(
        catchError((error: unknown) => {
          if (!(error instanceof NotStreamed)) {
            return throwError(() => error);
          }
          traits.streamsLists = false;
          return of(reached<WatchState>(FIRST_PAGE));
        }),
      );
    case 'paging':
      return listPage(api, scope, state, limits).pipe(map(watchFromListed));
    case 'watching':
      return watchStream(state.resourceVersion, options);
  }
}

function watchFromListed(one: Step<Paging | Listed>): Step<WatchState> {
  if (one.type !== 'reached') {
    return one;
  }
  const { state } = one;
  return reached<WatchState>(
    state.type === 'listed' ? { type: 'watching', resourceVersion: state.resourceVersion } : state,
  );
}
