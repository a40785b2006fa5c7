import { concat, defer, NEVER, type Observable, of, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { retryWithBackoff } from '../../../src/operators/retry-with-backoff.js';
import { marbles, marbleTable, neverAndEmpty } from './marbles.js';

/** The first subscription gets the first source, the next the next; the last one again and again. */
function inTurn<T>(...sources: Observable<T>[]): Observable<T> {
  let subscription = 0;
  return defer(() => sources[Math.min(subscription++, sources.length - 1)] as Observable<T>);
}

it('the diagram of the docs', () => {
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const first$ = cold(' -a-#');
    const second$ = cold('-b-|');
    const result$ = inTurn(first$, second$).pipe(retryWithBackoff({ backoff: () => 3 }));
    expectObservable(result$).toBe('-a-----b-|');
    expectSubscriptions(first$.subscriptions).toBe(' ^--!');
    expectSubscriptions(second$.subscriptions).toBe('------^--!');
  });
});

describe('with waits of 2, 4, then giving up', () => {
  marbleTable(
    [
      ...neverAndEmpty,
      {
        claim: 'a source that completes is not subscribed again',
        source: '-a-|',
        subs: '  ^--!',
        result: '-a-|',
      },
      {
        claim: 'the last error is forwarded unchanged, and a first value resets nothing',
        source: '-a-#',
        subs: ['  ^--!', '-----^--!', '------------^--!'],
        result: '-a----a------a-#',
      },
      {
        claim: 'unsubscribing ends the wait',
        source: '-a-#',
        unsub: ' ^---!',
        subs: '  ^--!',
        result: '-a---',
      },
      {
        claim: 'unsubscribing ends the source',
        source: '-a----#',
        unsub: ' ^---!',
        subs: '  ^---!',
        result: '-a---',
      },
    ],
    retryWithBackoff<string>({ backoff: (attempt) => [2, 4][attempt - 1] }),
  );
});

describe('time alive', () => {
  it.each([
    {
      claim: 'a subscription that lived long enough is healthy again',
      alive: 10,
      waits: [1, 1, 1],
    },
    {
      claim: 'one that lived less is not',
      alive: 9,
      waits: [1, 2, 3],
    },
  ])('$claim', ({ alive, waits }) => {
    marbles(({ cold, flush }) => {
      const seen: number[] = [];
      const source$ = cold(`a${'-'.repeat(alive - 1)}#`);
      const backoff = (attempt: number) => (seen.push(attempt) < 3 ? 1 : undefined);
      source$.pipe(retryWithBackoff({ backoff, resetAfterMs: 10 })).subscribe({ error: () => undefined });
      flush();
      expect(seen).toEqual(waits);
    });
  });

  it('does not include the wait before', () => {
    marbles(({ cold, flush }) => {
      const seen: number[] = [];
      const backoff = (attempt: number) => (seen.push(attempt) < 3 ? 100 : undefined);
      cold('-#')
        .pipe(retryWithBackoff({ backoff, resetAfterMs: 10 }))
        .subscribe({ error: () => undefined });
      flush();
      expect(seen).toEqual([1, 2, 3]);
    });
  });

  it('is two minutes unless said otherwise', () => {
    marbles(({ flush }) => {
      const seen: number[] = [];
      const failAfter = (ms: number) =>
        concat(
          timer(ms),
          throwError(() => 'down'),
        );
      const source$ = inTurn<unknown>(failAfter(119_999), failAfter(119_999), failAfter(120_000), NEVER);
      source$.pipe(retryWithBackoff({ backoff: () => 1, onRetry: (_, attempt) => seen.push(attempt) })).subscribe();
      flush();
      expect(seen).toEqual([1, 2, 1]);
    });
  });
});

describe('the wait', () => {
  const waitsOf = (options: Parameters<typeof retryWithBackoff>[0], failures = 7): number[] => {
    const waits: number[] = [];
    marbles(({ flush }) => {
      let failed = 0;
      defer(() => (failed++ < failures ? throwError(() => 'down') : of('up')))
        .pipe(retryWithBackoff({ ...options, onRetry: (_, __, waitMs) => waits.push(waitMs) }))
        .subscribe();
      flush();
      expect(failed).toBe(failures + 1);
    });
    return waits;
  };
  const plain = { baseMs: 800, maxMs: 30_000, random: () => 0 };

  it('doubles up to the maximum', () => {
    expect(waitsOf({ backoff: plain })).toEqual([800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000]);
  });

  it('is from 0.8 to 1.6 seconds at first unless said otherwise', () => {
    const [first = 0] = waitsOf({}, 1);
    expect(first).toBeGreaterThanOrEqual(800);
    expect(first).toBeLessThan(1_600);
  });

  it('is what the server asked for where that is longer', () => {
    expect(waitsOf({ backoff: plain, retryAfterMs: () => 2_000 }, 3)).toEqual([2_000, 2_000, 3_200]);
  });

  it('is five minutes at most, whatever the server asks for', () => {
    expect(waitsOf({ backoff: plain, retryAfterMs: () => 86_400_000 }, 1)).toEqual([300_000]);
  });

  it.each([Number.NaN, -1, 0, undefined])('is the backoff where the server asks for %s', (asked) => {
    expect(waitsOf({ backoff: plain, retryAfterMs: () => asked }, 1)).toEqual([800]);
  });

  it('is cut to what a timer can wait', () => {
    expect(waitsOf({ backoff: () => Number.POSITIVE_INFINITY }, 1)).toEqual([2 ** 31 - 1]);
  });

  it('is really waited', () => {
    marbles(({ cold, expectObservable }) => {
      const result$ = inTurn(cold('#'), cold('a|')).pipe(retryWithBackoff({ backoff: plain }));
      expectObservable(result$).toBe('800ms a|');
    });
  });
});

it('an error that is not retryable passes straight through, and no backoff is asked', () => {
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source$ = cold('-a-#', undefined, 'fatal');
    const backoff = () => expect.fail('asked');
    const result$ = source$.pipe(retryWithBackoff({ retryable: (error) => error !== 'fatal', backoff }));
    expectObservable(result$).toBe('-a-#', undefined, 'fatal');
    expectSubscriptions(source$.subscriptions).toBe('^--!');
  });
});

it('each failure is told with its error, number and wait', () => {
  marbles(({ cold, flush }) => {
    const told: unknown[] = [];
    const source$ = cold('#', undefined, 'down');
    const backoff = (attempt: number, error: unknown) => (error === 'down' && attempt < 3 ? attempt * 10 : undefined);
    source$
      .pipe(retryWithBackoff({ backoff, onRetry: (...seen) => told.push(seen) }))
      .subscribe({ error: (error) => told.push(error) });
    flush();
    expect(told).toEqual([['down', 1, 10], ['down', 2, 20], 'down']);
  });
});

it('a callback that throws errors the result', () => {
  const errors: unknown[] = [];
  const onRetry = () => {
    throw new RangeError('mine');
  };
  throwError(() => 'down')
    .pipe(retryWithBackoff({ onRetry }))
    .subscribe({ error: (error) => errors.push(error) });
  expect(errors).toEqual([new RangeError('mine')]);
});

it.each([
  ['resetAfterMs', { resetAfterMs: Number.NaN }],
  ['backoff.baseMs', { backoff: { baseMs: -1, maxMs: 1 } }],
  ['backoff.maxMs', { backoff: { baseMs: 1, maxMs: Number.POSITIVE_INFINITY } }],
])('a bad `%s` is refused before any subscription', (name, options) => {
  expect(() => retryWithBackoff(options)).toThrow(`Expected \`${name}\``);
});
