import { BehaviorSubject, NEVER, of, Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Notification } from '../../../src/model.js';
import { holdUntilPassed } from '../../../src/operators/hold-until-passed.js';
import { marbles } from './marbles.js';

function covering(...covered: readonly number[]): Notification {
  const changes = covered.map((n) => ({
    op: 'created' as const,
    path: `/${n}`,
    owner: 'configmap/default/x' as const,
  }));
  return { reason: 'change', covers: covered.at(-1) ?? 0, changes };
}
const values = { 1: covering(1), 2: covering(2), 3: covering(3), 4: covering(4), x: covering(2, 3), y: covering(1, 2) };
const passed = { 0: 0, 1: 1, 2: 2, 3: 3, 4: 4, i: Number.POSITIVE_INFINITY };

const cases: readonly { claim: string; notifications: string; passed: string; result: string }[] = [
  {
    claim: 'does what the diagram of its documentation shows',
    notifications: '1-2-3------------|',
    passed: '       0-----1-----3----',
    result: '       ------1-----x----|',
  },
  {
    claim: 'what is passed already is not held',
    notifications: '--1-2|',
    passed: '       i-----',
    result: '       --1-2|',
  },
  {
    claim: 'the oldest is let go of though newer ones come without end',
    notifications: '1-2-3-4-------|',
    passed: '       0----1--2---4-',
    result: '       -----1------z-|',
  },
  {
    claim: 'all that is passed at once is one',
    notifications: '1-2-----|',
    passed: '       0----2---',
    result: '       -----y--|',
  },
  {
    claim: 'waits for what is held when the source has ended',
    notifications: '1-2|',
    passed: '       0-----1--2--',
    result: '       ------1--(2|)',
  },
  {
    claim: 'completes with the source where nothing is held',
    notifications: '1--|',
    passed: '       01--',
    result: '       -1-|',
  },
  {
    claim: 'never goes back',
    notifications: '----2|',
    passed: '       2-1---',
    result: '       ----2|',
  },
  {
    claim: 'forwards an error of the source at once',
    notifications: '1-#',
    passed: '       0--',
    result: '       --#',
  },
  {
    claim: 'forwards an error of what is passed',
    notifications: '1--',
    passed: '       0-#',
    result: '       --#',
  },
  { claim: 'empty completes', notifications: '|', passed: '0', result: '|' },
  { claim: 'a silent source is waited for', notifications: '-', passed: '0', result: '-' },
];

describe('holdUntilPassed', () => {
  // Not `it.each`, as in marbles.ts.
  for (const row of cases) {
    it(row.claim, () => {
      marbles(({ cold, expectObservable }) => {
        const result = cold(row.notifications, values).pipe(holdUntilPassed(cold(row.passed, passed)));
        expectObservable(result).toBe(row.result, { ...values, z: covering(2, 3, 4) });
      });
    });
  }

  it('lets go of both on unsubscribe, and two subscribers share nothing', () => {
    marbles(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const source = hot('--1--', values);
      const passed$ = cold('0----', passed);
      expectObservable(source.pipe(holdUntilPassed(passed$)), '^--!').toBe('----');
      expectSubscriptions(source.subscriptions).toBe('^--!');
      expectSubscriptions(passed$.subscriptions).toBe('^--!');
      const held$ = of(values[1]).pipe(holdUntilPassed(cold('0-1', passed)));
      expectObservable(held$).toBe('--(1|)', values);
      expectObservable(held$, '-^').toBe('---(1|)', values);
    });
  });

  it('goes on from the highest, whatever order values reach it in that are said within each other', () => {
    const passed$ = new BehaviorSubject(0);
    const seen: number[] = [];
    const notifications$ = new Subject<Notification>();
    // Ahead of the operator: says the higher one within the lower, so the lower comes last.
    passed$.subscribe((value) => {
      if (value === 1) passed$.next(2);
    });
    notifications$.pipe(holdUntilPassed(passed$)).subscribe(({ covers }) => seen.push(covers));
    passed$.next(1);
    notifications$.next(values[2]);
    expect(seen).toEqual([2]);
  });

  it('holds two at most: of the later ones a path is kept once', () => {
    const notifications$ = new Subject<Notification>();
    const passed$ = new BehaviorSubject(0);
    const seen: Notification[] = [];
    notifications$.pipe(holdUntilPassed(passed$)).subscribe((notification) => seen.push(notification));
    for (let covers = 1; covers <= 1_000; covers++) notifications$.next({ ...covering(7), covers });
    passed$.next(1_000);
    expect(seen).toEqual([{ ...covering(7), covers: 1_000 }]);
  });

  it('completes with an empty source though what is passed never ends', () => {
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold<Notification>('--|').pipe(holdUntilPassed(NEVER))).toBe('--|');
    });
  });
});
