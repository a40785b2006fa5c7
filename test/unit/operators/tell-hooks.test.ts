import { asyncScheduler, concat, concatMap, delay, map, NEVER, type Observable, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Notification, NotificationOutcome, SidecarEvent } from '../../../src/model.js';
import { holdInitial } from '../../../src/operators/hold-initial.js';
import { type Debts, type Hook, tellHooks } from '../../../src/operators/tell-hooks.js';
import { absent, scope, written } from './events.js';
import { marbles } from './marbles.js';

/** `w`, `v`: plans that changed one file; `W`: one that changed two; `p`: one that changed none. */
const plans: Record<string, SidecarEvent[]> = {
  w: [written('/w'), { type: 'published' }],
  v: [written('/v'), { type: 'published' }],
  W: [written('/1'), written('/2'), { type: 'published' }],
  p: [absent('/p'), { type: 'published' }],
  L: [{ type: 'listed' }],
};

interface Told {
  readonly at: number;
  readonly reason: Notification['reason'];
  readonly paths: readonly string[];
}

/** Runs events through hooks that take `takesMs` to succeed, and says what each was told, and which debts were paid. */
function run(
  events: string,
  more: {
    readonly skipInitial?: boolean;
    readonly owedAtStart?: readonly string[];
    readonly debounceMs?: number;
    readonly takesMs?: number;
    readonly stop?: string;
    readonly outcome?: 'told' | 'failed' | 'failed, and waits';
  } = {},
): {
  readonly told: readonly Told[];
  readonly paid: readonly number[];
  readonly done: boolean;
  readonly doneAt: number | undefined;
} {
  const told: Told[] = [];
  const paid: number[] = [];
  let done = false;
  let doneAt: number | undefined;
  marbles(({ hot, flush }) => {
    const hook: Hook = {
      target: 'app',
      skipInitial: more.skipInitial ?? false,
      notify: (notifications$: Observable<Notification>) =>
        notifications$.pipe(
          map((notification) => {
            const paths = notification.changes.map(({ path }) => path);
            told.push({ at: asyncScheduler.now(), reason: notification.reason, paths });
            return notification;
          }),
          concatMap(({ covers }) => {
            const base = { type: 'notification', target: 'app', tries: 1 } as const;
            const outcome: NotificationOutcome = more.outcome?.startsWith('failed')
              ? { ...base, op: 'failed', message: 'no', retryInMs: 1 }
              : { ...base, op: 'told', covers };
            const outcome$ = of(outcome).pipe(delay(more.takesMs ?? 1));
            return more.outcome === 'failed, and waits' ? concat(outcome$, NEVER) : outcome$;
          }),
        ),
    };
    const debts: Debts = { owedAtStart: new Set(more.owedAtStart), pay: () => paid.push(asyncScheduler.now()) };
    const options = {
      hooks: [hook],
      debts,
      debounceMs: more.debounceMs ?? 3,
      maxWaitMs: 10,
      hold: holdInitial({ scopes: [scope], maxWaitMs: 10 }),
      ...(more.stop !== undefined && { stop$: hot(more.stop) }),
    };
    hot(events, plans)
      .pipe(
        concatMap((plan) => plan),
        tellHooks(options),
      )
      .subscribe({
        complete: () => {
          done = true;
          doneAt = asyncScheduler.now();
        },
      });
    flush();
  });
  return { told, paid, done, doneAt };
}

describe('tellHooks', () => {
  it('tells of the initial sync once, when it is done, and of later changes in batches', () => {
    const { told, paid, done } = run('-w-v-L---------w-v-------|');
    expect(told).toEqual([
      { at: 5, reason: 'initial', paths: ['/w', '/v'] },
      { at: 20, reason: 'change', paths: ['/w', '/v'] },
    ]);
    expect(paid).toEqual([6, 21]);
    expect(done).toBe(true);
  });

  it('says nothing where nothing changed', () => {
    expect(run('-p-L---p---|').told).toEqual([]);
  });

  it('without a debounce tells of each plan on its own, and of its files together', () => {
    const { told } = run('-L--(Wv)------|', { debounceMs: 0 });
    expect(told.map(({ paths }) => paths)).toEqual([['/1', '/2'], ['/v']]);
  });

  it('a hook that skips the initial sync is told of what comes after it', () => {
    const { told } = run('-w-L---v------|', { skipInitial: true });
    expect(told).toEqual([{ at: 10, reason: 'change', paths: ['/v'] }]);
  });

  it('an old debt is told with the initial sync', () => {
    const { told } = run('-w-L-------|', { owedAtStart: ['app'] });
    expect(told).toEqual([{ at: 3, reason: 'initial', paths: ['/w'] }]);
  });

  it('an old debt is told though nothing changed', () => {
    const { told, paid } = run('-p-L-------|', { owedAtStart: ['app'] });
    expect(told).toEqual([{ at: 3, reason: 'owed', paths: [] }]);
    expect(paid).toEqual([4]);
  });

  it('an old debt is told to a hook that skips the initial sync', () => {
    const { told } = run('-w-L-------|', { owedAtStart: ['app'], skipInitial: true });
    expect(told).toEqual([{ at: 3, reason: 'owed', paths: [] }]);
  });

  it('the debt of another target is not ours', () => {
    expect(run('-p-L-------|', { owedAtStart: ['other'] }).told).toEqual([]);
  });

  it('a success does not pay for a change that came while the request was in flight', () => {
    const { told, paid } = run('-L-w------v-----------|', { takesMs: 6 });
    expect(told.map(({ at }) => at)).toEqual([6, 13]);
    expect(paid).toEqual([19]);
  });

  it('a failure pays nothing', () => {
    expect(run('-w-L------|', { outcome: 'failed' }).paid).toEqual([]);
  });

  it('after the stop no batch is begun, what is in flight is still heard, and the debt of the rest stays', () => {
    const { told, paid, done } = run('-L-w---v--------', { takesMs: 4, stop: '--------x' });
    expect(told.map(({ paths }) => paths)).toEqual([['/w']]);
    expect(paid).toEqual([]);
    expect(done).toBe(true);
  });

  it.each([
    ['a hook that waits for its next try ends with the stop', '------------x', 12],
    ['one whose try is under way ends with that try', '--------x----', 10],
  ])('%s', (_, stop, doneAt) => {
    const more = { takesMs: 4, outcome: 'failed, and waits', stop } as const;
    expect(run('-L-w------------', more)).toMatchObject({ done: true, doneAt, paid: [] });
  });

  it('completes with the events once the hooks are done, the rest told at once', () => {
    const { told, done } = run('-L-w|', { takesMs: 4 });
    expect(told).toEqual([{ at: 4, reason: 'change', paths: ['/w'] }]);
    expect(done).toBe(true);
  });
});
