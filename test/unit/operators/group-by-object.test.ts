import { concat, filter, ignoreElements, map, mergeMap, type Observable, of, Subject } from 'rxjs';
import { expect, it } from 'vitest';
import type { ObjectChange } from '../../../src/model.js';
import { groupByObject } from '../../../src/operators/group-by-object.js';
import { marbles, marbleTable } from './marbles.js';
import { applied, deleted, watched } from './resource-events.js';

const idleMs = 5;

const changes = {
  a: applied(watched('a')),
  A: deleted('a'),
  b: applied(watched('b')),
};

marbleTable(
  [
    {
      claim: 'never gives nothing',
      source: '-',
      subs: '  ^',
      result: '-',
    },
    {
      claim: 'empty completes',
      source: '|',
      subs: '  (^!)',
      result: '|',
    },
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
    const group$ = source$.pipe(
      groupByObject({ idleMs }),
      mergeMap((group) => group),
    );
    expectObservable(group$).toBe('   -a-#', changes);
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

it.each([-1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31])('an idle time of %d is refused', (bad) => {
  expect(() => groupByObject({ idleMs: bad })).toThrow(`Expected \`idleMs\` to be milliseconds from 0`);
});
