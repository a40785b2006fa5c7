import {
  buffer,
  connect,
  defer,
  filter,
  map,
  merge,
  NEVER,
  type Observable,
  type OperatorFunction,
  share,
  take,
  takeUntil,
  takeWhile,
  tap,
} from 'rxjs';
import {
  type ChangedFile,
  type FileChange,
  type FileOutcome,
  isFileChange,
  type Notification,
  type NotificationOutcome,
  type SidecarEvent,
  type Sink,
} from '../model.js';
import { settle } from './settle.js';

/** Who is told after files changed. Each hook has its own debt. */
export interface Hook {
  /** Its name in the journal, in logs and metrics. */
  readonly target: string;
  /** The changes of the initial sync are not told. */
  readonly skipInitial: boolean;
  readonly notify: Sink<Notification, NotificationOutcome>;
}

/** The debts as the journal keeps them. */
export interface Debts {
  /** Who was still to be told when the process began. */
  readonly owedAtStart: ReadonlySet<string>;
  /** Every change until now was told to this target. */
  readonly pay: (target: string) => void;
}

export interface TellHooksOptions {
  readonly hooks: readonly Hook[];
  readonly debts: Debts;
  readonly debounceMs: number;
  readonly maxWaitMs: number;
  /** `true` while the initial sync is under way, then `false` (see `holdInitial`). */
  readonly hold: OperatorFunction<SidecarEvent, boolean>;
  /** Ends the batches, and hooks that wait for their next try; a try under way goes on. What was not told stays owed. @default never */
  readonly stop$?: Observable<unknown>;
}

/**
 * Tells each hook of the changed files, in batches, once files are complete.
 *
 *     events     -w-w-L---------w-----w----|     w: a file changed, L: the initial lists are done
 *     result     -----(i)----------b-----(b)     i: one for the initial sync, b: one a batch
 *
 * A debt of an earlier life is told with the initial batch, or instead of it where nothing changed or the hook skips it.
 * A debt is paid when a hook succeeds and no change came after those that it was told of. Completes when the events have
 * ended and the hooks are done; hooks never error.
 */
export function tellHooks(options: TellHooksOptions): OperatorFunction<SidecarEvent, NotificationOutcome> {
  const { hooks, debts, debounceMs, maxWaitMs, stop$ = NEVER } = options;
  return connect((events$) =>
    defer(() => {
      let changesSoFar = 0;
      let reason: Notification['reason'] = 'initial';
      const hold$ = events$.pipe(options.hold, share());
      const batches$ = events$.pipe(
        changesByPlan(),
        tap((changes) => {
          changesSoFar += changes.length;
        }),
        settle({ quietMs: debounceMs, maxWaitMs, hold$ }),
        map((batch): Notification => ({ reason, covers: changesSoFar, changes: batch.flat() })),
        share(),
      );
      const released$ = hold$.pipe(
        filter((held) => !held),
        take(1),
        // Subscribed after `batches$`, so the initial batch has been given when this one comes.
        tap(() => {
          reason = 'change';
        }),
        share(),
      );
      const tell = (hook: Hook): Observable<NotificationOutcome> => {
        let stopped = false;
        let waits = false;
        return merge(
          batches$.pipe(filter((batch) => !(hook.skipInitial && batch.reason === 'initial'))),
          released$.pipe(
            filter(() => debts.owedAtStart.has(hook.target) && (changesSoFar === 0 || hook.skipInitial)),
            map((): Notification => ({ reason: 'owed', covers: changesSoFar, changes: [] })),
          ),
        ).pipe(
          takeUntil(stop$),
          tap(() => {
            waits = false;
          }),
          hook.notify,
          tap((outcome) => {
            waits = outcome.op === 'failed';
            if (outcome.op === 'told' && outcome.covers === changesSoFar) {
              debts.pay(hook.target);
            }
          }),
          // Once stopped, a try under way is waited for, but not the next one: the debt is on disk.
          takeWhile(() => !(stopped && waits), true),
          takeUntil(
            stop$.pipe(
              tap(() => {
                stopped = true;
              }),
              filter(() => waits),
            ),
          ),
        );
      };
      return merge(...hooks.map(tell));
    }),
  );
}

/** The changes that one plan made, together: with `NOTIFY_DEBOUNCE=0` an object with many keys is one run. */
function changesByPlan(): OperatorFunction<SidecarEvent, readonly FileChange[]> {
  return connect((events$) =>
    events$.pipe(
      filter((event): event is FileOutcome => event.type === 'file'),
      filter(isFileChange),
      map(toChange),
      buffer(events$.pipe(filter((event) => event.type === 'published'))),
      filter((changes) => changes.length > 0),
    ),
  );
}

function toChange(outcome: ChangedFile): FileChange {
  const { op, path, owner } = outcome;
  return op === 'removed' ? { op, path, owner } : { op, path, owner, sha256: outcome.sha256 };
}
