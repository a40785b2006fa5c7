import {
  asapScheduler,
  auditTime,
  connect,
  defer,
  filter,
  finalize,
  identity,
  ignoreElements,
  merge,
  NEVER,
  type Observable,
  observeOn,
  of,
  pipe,
  Subject,
  share,
  startWith,
  switchMap,
  takeUntil,
  takeWhile,
  tap,
} from 'rxjs';
import {
  type FileOutcome,
  type FolderStatus,
  type ObjectKey,
  objectKey,
  type PathPlan,
  type ResourceEvent,
  type Scope,
  type SidecarEvent,
  type WatchedObject,
} from './model.js';
import { batchPlans } from './operators/batch-plans.js';
import { type ContentNeeded, claimPaths, type Remembered } from './operators/claim-paths.js';
import { concatMapIterable } from './operators/concat-map-iterable.js';
import { debounceByKey } from './operators/debounce-by-key.js';
import { fetchContents } from './operators/fetch-contents.js';
import { type FetchUrlsOptions, fetchUrls } from './operators/fetch-urls.js';
import { filterByLabel } from './operators/filter-by-label.js';
import { groupByObject } from './operators/group-by-object.js';
import { holdInitial } from './operators/hold-initial.js';
import { markSynced } from './operators/mark-synced.js';
import { reconcileLists } from './operators/reconcile-lists.js';
import { retryFailedFiles } from './operators/retry-failed-files.js';
import { type Hook, tellHooks } from './operators/tell-hooks.js';
import { through } from './operators/through.js';
import { validatePlans } from './operators/validate-plans.js';
import { desiredFiles } from './sinks/files/desired-files.js';
import type { FileStore } from './sinks/files/file-store.js';
import { writeFiles } from './sinks/files/write-files.js';
import type { Validator } from './sinks/validate/open-validator.js';
import { followNamespaces } from './streams/follow-namespaces.js';

export interface SidecarOptions {
  readonly scopes: readonly Scope[];
  /** What to read in each namespace that a scope of kind `namespace` has, see `followNamespaces`. @default nothing */
  readonly scopesOf?: ((namespace: string) => readonly Scope[]) | undefined;
  /** One scope's events: a watch, a poll, a list or manifests. */
  readonly source: (scope: Scope) => Observable<ResourceEvent>;
  /** One object as it is now, where its content is needed again. */
  readonly fetch: (key: ObjectKey) => Observable<WatchedObject | undefined>;
  /** What an object must match. @default everything that the sources give */
  readonly labelSelector?: string | undefined;
  /** Opens the folder, for as long as the result is subscribed to; `onBeforeChange` is called before each change on disk. */
  readonly openStore: (onBeforeChange: () => void) => FileStore;
  /** How the content of keys that end in `.url` is fetched. @default they are refused */
  readonly urlFiles?: UrlFiles | undefined;
  /** Who may refuse files before they are published. @default nobody */
  readonly openValidator?: ((store: FileStore) => Validator) | undefined;
  readonly hooks: readonly Hook[];
  readonly notifyDebounceMs: number;
  readonly notifyMaxWaitMs: number;
  /** Ends after the initial lists and one try of each hook, and leaves no debt (`METHOD=LIST`). */
  readonly once?: boolean;
  /** Ends sources and writing at once; a request under way goes on until it is unsubscribed. @default never */
  readonly stop$?: Observable<unknown>;
}

export interface UrlFiles extends Pick<FetchUrlsOptions, 'retry' | 'refreshMs' | 'maxWaitMs'> {
  /** Content is staged in the store. */
  readonly fetch: (store: FileStore) => FetchUrlsOptions['fetch'];
}

/** An object that changes without end is written this often at most; a single change is written at once. */
const CHANGE_WINDOW = { quietMs: 5, maxWaitMs: 50 };
/** Longer than the quiet time, so that a group's end never cuts it short. A change that finds no group is written at once. */
const GROUP_IDLE_MS = 10;

/**
 * One collector's pipeline: from events to files to notifications, and what it says of itself on the way.
 *
 *     sources ─ filterByLabel ─ groupByObject ─ debounceByKey ─ reconcileLists ─┐
 *        ▲          ┌──────────────────────────────────────────────────────────┘
 *        │          └─ claimPaths ─ fetchUrls ─ validatePlans ─ writeFiles ─ tellHooks
 *        │               │ content needed                          │ failed, folder replaced
 *        └───────────────┴─ fetch one object, list again ───────┘
 *
 * Never errors; completes with `once`, or when it was stopped and the hooks are done.
 */
export function runSidecar(options: SidecarOptions): Observable<SidecarEvent> {
  const { scopes, scopesOf = () => [], hooks, once = false, stop$ = NEVER } = options;
  return defer(() => {
    let initial = true;
    // The debt is on disk before the change that is to be told.
    const store = options.openStore(() => {
      for (const { target } of once ? [] : hooks.filter(({ skipInitial }) => !(initial && skipInitial))) {
        store.owe(target);
      }
    });
    const validator = options.openValidator?.(store);
    const urlFiles = options.urlFiles ?? NO_URL_FILES;
    const written$ = new Subject<FileOutcome | FolderStatus>();
    const needed$ = new Subject<ContentNeeded>();
    const replan$ = new Subject<PathPlan>();
    const relist$ = new Subject<void>();
    const remembered$ = new Subject<Remembered>();

    const openScopes = new Set(scopes);
    // Each scope for itself: who joined is not asked to join again.
    const source = (scope: Scope) =>
      relist$.pipe(
        // Not within the event that asks for it: the source that is still speaking would be cut off in its sentence.
        observeOn(asapScheduler),
        startWith(undefined),
        switchMap(() => options.source(scope)),
      );
    const sourceOf = (scope: Scope) =>
      scope.kind === 'namespace' ? followNamespaces({ scope, scopesOf, source }) : source(scope);
    const sources$ = merge(...scopes.map(sourceOf)).pipe(
      tap((event) => {
        if (event.type === 'joined') openScopes.add(event.scope);
        if (event.type === 'left') openScopes.delete(event.scope);
      }),
      share(),
    );
    const fetched$ = needed$.pipe(fetchContents({ fetch: options.fetch, scopes: openScopes, events$: sources$ }));

    const changes$ = merge(sources$, fetched$).pipe(
      options.labelSelector === undefined ? identity : filterByLabel(options.labelSelector),
      // A list passes beside: each of its objects comes once, and is newer than what is withheld.
      through(['apply', 'delete'], (live$, lists$) =>
        live$.pipe(
          groupByObject({ idleMs: GROUP_IDLE_MS, end$: lists$.pipe(concatMapIterable(outdatedBy)) }),
          debounceByKey(CHANGE_WINDOW),
        ),
      ),
      reconcileLists(),
    );

    const plans$ = merge(changes$, remembered$.pipe(observeOn(asapScheduler))).pipe(
      claimPaths({
        scopes,
        remembered: () => store.owned(),
        desired: (object) => desiredFiles(object, store.layout()),
      }),
      through(['needed'], pipe(tap(needed$), ignoreElements())),
    );

    const files$: Observable<SidecarEvent> = merge(plans$, replan$).pipe(
      batchPlans(),
      fetchUrls({ ...urlFiles, fetch: urlFiles.fetch(store), holds: store.holds, written$, once }),
      validator === undefined
        ? identity
        : validatePlans({
            ...validator,
            published: () => store.owned(),
            discard: ({ staged }) => store.discard(staged),
          }),
      through(
        ['plan'],
        pipe(
          writeFiles(store),
          tap((event) => event.type !== 'published' && written$.next(event)),
        ),
      ),
      takeWhile((event) => !(once && event.type === 'listed'), true),
      markSynced(),
      takeUntil(stop$),
    );

    const debts = { owedAtStart: new Set(store.owed()), pay: (target: string) => store.told(target) };
    const tell = tellHooks({
      hooks,
      debts,
      debounceMs: options.notifyDebounceMs,
      maxWaitMs: options.notifyMaxWaitMs,
      hold: pipe(
        holdInitial({ scopes, maxWaitMs: options.notifyMaxWaitMs }),
        tap((held) => {
          initial = held;
        }),
      ),
      stop$,
    });

    const mend = connect((events$: Observable<SidecarEvent>) =>
      merge(
        events$.pipe(
          filter((event) => event.type === 'file'),
          retryFailedFiles(),
          tap((key) => needed$.next({ type: 'needed', key })),
          // Once a round, not for each object of it.
          auditTime(0, asapScheduler),
          tap(() => replan$.next(REMOVE_WHAT_WAITS)),
        ),
        events$.pipe(
          filter((event) => event.type === 'folder' && MAY_REMEMBER_MORE.has(event.state)),
          tap(() => remembered$.next({ type: 'remembered', owners: new Map(store.owned()) })),
        ),
        events$.pipe(
          filter((event) => event.type === 'folder' && event.state === 'replaced'),
          tap(() => relist$.next()),
        ),
      ).pipe(ignoreElements()),
    );

    return files$.pipe(
      // `tell` first, so that a change is counted before anybody hears of it.
      connect((events$) => merge(events$.pipe(tell), events$.pipe(mend), events$)),
      finalize(() => store.close()),
    );
  });
}

/** Whose withheld changes a list's event ends: as it begins and ends, everybody's, since it proves who is gone. */
function outdatedBy(event: ResourceEvent): readonly (ObjectKey | 'all')[] {
  switch (event.type) {
    case 'init':
    case 'init-done':
      return ['all'];
    case 'init-apply':
      return [objectKey(event.object)];
    default:
      return [];
  }
}

const NO_URL_FILES: UrlFiles = {
  fetch: () => () => of({ op: 'refused', reason: 'nobody here fetches URLs', final: true }),
  retry: { retryTotal: 0, retryConnect: 0, retryRead: 0, backoffFactor: 0 },
};

/** Another folder has a journal of its own; one that could not be read before may hold what an earlier life wrote. */
const MAY_REMEMBER_MORE: ReadonlySet<string> = new Set(['replaced', 'journal-recovered']);

/** The store removes with any plan what could not be removed with an earlier one. */
const REMOVE_WHAT_WAITS: PathPlan = { type: 'plan', writes: [], removes: [] };
