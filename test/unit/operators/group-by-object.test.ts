import { catchError, concat, filter, ignoreElements, map, mergeMap, type Observable, of, Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ObjectChange, ObjectKey } from '../../../src/model.js';
import { groupByObject } from '../../../src/operators/group-by-object.js';
import { applied, deleted, key, watched } from './events.js';
import { marbles, marbleTable, neverAndEmpty } from './marbles.js';

const idleMs = 5;

const changes = {
  a: applied(watched('a')),
  A: deleted('a'),
  b: applied(watched('b')),
};

marbleTable(
  [
    ...neverAndEmpty,
    {
      claim: 'an error passes',
      source: '-a-#',
      subs: '  ^--!',
      result: '-a-#',
    },
    {
      claim: 'unsubscribing ends the source',
      source: '-a-b-|',
      unsub: ' ^-!   ',
      subs: '  ^-!   ',
      result: '-a-   ',
    },
    {
      claim: 'an object has one group while it changes',
      source: '-a-b-a-b-|',
      subs: '  ^--------!',
      result: '-a-b-----|',
    },
    {
      claim: 'an object that is created again has a new group',
      source: '-a-A-a---|',
      subs: '  ^--------!',
      result: '-a---a---|',
    },
    {
      claim: 'an object that was quiet has a new group, one that is not has none',
      source: '-a---a---a------a-|',
      subs: '  ^-----------------!',
      result: '-a--------------a-|',
    },
    {
      claim: 'a delete of an object that has no group has one',
      source: '-A-A-|',
      subs: '  ^----!',
      result: '-a-a-|',
    },
  ],
  (source$: Observable<ObjectChange>) =>
    source$.pipe(
      groupByObject({ idleMs }),
      map((group) => group.key),
    ),
  { source: changes, result: { a: 'configmap/default/a', b: 'configmap/default/b' } },
);

it('the diagram of the docs', () => {
  marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source$ = hot<ObjectChange>('  -a-a-A-a---------|', changes);
    const groups$ = source$.pipe(groupByObject({ idleMs }));
    const numbered$ = groups$.pipe(map((_, number) => (number === 0 ? 'x' : 'y')));
    const group = (wanted: number) =>
      groups$.pipe(
        filter((_, number) => number === wanted),
        mergeMap((changes$) => concat(changes$, of('|'))),
      );
    expectObservable(numbered$).toBe(' -x-----y---------|');
    expectObservable(group(0)).toBe('  -a-a-(AE)--------|', { ...changes, E: '|' });
    expectObservable(group(1)).toBe('  -------a----E----|', { ...changes, E: '|' });
    expectSubscriptions(source$.subscriptions).toBe(Array(3).fill('^----------------!'));
  });
});

it('groups complete with the source', () => {
  marbles(({ hot, expectObservable }) => {
    const source$ = hot<ObjectChange>('-a-|', changes);
    const ends$ = source$.pipe(
      groupByObject({ idleMs }),
      mergeMap((group) => concat(group.pipe(ignoreElements()), of('E'))),
    );
    expectObservable(ends$).toBe('    ---(E|)');
  });
});

it('groups error with the source', () => {
  marbles(({ hot, expectObservable }) => {
    const source$ = hot<ObjectChange>('-a-#', changes);
    const errors$ = source$.pipe(
      groupByObject({ idleMs }),
      mergeMap((group) => group.pipe(catchError((error) => of(`group: ${error}`)))),
    );
    expectObservable(errors$).toBe('  -a-(E#)', { ...changes, E: 'group: error' });
  });
});

it('a change that is fed back while its group ends is not lost', () => {
  const source$ = new Subject<ObjectChange>();
  const given: string[] = [];
  let fedBack = false;
  source$
    .pipe(
      groupByObject({ idleMs }),
      mergeMap((group) => concat(group, of('end'))),
    )
    .subscribe((change) => {
      given.push(typeof change === 'string' ? change : change.type);
      if (change === 'end' && !fedBack) {
        fedBack = true;
        source$.next(changes.a);
      }
    });
  source$.next(changes.A);
  expect(given).toEqual(['delete', 'end', 'apply']);
  source$.complete();
});

it('an object never has two groups that are open, whatever is fed back', () => {
  const source$ = new Subject<ObjectChange>();
  let opened = 0;
  let feed = () => {
    feed = () => undefined;
    source$.next(changes.A);
    source$.next(changes.a);
  };
  source$
    .pipe(
      groupByObject({ idleMs }),
      mergeMap((group) => {
        opened += 1;
        return group;
      }),
    )
    .subscribe(() => feed());
  source$.next(changes.A);
  source$.next(changes.a);
  expect(opened).toBe(2);
  source$.complete();
});

describe('`end$`', () => {
  const ends: Readonly<Record<string, ObjectKey | 'all'>> = { a: key('a'), z: key('z'), X: 'all' };
  const numbers = { 0: '0', 1: '1', 2: '2', 3: '3' };

  /** What the groups give, and the number of each behind its last change. */
  const ending = (source$: Observable<ObjectChange>, end$: Observable<ObjectKey | 'all'>, quietMs = 20) =>
    source$.pipe(
      groupByObject({ idleMs: quietMs, end$ }),
      mergeMap((group, number) => concat(group, of(String(number)))),
    );

  it.each([
    ['ends the group of its key alone', '-a-b----a-b-|', '----a-------|', '-a-b0---a-b-(21|)'],
    ['ends all groups with `all`', '-a-b----a-b-|', '----X-------|', '-a-b(01)a-b-(23|)'],
    ['of an object without a group is nothing', '-a---a----|', '---z------|', '-a---a----(0|)'],
    ['of all where there is no group is nothing', '-----a----|', '-X--------|', '-----a----(0|)'],
    ['ends a group that has just begun', '-a--------|', '-a--------|', '-(a0)-----|'],
    ['may complete before the source, which goes on', '-a-a--|', '---|', '-a-a--(0|)'],
    ['is waited for when the source has completed', '-a-|', '-----X-|', '-a-0---|'],
    ['is one of the ways in which the result errors', '-a---a', '---#', '-a-#'],
  ])('%s', (_, source, end, result) => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot<ObjectChange>(source, changes);
      const end$ = hot(end, ends);
      expectObservable(ending(source$, end$)).toBe(result, { ...changes, ...numbers });
      const frames = (diagram: string) => `^${'-'.repeat(diagram.search(/[|#]/) - 1)}!`;
      expectSubscriptions(end$.subscriptions).toBe(frames(end));
      expectSubscriptions(source$.subscriptions).toBe(frames(source.endsWith('|') ? source : end));
    });
  });

  it('ends the groups that were there before a change of the same moment', () => {
    marbles(({ hot, expectObservable }) => {
      const source$ = hot<ObjectChange>('      -a--a---|', changes);
      const all$ = source$.pipe(map(() => 'all' as const));
      expectObservable(ending(source$, all$)).toBe('-a--(0a)(1|)', { ...changes, ...numbers });
    });
  });

  it('is left with the source by an unsubscribe', () => {
    marbles(({ hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot<ObjectChange>('-a-b-a-|', changes);
      const end$ = hot('             ----X--|', ends);
      expectObservable(ending(source$, end$), '--!').toBe('-a-', changes);
      expectSubscriptions(source$.subscriptions).toBe('^-!');
      expectSubscriptions(end$.subscriptions).toBe('^-!');
    });
  });

  it('of the last group leaves no timer, of another one leaves that of the rest', () => {
    marbles(({ hot, expectObservable }) => {
      const source$ = hot<ObjectChange>('-a-b----------|', changes);
      const end$ = hot('             ----a---------|', ends);
      expectObservable(ending(source$, end$, 6)).toBe('-a-b0----1----|', { ...changes, ...numbers });
    });
  });

  it('a change that is fed back while the group of its key is ended is in a new group', () => {
    const source$ = new Subject<ObjectChange>();
    const end$ = new Subject<ObjectKey | 'all'>();
    const seen: string[] = [];
    ending(source$, end$).subscribe((given) => {
      seen.push(typeof given === 'string' ? `end of ${given}` : given.type);
      if (given === '0') {
        source$.next(changes.A);
      }
    });
    source$.next(changes.a);
    end$.next(key('a'));
    expect(seen).toEqual(['apply', 'end of 0', 'delete', 'end of 1']);
    source$.complete();
  });
});

describe('on fake timers', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const open = (source$: Observable<ObjectChange>) => {
    const ended: string[] = [];
    const subscription = source$
      .pipe(
        groupByObject({ idleMs: 100 }),
        mergeMap((group) => concat(group.pipe(ignoreElements()), of(group.key.slice(-1)))),
      )
      .subscribe((key) => ended.push(key));
    return { ended, subscription };
  };

  it('one timer serves all groups, and none is left without groups', () => {
    const source$ = new Subject<ObjectChange>();
    const { subscription } = open(source$);
    const timers: number[] = [];
    for (const change of [changes.a, changes.b, changes.A, deleted('b'), changes.a]) {
      source$.next(change);
      timers.push(vi.getTimerCount());
    }
    subscription.unsubscribe();
    expect(timers).toEqual([1, 1, 1, 0, 1]);
    expect(vi.getTimerCount()).toBe(0);
    expect(source$.observed).toBe(false);
  });

  it.each([key('a'), 'all'] as const)('the group that `end$` ends with %s leaves no timer', (end) => {
    const source$ = new Subject<ObjectChange>();
    const end$ = new Subject<ObjectKey | 'all'>();
    source$
      .pipe(
        groupByObject({ idleMs: 100, end$ }),
        mergeMap((group) => group),
      )
      .subscribe();
    source$.next(changes.a);
    expect(vi.getTimerCount()).toBe(1);
    end$.next(end);
    expect(vi.getTimerCount()).toBe(0);
    source$.next(changes.a);
    source$.next(changes.b);
    end$.next(key('a'));
    expect(vi.getTimerCount()).toBe(1);
  });

  it('each group ends after its own quiet time', () => {
    const source$ = new Subject<ObjectChange>();
    const { ended } = open(source$);
    const seen: string[] = [];
    source$.next(changes.a);
    vi.advanceTimersByTime(40);
    source$.next(changes.b);
    vi.advanceTimersByTime(20);
    source$.next(changes.a);
    for (const ms of [79, 1, 19, 1]) {
      vi.advanceTimersByTime(ms);
      seen.push(ended.join(''));
    }
    expect(seen).toEqual(['', 'b', 'b', 'ba']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('a group that is fed back while others end delays none of them', () => {
    const source$ = new Subject<ObjectChange>();
    const ended: string[] = [];
    source$
      .pipe(
        groupByObject({ idleMs: 100 }),
        mergeMap((group) => concat(group.pipe(ignoreElements()), of(group.key.slice(-1)))),
      )
      .subscribe((key) => {
        ended.push(key);
        if (ended.length === 1) {
          source$.next(applied(watched('c')));
        }
      });
    source$.next(changes.a);
    vi.advanceTimersByTime(50);
    source$.next(changes.b);
    vi.advanceTimersByTime(100);
    expect(ended).toEqual(['a', 'b']);
    vi.advanceTimersByTime(50);
    expect(ended).toEqual(['a', 'b', 'c']);
  });

  it('a clock that is set back keeps no group open', () => {
    const source$ = new Subject<ObjectChange>();
    const { ended } = open(source$);
    source$.next(changes.a);
    vi.setSystemTime(Date.now() - 3_600_000);
    vi.advanceTimersByTime(200);
    expect(ended).toEqual(['a']);
  });
});

it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])('an idle time of %d is refused', (bad) => {
  expect(() => groupByObject({ idleMs: bad })).toThrow(`Expected \`idleMs\` to be milliseconds from 0`);
});
