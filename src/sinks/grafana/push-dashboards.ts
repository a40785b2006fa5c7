import {
  connect,
  defer,
  EMPTY,
  filter,
  finalize,
  map,
  merge,
  mergeMap,
  type Observable,
  type OperatorFunction,
  of,
  Subject,
  switchMap,
  takeWhile,
} from 'rxjs';
import type { Leadership, Term } from '../../leadership.js';
import { type ObjectKey, objectKey } from '../../model.js';
import { claimPaths } from '../../operators/claim-paths.js';
import { fetchContents } from '../../operators/fetch-contents.js';
import { through } from '../../operators/through.js';
import { type Claim, carryOut } from './carry-out.js';
import type { UrlDashboard } from './documents/desired-dashboards.js';
import { FirstTries } from './first-tries.js';
import type { GrafanaApi } from './grafana-api.js';
import type { GrafanaEvent } from './grafana-event.js';
import type { PushDashboardsOptions, PushInput } from './push-options.js';
import { PushState } from './push-state.js';
import { pushWhileLeading } from './push-while-leading.js';
import { readObjects } from './read-objects.js';
import { resolveUrls } from './resolve-urls.js';

/** Nobody else pushes, so nobody is asked. */
const ALWAYS: Leadership = {
  type: 'leadership',
  state: 'leading',
  term: { mayAct: () => true, remainingMs: () => Number.POSITIVE_INFINITY },
};

/**
 * Makes the dashboards in Grafana those that objects want, and says what became of each.
 *
 *     changes ─ readObjects ─ claimPaths ─ carryOut ──news──► pushWhileLeading ─ Grafana
 *        ▲                       ▲             │ document needed
 *        └─ fetch one object     └─ URLs       ▼
 *           └──────────────────────────────────┘
 *
 * `changes` is what `reconcileLists` gives. Levels, not edges: what is wanted stands in a table, and each try reads it there.
 * Memory: for each uid what is wanted and what was written, without content.
 *
 * `grafana-synced` comes once. With `once` it is the end; else nothing completes, since Grafana is compared for ever. Errors with
 * the source alone. Unsubscribing aborts everything.
 */
export function pushDashboards(
  api: GrafanaApi,
  options: PushDashboardsOptions,
): OperatorFunction<PushInput, GrafanaEvent> {
  const { scopes, leadership$ = of(ALWAYS), once = false } = options;
  return (source$) =>
    defer(() => {
      const fetch$ = new Subject<ObjectKey>();
      const urls$ = new Subject<UrlDashboard>();
      const news$ = new Subject<string>();
      const again$ = new Subject<ObjectKey>();
      const state = new PushState(options, (key) => fetch$.next(key));
      const tries = new FirstTries(state);

      const claimed = (source$: Observable<PushInput>): Observable<GrafanaEvent> => {
        const fetched$ = fetch$.pipe(
          mergeMap((key) =>
            of({ type: 'needed', key } as const).pipe(
              fetchContents({ fetch: options.fetch, scopes: state.lists.scopes, events$: source$ }),
              finalize(() => state.queue.fetched(key)),
            ),
          ),
        );
        const read$ = merge(fetched$, source$).pipe(readObjects(state, (url) => urls$.next(url)));
        return merge(
          read$,
          urls$.pipe(resolveUrls(state)),
          again$.pipe(mergeMap((key) => claimAgain(state, key))),
        ).pipe(
          through(['apply', 'delete', 'init', 'init-done', 'joined', 'left', 'alive', 'failed'], (events$) =>
            events$.pipe(
              claimPaths<Claim>({
                scopes,
                desired: (object) => ({
                  files: state.memory.wishesOf(objectKey(object)).map((wish) => ({ path: wish.uid, wish })),
                  refusals: [],
                }),
              }),
            ),
          ),
          carryOut({
            state,
            visit: (uid) => news$.next(uid),
            claimAgain: (key) => again$.next(key),
            listed: () => tries.listed(),
          }),
        );
      };

      const pushed$ = leadership$.pipe(
        filter((said) => said.state !== 'failed'),
        map((said): Pick<Term, 'mayAct'> | undefined => (said.state === 'leading' ? said.term : undefined)),
        switchMap((term) => {
          tries.lead(term !== undefined);
          if (term !== undefined) {
            return pushWhileLeading({ api, state, term, news$, isListed: () => tries.isListed, progress: tries });
          }
          state.shelf.clear();
          state.queue.clear();
          return EMPTY;
        }),
      );

      return merge(pushed$, source$.pipe(connect(claimed)), tries.synced$).pipe(
        takeWhile((event) => !(once && event.type === 'grafana-synced'), true),
      );
    });
}

function claimAgain({ memory }: PushState, key: ObjectKey): Observable<PushInput> {
  const known = memory.again(key);
  return known === undefined ? EMPTY : of({ type: 'apply', scope: known.scope, object: known.object });
}
