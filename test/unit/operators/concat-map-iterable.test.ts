import fc from 'fast-check';
import { concatMap, from, Observable, Subject, take } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { concatMapIterable } from '../../../src/operators/concat-map-iterable.js';
import { marbles, marbleTable, neverAndEmpty } from './marbles.js';

const results: Readonly<Record<string, readonly string[]>> = { a: ['1', '2'], b: ['3'], e: [] };

function project(letter: string): readonly string[] {
  const found = results[letter];
  if (found === undefined) {
    throw 'error';
  }
  return found;
}

marbleTable(
  [
    {
      claim: 'the diagram of the docs',
      source: '-a----b--|',
      subs: '  ^--------!',
      result: '-(12)-(3)|',
    },
    ...neverAndEmpty,
    {
      claim: 'a value without results gives none, and the source goes on',
      source: '-e-b-|',
      subs: '  ^----!',
      result: '---3-|',
    },
    {
      claim: 'an error passes',
      source: '-b-#',
      subs: '  ^--!',
      result: '-3-#',
    },
    {
      claim: 'unsubscribing ends the source',
      source: '-b-b-b-|',
      unsub: ' ^---!   ',
      subs: '  ^---!   ',
      result: '-3-3-   ',
    },
    {
      claim: 'an error of `project` is the result’s, and ends the source',
      source: '-b-x-b-|',
      subs: '  ^--!    ',
      result: '-3-#    ',
    },
    {
      claim: 'values of one moment keep their order',
      source: '(abeb|)',
      subs: '  (^!)',
      result: '(1233|)',
    },
  ],
  concatMapIterable(project),
);

it('an error half-way through a generator comes behind what it gave before', () => {
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source$ = cold('  -a----b-b|');
    const result$ = source$.pipe(
      concatMapIterable(function* (letter) {
        yield `${letter}1`;
        if (letter === 'b') {
          throw 'error';
        }
        yield `${letter}2`;
      }),
    );
    expectObservable(result$).toBe('-(xy)-(z#)', { x: 'a1', y: 'a2', z: 'b1' });
    expectSubscriptions(source$.subscriptions).toBe('^-----!');
  });
});

it('a subscriber that has enough ends the source and gets no more', () => {
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source$ = cold('-b-a-b-|');
    expectObservable(source$.pipe(concatMapIterable(project), take(2))).toBe('-3-(1|)');
    expectSubscriptions(source$.subscriptions).toBe('^--!');
  });
});

it('a generator whose subscriber has enough is closed, and does nothing more', () => {
  const ran: unknown[] = [];
  new Observable<string>((subscriber) => subscriber.next('a'))
    .pipe(
      concatMapIterable(function* () {
        try {
          for (let number = 0; number < 100; number++) {
            ran.push(number);
            yield number;
          }
          ran.push('to its end');
        } finally {
          ran.push('closed');
        }
      }),
      take(2),
    )
    .subscribe();
  expect(ran).toEqual([0, 1, 'closed']);
});

it('a source that speaks within `subscribe` is ended, too', () => {
  let spoken = 0;
  new Observable<string>((subscriber) => {
    for (; !subscriber.closed && spoken < 100; spoken++) {
      subscriber.next('a');
    }
  })
    .pipe(concatMapIterable(project), take(3))
    .subscribe();
  expect(spoken).toBe(2);
});

it('values that wait when the subscriber has enough are not projected', () => {
  const source$ = new Subject<string>();
  const projected: string[] = [];
  const taken: string[] = [];
  source$
    .pipe(
      concatMapIterable((letter) => {
        projected.push(letter);
        return [`${letter}1`, `${letter}2`];
      }),
      take(1),
    )
    .subscribe((result) => {
      taken.push(result);
      source$.next('b');
    });
  source$.next('a');
  expect(projected).toEqual(['a']);
  expect(taken).toEqual(['a1']);
  expect(source$.observed).toBe(false);
});

describe('what is fed back while results are delivered', () => {
  function feeding(feed: (source$: Subject<string>, result: string) => void): string[] {
    const source$ = new Subject<string>();
    const seen: string[] = [];
    source$
      .pipe(concatMapIterable((letter) => (letter === 'x' ? project(letter) : [`${letter}1`, `${letter}2`])))
      .subscribe({
        next: (result) => {
          seen.push(result);
          feed(source$, result);
        },
        error: (error) => seen.push(`error: ${error}`),
        complete: () => seen.push('complete'),
      });
    source$.next('a');
    return seen;
  }

  it('waits for the rest of them', () => {
    const fed = feeding((source$, result) => result === 'a1' && source$.next('b'));
    expect(fed).toEqual(['a1', 'a2', 'b1', 'b2']);
  });

  it('comes in its order', () => {
    const fed = feeding((source$, result) => {
      if (result === 'a1') {
        source$.next('b');
        source$.next('c');
      } else if (result === 'b2') {
        source$.next('d');
      }
    });
    expect(fed).toEqual(['a1', 'a2', 'b1', 'b2', 'c1', 'c2', 'd1', 'd2']);
  });

  it('is delivered before a completion that came behind it', () => {
    const fed = feeding((source$, result) => {
      if (result === 'a1') {
        source$.next('b');
        source$.complete();
      }
    });
    expect(fed).toEqual(['a1', 'a2', 'b1', 'b2', 'complete']);
  });

  it('is dropped by an error, which comes at once', () => {
    const fed = feeding((source$, result) => {
      if (result === 'a1') {
        source$.next('b');
        source$.error('e');
      }
    });
    expect(fed).toEqual(['a1', 'error: e']);
  });

  it('may fail in `project`', () => {
    expect(feeding((source$, result) => result === 'a1' && source$.next('x'))).toEqual(['a1', 'a2', 'error: error']);
  });

  it('is taken as before once all was delivered', () => {
    const source$ = new Subject<string>();
    const seen: string[] = [];
    source$.pipe(concatMapIterable(project)).subscribe((result) => {
      seen.push(result);
      if (result === '2') {
        source$.next('b');
      }
    });
    source$.next('a');
    source$.next('b');
    expect(seen).toEqual(['1', '2', '3', '3']);
  });
});

it('gives what concatMap of RxJS gives, whatever comes, is fed back, fails, or is enough', () => {
  // A value is the list of its results; a result of n > 0 feeds back the n-th of `fed`, once.
  const value = fc.record({
    results: fc.array(fc.nat(4), { maxLength: 4 }),
    fails: fc.constantFrom(false, false, true),
  });
  type Value = typeof value extends fc.Arbitrary<infer T> ? T : never;
  const end = fc.constantFrom('complete', 'error', 'never');
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 6 }),
      fc.array(fc.oneof(value, end), { maxLength: 4 }),
      end,
      fc.nat(20),
      (values, fed, ending, enough) => {
        const run = (
          map: (project: (value: Value) => Iterable<number>) => ReturnType<typeof concatMapIterable<Value, number>>,
        ) => {
          const source$ = new Subject<Value>();
          const finish = (how: string) =>
            how === 'complete' ? source$.complete() : how === 'error' && source$.error('e');
          const rest = [...fed];
          const seen: unknown[] = [];
          source$
            .pipe(
              map(function* ({ results, fails }) {
                seen.push('projects');
                yield* results;
                if (fails) throw 'fails';
              }),
              take(enough),
            )
            .subscribe({
              next: (result) => {
                seen.push(result);
                const [next] = result > 0 ? rest.splice(result - 1, 1) : [];
                if (typeof next === 'string') finish(next);
                else if (next) source$.next(next);
              },
              error: (error) => seen.push(`error: ${error}`),
              complete: () => seen.push('complete'),
            });
          for (const each of values) source$.next(each);
          finish(ending);
          return [...seen, source$.observed];
        };
        expect(run(concatMapIterable)).toEqual(run((project) => concatMap((each: Value) => from(project(each)))));
      },
    ),
    { numRuns: 500 },
  );
});
