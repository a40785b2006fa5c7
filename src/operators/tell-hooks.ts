import {
  BehaviorSubject,
  buffer,
  concat,
  concatMap,
  connect,
  defer,
  EMPTY,
  filter,
  map,
  merge,
  NEVER,
  type Observable,
  type OperatorFunction,
  of,
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
  type HookOutput,
  isFileChange,
  type Notification,
  type NotificationOutcome,
  type SidecarEvent,
  type Sink,
} from '../model.js';
import { holdUntilPassed } from './hold-until-passed.js';
import { settle } from './settle.js';

/** Who is told after files changed. Each hook has its own debt. */
export interface Hook {
  /** Its name in the journal, in logs and metrics. */
  readonly target: string;
  /** The changes of the initial sync are not told. */
  readonly skipInitial: boolean;
  /** Each notification is answered by one outcome that covers it, at least. */
  readonly notify: Sink<Notification, NotificationOutcome | HookOutput>;
}

/** The debts as the journal keeps them. */
export interface Debts {
  /** Who was still to be told when the process began. */
  readonly owedAtStart: ReadonlySet<string>;
  /** Every change until now was told to this target. */
  readonly pay: (target: string) => void;
}

export interface TellHooksOptions {
  /** In the order in which they are told. */
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
 * Order: a hook is told of a batch when each earlier one has given an outcome that covers it, told or failed.
 *
 *     batches    a------------b--------
 *     script     ---f-----t------t-----          f: failed and tried again, t: told
 *     request    ------t------------t--          begins when the script has given its first outcome for the batch
 *
 * So a hook that hangs delays later ones by its own limit for one try (behind a try that was under way already), a failed one holds
 * nobody, and one that succeeds late is no reason to run the others again. Batches that wait for an earlier hook are merged.
 * What a hook is not to be told passes it at once.
 *
 * A debt of an earlier life is told with the initial batch, or instead of it where nothing changed or the hook skips it.
 * A debt is paid when a hook succeeds and no change came after those that it was told of. Completes when the events have
 * ended and the hooks are done; hooks never error.
 */
export function tellHooks(options: TellHooksOptions): OperatorFunction<SidecarEvent, NotificationOutcome | HookOutput> {
  const { hooks, debts, debounceMs, maxWaitMs } = options;
  return connect((events$) =>
    defer(() => {
      let changesSoFar = 0;
      let reason: Notification['reason'] = 'initial';
      let stopped = false;
      // The flag before anybody ends, since the end of a hook lets the next one go on.
      const stop$ = (options.stop$ ?? NEVER).pipe(
        take(1),
        tap(() => {
          stopped = true;
        }),
        share(),
      );
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
      );
      const unchanged$ = released$.pipe(
        filter(() => changesSoFar === 0),
        map((): Notification => ({ reason: 'owed', covers: 0, changes: [] })),
      );
      const notifications$ = merge(batches$, unchanged$).pipe(share());

      /** How far each hook is, by the last change that it has given an outcome for. */
      const passed$ = new BehaviorSubject<readonly number[]>(hooks.map(() => -1));
      const pass = (index: number, covers: number): void => {
        if (stopped || covers <= (passed$.value[index] ?? covers)) return;
        passed$.next(passed$.value.with(index, covers));
      };

      const tell = (hook: Hook, index: number): Observable<NotificationOutcome | HookOutput> => {
        const isOwed = debts.owedAtStart.has(hook.target);
        let waits = false;
        return notifications$.pipe(
          concatMap((notification): readonly Notification[] => {
            const told = toldOf(notification, hook, isOwed);
            if (told === undefined) pass(index, notification.covers);
            return told === undefined ? [] : [told];
          }),
          holdUntilPassed(passed$.pipe(map((passed) => Math.min(...passed.slice(0, index))))),
          takeUntil(stop$),
          tap(() => {
            waits = false;
          }),
          hook.notify,
          // Once stopped, a try under way is waited for, but not the next one: the debt is on disk.
          takeWhile((said) => {
            if (said.type === 'hook-output') return true;
            waits = said.op === 'failed';
            if (said.op === 'told' && said.covers === changesSoFar) debts.pay(hook.target);
            return !(stopped && waits);
          }, true),
          takeUntil(stop$.pipe(filter(() => waits))),
          // Behind the outcome, so that it is heard of before what it lets begin; a hook that has ended holds nobody.
          concatMap((said) =>
            concat(
              of(said),
              defer(() => {
                if (said.type === 'notification') pass(index, said.covers);
                return EMPTY;
              }),
            ),
          ),
          tap({ complete: () => pass(index, Number.POSITIVE_INFINITY) }),
        );
      };
      return merge(...hooks.map(tell));
    }),
  );
}

/** What a hook gets of a notification; the debt of an earlier life stands for changes that it skips. */
function toldOf(notification: Notification, hook: Hook, isOwed: boolean): Notification | undefined {
  const { reason, covers } = notification;
  const isSkipped = reason === 'owed' || (reason === 'initial' && hook.skipInitial);
  if (!isSkipped) return notification;
  return isOwed ? { reason: 'owed', covers, changes: [] } : undefined;
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
