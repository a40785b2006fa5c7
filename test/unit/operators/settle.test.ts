import { asyncScheduler, NEVER, Subject, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { settle } from '../../../src/operators/settle.js';
import { marbles, marbleTable, neverAndEmpty } from './marbles.js';

describe('with 3 of quiet and 8 of waiting', () => {
  marbleTable(
    [
      {
        claim: 'the diagram of the docs',
        source: '-a-b-----c-|',
        subs: '  ^----------!',
        result: '------x----(y|)',
      },
      ...neverAndEmpty,
      {
        claim: 'an error passes without the rest',
        source: '-a-#',
        subs: '  ^--!',
        result: '---#',
      },
      {
        claim: 'unsubscribing drops the rest',
        source: '-a-------|',
        unsub: ' ^--!      ',
        subs: '  ^--!      ',
        result: '---       ',
      },
      {
        claim: 'no batch is empty',
        source: '-----a----------|',
        subs: '  ^---------------!',
        result: '--------z-------|',
      },
      {
        claim: 'a batch that is never quiet ends after the maximum wait, counted from its first value',
        source: '--a-b-a-b-a-b-a-b--|',
        subs: '  ^------------------!',
        result: '----------v--------(w|)',
      },
    ],
    settle<string>({ quietMs: 3, maxWaitMs: 8 }),
    {
      result: {
        x: ['a', 'b'],
        y: ['c'],
        z: ['a'],
        v: ['a', 'b', 'a', 'b', 'a'],
        w: ['b', 'a', 'b'],
      },
    },
  );
});

describe('with a quiet time of 0', () => {
  marbleTable(
    [
      {
        claim: 'each value is a batch of its own, at once',
        source: '-(ab)-a-|',
        subs: '  ^-------!',
        result: '-(ab)-a-|',
      },
    ],
    settle<string>({ quietMs: 0, maxWaitMs: 8 }),
    { result: { a: ['a'], b: ['b'] } },
  );
});

const batches = { x: ['a', 'b'], y: ['c'], z: ['a'], b: ['b'], c: ['c'], w: ['a', 'b', 'c'] };

describe('held', () => {
  it.each([
    {
      claim: 'the diagram of the docs',
      source: ' -a---b---c-|',
      hold: '   t-----f',
      result: ' ------x----(y|)',
    },
    {
      claim: 'nothing ends a batch, neither quiet nor the maximum wait',
      source: ' -a---b----------c-----|',
      hold: '   t-------------------f-',
      result: ' --------------------w-|',
    },
    {
      claim: 'what comes at the moment of the release is the next batch',
      source: ' -a---b----c-----|',
      hold: '   t---------f------',
      result: ' ----------x--y--|',
    },
    {
      claim: 'a release without values gives no batch',
      source: ' -------a-----|',
      hold: '   t---f---------',
      result: ' ----------z--|',
    },
    {
      claim: 'a hold that comes within a batch keeps it open',
      source: ' -a-b---------|',
      hold: '   f--t------f---',
      result: ' ----------x--|',
    },
    {
      claim: 'a hold that says the same again changes nothing',
      source: ' -a---b----|',
      hold: '   t-t-t-t-f-f-',
      result: ' --------x-|',
    },
    {
      claim: 'no hold that says so again ends no batch',
      source: ' -a---b----|',
      hold: '   f-f---f-----',
      result: ' ----z---b-|',
    },
    {
      claim: 'no hold yet is no hold',
      source: ' -a---b----|',
      hold: '   ------------',
      result: ' ----z---b-|',
    },
    {
      claim: 'the rest is given on completion, held or not',
      source: ' -a---b-|',
      hold: '   t--------',
      result: ' -------(x|)',
    },
    {
      claim: 'a hold that completes keeps its latest value',
      source: ' -a---b-----|',
      hold: '   t-f|        ',
      result: ' --z-----b--|',
    },
    {
      claim: 'an error of the hold passes',
      source: ' -a---b-----|',
      hold: '   t--#        ',
      result: ' ---#',
    },
  ])('$claim', ({ source, hold, result }) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const hold$ = cold(hold, { t: true, f: false });
      const source$ = cold(source);
      expectObservable(source$.pipe(settle({ quietMs: 3, maxWaitMs: 8, hold$ }))).toBe(result, batches);
      const end = result.trim().length - (result.includes('(') ? 4 : 1);
      expectSubscriptions(source$.subscriptions).toBe(`^${'-'.repeat(end - 1)}!`);
      const holdEnd = hold.includes('|') ? hold.trim().indexOf('|') : end;
      expectSubscriptions(hold$.subscriptions).toBe(`^${'-'.repeat(holdEnd - 1)}!`);
    });
  });

  it('with a quiet time of 0 too, and then each value comes at once', () => {
    marbles(({ cold, expectObservable }) => {
      const hold$ = cold('t-----f-----', { t: true, f: false });
      const source$ = cold('-a-b----c-|');
      expectObservable(source$.pipe(settle({ quietMs: 0, maxWaitMs: 8, hold$ }))).toBe('------x-c-|', batches);
    });
  });

  it('a hold that stands before the first value holds a source that is synchronous', () => {
    const source$ = new Subject<string>();
    const hold$ = new Subject<boolean>();
    const given: string[][] = [];
    source$.pipe(settle({ quietMs: 0, maxWaitMs: 0, hold$ })).subscribe((batch) => given.push(batch));
    hold$.next(true);
    source$.next('a');
    source$.next('b');
    expect(given).toEqual([]);
    hold$.next(false);
    expect(given).toEqual([['a', 'b']]);
  });
});

it('a value that is fed back from a batch is in the next one, without another value', () => {
  marbles(({ flush }) => {
    const source$ = new Subject<string>();
    const given: unknown[] = [];
    source$.pipe(settle({ quietMs: 3, maxWaitMs: 8 })).subscribe((batch) => {
      given.push([asyncScheduler.now(), ...batch]);
      if (batch[0] === 'a') {
        source$.next('b');
      }
    });
    source$.next('a');
    flush();
    expect(given).toEqual([
      [3, 'a'],
      [6, 'b'],
    ]);
  });
});

it('two subscribers have holds of their own', () => {
  marbles(({ cold, expectObservable }) => {
    const hold$ = cold('t-----f', { t: true, f: false });
    const settled$ = cold('-a-b-----|').pipe(settle({ quietMs: 3, maxWaitMs: 8, hold$ }));
    expectObservable(settled$).toBe('------x--|', batches);
    expectObservable(settled$, '--^').toBe('--------x--|', batches);
  });
});

it.each([
  ['quietMs', { quietMs: -1, maxWaitMs: 1 }],
  ['maxWaitMs', { quietMs: 0, maxWaitMs: Number.POSITIVE_INFINITY }],
])('a bad `%s` is refused before any subscription', (name, options) => {
  expect(() => settle(options)).toThrow(`Expected \`${name}\``);
});

it('a hold that errors at once errors at once', () => {
  const errors: unknown[] = [];
  const hold$ = throwError(() => 'broken');
  NEVER.pipe(settle({ quietMs: 1, maxWaitMs: 1, hold$ })).subscribe({ error: (error) => errors.push(error) });
  expect(errors).toEqual(['broken']);
});
