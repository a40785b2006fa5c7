import { of, Subject } from 'rxjs';
import { expect, it } from 'vitest';
import { takeTurns } from '../../../src/operators/take-turns.js';
import { marbles } from './marbles.js';

it('the diagram of the docs', () => {
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const inTurn = takeTurns(1);
    const first$ = cold(' aaa|');
    const second$ = cold('bbb|');
    expectObservable(inTurn(first$)).toBe('aaa|');
    expectObservable(inTurn(second$)).toBe('---bbb|');
    expectSubscriptions(first$.subscriptions).toBe('^--!');
    expectSubscriptions(second$.subscriptions).toBe('---^--!');
  });
});

it('as many are under way as may be', () => {
  marbles(({ cold, expectSubscriptions, flush }) => {
    const inTurn = takeTurns(2);
    const works = ['-|', '----|', '-|', '-|'].map((diagram) => cold(diagram));
    for (const work$ of works) {
      inTurn(work$).subscribe();
    }
    flush();
    const expected = ['^!', '^---!', '-^!', '--^!'];
    works.forEach((work$, index) => {
      expectSubscriptions(work$.subscriptions).toBe(expected[index] as string);
    });
  });
});

it('one that is unsubscribed while it waits is not begun', () => {
  const inTurn = takeTurns(1);
  const first$ = new Subject<number>();
  const begun: string[] = [];
  inTurn(first$).subscribe();
  const second = inTurn(of(2)).subscribe(() => begun.push('second'));
  inTurn(of(3)).subscribe(() => begun.push('third'));
  second.unsubscribe();
  expect(begun).toEqual([]);
  first$.complete();
  expect(begun).toEqual(['third']);
});
