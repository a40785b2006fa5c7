import { Subject } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { coalesce } from '../../../src/operators/coalesce.js';
import { marbleTable, neverAndEmpty } from './marbles.js';

describe('with 3 of quiet and 6 of waiting', () => {
  marbleTable(
    [
      {
        claim: 'the diagram of the docs',
        source: '-a-b-c-d-e-f-|',
        subs: '  ^------------!',
        result: '-------d-----(f|)',
      },
      ...neverAndEmpty,
      {
        claim: 'an error passes without what is withheld',
        source: '-a-#',
        subs: '  ^--!',
        result: '---#',
      },
      {
        claim: 'unsubscribing drops what is withheld',
        source: '-a-------|',
        unsub: ' ^--!      ',
        subs: '  ^--!      ',
        result: '---       ',
      },
      {
        claim: 'a value alone is withheld for the quiet time',
        source: '-a-------|',
        subs: '  ^--------!',
        result: '----a----|',
      },
      {
        claim: 'both times begin anew after an emission',
        source: '-a----b-c-d-e-f-g---|',
        subs: '  ^-------------------!',
        result: '----a-------e------g|',
      },
    ],
    coalesce<string>({ quietMs: 3, maxWaitMs: 6 }),
  );
});

describe('with the first at once', () => {
  marbleTable(
    [
      {
        claim: 'the first is given at once, later ones are withheld',
        source: '-a-b-c-----d----|',
        subs: '  ^---------------!',
        result: '-a------c-----d-|',
      },
    ],
    coalesce<string>({ quietMs: 3, maxWaitMs: 6, firstAtOnce: true }),
  );
});

describe('on a clock that is set back', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('the wait does not grow with it', () => {
    vi.useFakeTimers();
    const source$ = new Subject<number>();
    const given: number[] = [];
    source$.pipe(coalesce({ quietMs: 100, maxWaitMs: 300 })).subscribe((value) => given.push(value));
    source$.next(0);
    vi.setSystemTime(Date.now() - 3_600_000);
    for (let value = 1; value <= 20; value += 1) {
      vi.advanceTimersByTime(50);
      source$.next(value);
    }
    expect(given.length).toBeGreaterThan(0);
  });
});

it.each([
  ['quietMs', { quietMs: -1, maxWaitMs: 1 }],
  ['maxWaitMs', { quietMs: 1, maxWaitMs: Number.NaN }],
])('a bad `%s` is refused before any subscription', (name, options) => {
  expect(() => coalesce(options)).toThrow(RangeError);
  expect(() => coalesce(options)).toThrow(`Expected \`${name}\``);
});
