import fc from 'fast-check';
import {
  asyncScheduler,
  concat,
  concatMap,
  delay,
  filter,
  finalize,
  ignoreElements,
  map,
  NEVER,
  type Observable,
  of,
  share,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { HookOutput, Notification, NotificationOutcome, SidecarEvent } from '../../../src/model.js';
import { decideOwedRetry, NO_FAILURES } from '../../../src/operators/decide-owed-retry.js';
import { holdInitial } from '../../../src/operators/hold-initial.js';
import { notifyUntilTold } from '../../../src/operators/notify-until-told.js';
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
              ? { ...base, op: 'failed', covers, message: 'no', retryInMs: 1 }
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

/** What a try does: after so many milliseconds it has told, failed, or it goes on for ever. */
type Step = readonly [number, 'told' | 'failed'] | 'never';

/** Runs events through several hooks, each with its tries in turn, the last again and again, and gives a log of begun tries and outcomes. */
function runAll(
  events: string,
  hooks: Readonly<Record<string, { readonly steps: readonly Step[]; readonly skipInitial?: boolean }>>,
  more: { readonly owedAtStart?: readonly string[]; readonly stop?: string } = {},
) {
  const log: string[] = [];
  const paid: string[] = [];
  let underWay: Record<string, number> = {};
  let done: number | undefined;
  const say = (text: string) => log.push(`${asyncScheduler.now()} ${text}`);
  marbles(({ hot, flush }) => {
    underWay = {};
    const options = {
      hooks: Object.entries(hooks).map(([target, { steps, skipInitial = false }]): Hook => {
        let tries = 0;
        const notify = notifyUntilTold({
          target,
          send: ({ reason, changes }) => {
            say(`${target} begins ${reason}${changes.map(({ path }) => ` ${path}`).join('')}`);
            underWay[target] = (underWay[target] ?? 0) + 1;
            expect(underWay[target]).toBe(1);
            const step = steps[Math.min(tries++, steps.length - 1)] ?? 'never';
            const line: HookOutput = { type: 'hook-output', target, stream: 'stdout', line: 'x' };
            const end$ = step === 'never' ? NEVER : timer(step[0]).pipe(map(() => endOf(step[1])));
            return concat(of(line), end$).pipe(
              finalize(() => {
                underWay[target] = 0;
              }),
            );
          },
          unexpected: () => endOf('failed'),
          noFailures: NO_FAILURES,
          // 125 ms for the first.
          decideRetry: (before) => decideOwedRetry(before, { intervalMs: 1_000, random: () => 0 }),
          timeoutMs: 1_000,
          once: false,
        });
        return { target, skipInitial, notify };
      }),
      debts: { owedAtStart: new Set(more.owedAtStart), pay: (target: string) => paid.push(target) },
      debounceMs: 1,
      maxWaitMs: 10,
      hold: holdInitial({ scopes: [scope], maxWaitMs: 10 }),
      ...(more.stop !== undefined && { stop$: hot(more.stop) }),
    };
    const end$ = timer(2_000);
    hot(events, plans)
      .pipe(
        concatMap((plan) => plan),
        tellHooks(options),
        takeUntil(end$),
      )
      .subscribe({
        next: (said) => said.type === 'notification' && say(`${said.target} ${said.op}`),
        complete: () => {
          done = asyncScheduler.now();
        },
      });
    flush();
  });
  return { log, paid, done };
}

function endOf<Op extends 'told' | 'failed'>(op: Op) {
  return { op, message: 'no' };
}

describe('the order of hooks', () => {
  it('is that of the diagram of its documentation', () => {
    marbles(({ hot, expectObservable }) => {
      const batches = 'a------------b--------';
      const script = ' ---f-----t------t-----';
      const request = '------t------------t--';

      const hook = (target: string, ends: readonly (readonly [number, 'told' | 'failed'])[]): Hook => {
        const unended = [...ends];
        const notify = notifyUntilTold({
          target,
          send: () => {
            const [tookMs, op] = unended.shift() ?? [1, 'told'];
            return timer(tookMs).pipe(map(() => endOf(op)));
          },
          unexpected: () => endOf('failed'),
          noFailures: NO_FAILURES,
          decideRetry: (tally) => ({ tally, phase: 'policy', waitMs: 4 }),
          timeoutMs: 1_000,
          once: false,
        });
        return { target, skipInitial: false, notify };
      };
      const outcomes$ = hot(batches, { a: [...(plans['L'] ?? []), ...(plans['w'] ?? [])], b: plans['v'] ?? [] }).pipe(
        concatMap((events) => events),
        tellHooks({
          hooks: [
            hook('script', [
              [3, 'failed'],
              [2, 'told'],
              [3, 'told'],
            ]),
            hook('request', [
              [3, 'told'],
              [3, 'told'],
            ]),
          ],
          debts: { owedAtStart: new Set(), pay: () => undefined },
          debounceMs: 0,
          maxWaitMs: 0,
          hold: holdInitial({ scopes: [scope], maxWaitMs: 10 }),
        }),
        share(),
      );
      for (const [target, diagram] of Object.entries({ script, request })) {
        const ops$ = outcomes$.pipe(
          filter((said) => said.target === target),
          map((said) => said.type === 'notification' && said.op),
        );
        expectObservable(ops$).toBe(diagram, { f: 'failed', t: 'told' });
      }
    });
  });

  it('is kept by all of three, each behind the first outcome of the one before it', () => {
    const { log, paid, done } = runAll('L-w-|', {
      script: { steps: [[2, 'told']] },
      signal: { steps: [[3, 'told']] },
      request: { steps: [[4, 'told']] },
    });
    expect(log).toEqual([
      '3 script begins change /w',
      '5 script told',
      '5 signal begins change /w',
      '8 signal told',
      '8 request begins change /w',
      '12 request told',
    ]);
    expect(paid).toEqual(['script', 'signal', 'request']);
    expect(done).toBe(12);
  });

  it('lets a late success of one cause no second run of the others', () => {
    const { log } = runAll('L-w-|', {
      script: {
        steps: [
          [2, 'failed'],
          [2, 'told'],
        ],
      },
      request: { steps: [[1, 'told']] },
    });
    expect(log).toEqual([
      '3 script begins change /w',
      '5 script failed',
      '5 request begins change /w',
      '6 request told',
      '130 script begins change /w',
      '132 script told',
    ]);
  });

  it('merges what waits for an earlier hook', () => {
    const { log, paid } = runAll('L-w----v----w----|', {
      script: { steps: [[20, 'told']] },
      request: { steps: [[1, 'told']] },
    });
    expect(log).toEqual([
      '3 script begins change /w',
      '23 script told',
      '23 request begins change /w',
      '23 script begins change /v /w',
      '24 request told',
      '43 script told',
      '43 request begins change /v /w',
      '44 request told',
    ]);
    expect(paid).toEqual(['script', 'request']);
  });

  it('makes a hook that fails each time hold the next one by one try', () => {
    const { log } = runAll('L-w----v------|', {
      script: { steps: [[2, 'failed']] },
      request: { steps: [[1, 'told']] },
    });
    expect(log.filter((entry) => entry.includes('request begins'))).toEqual([
      '5 request begins change /w',
      '10 request begins change /v',
    ]);
  });

  it('lets the initial sync pass a hook that skips it, but not the one before that', () => {
    const { log } = runAll('wL----v------|', {
      script: { steps: [[3, 'told']] },
      signal: { steps: [[2, 'told']], skipInitial: true },
      request: { steps: [[1, 'told']] },
    });
    expect(log).toEqual([
      '1 script begins initial /w',
      '4 script told',
      '4 request begins initial /w',
      '5 request told',
      '7 script begins change /v',
      '10 script told',
      '10 signal begins change /v',
      '12 signal told',
      '12 request begins change /v',
      '13 request told',
    ]);
  });

  it('is that of old debts, too, and who owes nothing holds nobody', () => {
    const steps: readonly Step[] = [[2, 'told']];
    const hooks = { script: { steps }, signal: { steps }, request: { steps } };
    expect(runAll('pL----|', hooks, { owedAtStart: ['script', 'request'] }).log).toEqual([
      '1 script begins owed',
      '3 script told',
      '3 request begins owed',
      '5 request told',
    ]);
    expect(runAll('pL----|', hooks, { owedAtStart: ['request'] }).log).toEqual([
      '1 request begins owed',
      '3 request told',
    ]);
  });

  it('makes the initial sync wait for the old debt of an earlier hook that skips it', () => {
    const hooks = {
      script: { steps: [[2, 'told']], skipInitial: true },
      request: { steps: [[1, 'told']] },
    } as const;
    expect(runAll('wL----|', hooks, { owedAtStart: ['script'] }).log).toEqual([
      '1 script begins owed',
      '3 script told',
      '3 request begins initial /w',
      '4 request told',
    ]);
  });

  it('after the stop begins nothing with what waited for an earlier hook', () => {
    const { log, paid, done } = runAll(
      'L-w--------------',
      { script: { steps: [[5, 'told']] }, request: { steps: [[1, 'told']] } },
      { stop: '-----x' },
    );
    expect(log).toEqual(['3 script begins change /w', '8 script told']);
    expect(paid).toEqual(['script']);
    expect(done).toBe(8);
  });

  it.each([
    ['holds nobody behind a hook that has ended without an answer', 'L-w-|', '-----', ['next']],
    ['after the stop lets nobody go on behind such a hook', '        L-w--', '----x', []],
  ])('%s', (_, events, stop, expected) => {
    const told: string[] = [];
    const mute: Hook = {
      target: 'mute',
      skipInitial: false,
      notify: (notifications$) => notifications$.pipe(ignoreElements()),
    };
    const next: Hook = {
      target: 'next',
      skipInitial: false,
      notify: (notifications$) =>
        notifications$.pipe(
          tap(() => told.push('next')),
          ignoreElements(),
        ),
    };
    marbles(({ hot, flush }) => {
      hot(events, plans)
        .pipe(
          concatMap((plan) => plan),
          tellHooks({
            hooks: [mute, next],
            debts: { owedAtStart: new Set(), pay: () => undefined },
            debounceMs: 1,
            maxWaitMs: 10,
            hold: holdInitial({ scopes: [scope], maxWaitMs: 10 }),
            stop$: hot(stop),
          }),
        )
        .subscribe();
      flush();
      expect(told).toEqual(expected);
    });
  });

  it('of whatever hooks: none is told of a batch before those ahead of it had an outcome for it, and each is told of all', () => {
    const step = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.constantFrom('told' as const, 'failed' as const));
    const hook = fc.array(step, { minLength: 1, maxLength: 5 });
    const event = fc.constantFrom('w', 'v', '-', '--------', '---');
    fc.assert(
      fc.property(
        fc.array(hook, { minLength: 1, maxLength: 3 }),
        fc.array(event, { maxLength: 12 }),
        (hooks, events) => {
          marbles(({ hot, flush }) => {
            const answered = hooks.map(() => -1);
            const told = hooks.map(() => new Set<string>());
            let last = 0;
            const wrapped = hooks.map((script, index): Hook => {
              const steps = [...script, [1, 'told'] as const];
              const target = `hook${index}`;
              let tries = 0;
              const notify = notifyUntilTold({
                target,
                send: ({ covers, changes }) => {
                  for (const ahead of answered.slice(0, index)) expect(ahead).toBeGreaterThanOrEqual(covers);
                  const [tookMs, op] = steps[Math.min(tries++, steps.length - 1)] ?? [1, 'told'];
                  if (op === 'told') for (const { path } of changes) told[index]?.add(path);
                  last = Math.max(last, covers);
                  return timer(tookMs).pipe(map(() => endOf(op)));
                },
                unexpected: () => endOf('failed'),
                noFailures: NO_FAILURES,
                decideRetry: (before) => decideOwedRetry(before, { intervalMs: 1_000, random: () => 0 }),
                timeoutMs: 1_000,
                once: false,
              });
              return { target, skipInitial: false, notify };
            });
            hot(`L${events.join('')}|`, plans)
              .pipe(
                concatMap((plan) => plan),
                tellHooks({
                  hooks: wrapped,
                  debts: { owedAtStart: new Set(), pay: () => undefined },
                  debounceMs: 1,
                  maxWaitMs: 5,
                  hold: holdInitial({ scopes: [scope], maxWaitMs: 10 }),
                }),
              )
              .subscribe((said) => {
                if (said.type !== 'notification') return;
                const index = Number(said.target.at(-1));
                answered[index] = Math.max(answered[index] ?? -1, said.covers);
              });
            flush();
            const changed = new Set(events.flatMap((one) => (one === 'w' || one === 'v' ? [`/${one}`] : [])));
            for (const paths of told) expect(paths).toEqual(changed);
            expect(answered.every((covers) => covers === last || last === 0)).toBe(true);
          });
        },
      ),
      { numRuns: 200 },
    );
  });
});
