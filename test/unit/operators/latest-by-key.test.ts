import fc from 'fast-check';
import {
  asyncScheduler,
  BehaviorSubject,
  defer,
  finalize,
  map,
  mergeMap,
  type Observable,
  of,
  Subject,
  throwError,
  timer,
} from 'rxjs';
import type { RunHelpers } from 'rxjs/testing';
import { describe, expect, it, vi } from 'vitest';
import { type LatestByKeyOptions, latestByKey } from '../../../src/operators/latest-by-key.js';
import { marbles, marbleTable, neverAndEmpty } from './marbles.js';

type Options = LatestByKeyOptions<string, string, string>;

const oneKey = () => 'key';
const ownKey = (value: string) => value;
/** Takes 5, gives its value in upper case and completes. */
const takes5 = (value: string): Observable<string> => timer(5).pipe(map(() => value.toUpperCase()));

describe('one key', () => {
  marbleTable(
    [
      {
        claim: 'the first diagram of the docs',
        source: '-a-b-c------|',
        subs: '  ^-----------!',
        result: '------A----C|',
      },
      ...neverAndEmpty,
      {
        claim: 'an error passes and ends the effect',
        source: '-a-#',
        subs: '  ^--!',
        result: '---#',
      },
      {
        claim: 'unsubscribing ends the source and the effect',
        source: '-a-b-------|',
        unsub: ' ^---!       ',
        subs: '  ^---!       ',
        result: '-----       ',
      },
      {
        claim: 'what is owed when the source completes is handled',
        source: '-a-b|',
        subs: '  ^---!',
        result: '------A----(B|)',
      },
      {
        claim: 'a key that was idle begins at once',
        source: '-a-------b--------|',
        subs: '  ^-----------------!',
        result: '------A-------B---|',
      },
    ],
    latestByKey<string, string, string>({ key: oneKey, effect: takes5 }),
  );
});

describe('several keys', () => {
  marbleTable(
    [
      {
        claim: 'are handled beside each other',
        source: '-ab-------|',
        subs: '  ^---------!',
        result: '------AB--|',
      },
    ],
    latestByKey<string, string, string>({ key: ownKey, effect: takes5 }),
  );
});

describe('two at a time', () => {
  marbleTable(
    [
      {
        claim: 'the others wait for their turn, in order',
        source: '-abcd-----------|',
        subs: '  ^---------------!',
        result: '------AB---CD---|',
      },
    ],
    latestByKey<string, string, string>({ key: ownKey, effect: takes5, concurrency: 2 }),
  );
});

describe('merged', () => {
  marbleTable(
    [
      {
        claim: 'what waits and what is newer are owed together',
        source: '-a-b-c-d-----------|',
        subs: '  ^------------------!',
        result: '------x----y----z--|',
      },
    ],
    latestByKey<string, string, string>({ key: oneKey, effect: takes5, merge: (waiting, newer) => waiting + newer }),
    { result: { x: 'A', y: 'BC', z: 'D' } },
  );
});

/** Subscribes with an effect that is looked up by value: one diagram for each try. */
function withEffects(
  { cold }: RunHelpers,
  tries: Record<string, readonly string[]>,
): { effect: Options['effect']; began: { value: string; atMs: number }[]; underWay: () => number } {
  const began: { value: string; atMs: number }[] = [];
  const left = new Map(Object.entries(tries).map(([value, diagrams]) => [value, [...diagrams]]));
  let underWay = 0;
  return {
    began,
    underWay: () => underWay,
    effect: (value) => {
      began.push({ value, atMs: asyncScheduler.now() });
      underWay += 1;
      const diagram = left.get(value)?.shift() ?? '#';
      return cold<string>(diagram).pipe(finalize(() => (underWay -= 1)));
    },
  };
}

describe('a failure', () => {
  it('the second diagram of the docs', () => {
    marbles((helpers) => {
      const { effect, began } = withEffects(helpers, { a: ['--#'], b: ['--(B|)'] });
      const source$ = helpers.cold('-a------b-----|');
      const result$ = source$.pipe(latestByKey({ key: oneKey, effect, retry: () => 9 }));
      helpers.expectObservable(result$).toBe('----------B---|');
      helpers.expectSubscriptions(source$.subscriptions).toBe('^-------------!');
      helpers.flush();
      expect(began).toEqual([
        { value: 'a', atMs: 1 },
        { value: 'b', atMs: 8 },
      ]);
    });
  });

  it('is tried again after the wait, and holds completion', () => {
    marbles((helpers) => {
      const { effect } = withEffects(helpers, { a: ['-#', '-#', '-(A|)'] });
      const retry = vi.fn((_: unknown, attempt: number) => attempt * 3);
      const result$ = helpers.cold('a|').pipe(latestByKey({ key: oneKey, effect, retry }));
      helpers.expectObservable(result$).toBe('------------(A|)');
      helpers.flush();
      expect(retry.mock.calls).toEqual([
        ['error', 1],
        ['error', 2],
      ]);
    });
  });

  it('is counted on when newer state takes its place, and anew after a success', () => {
    marbles((helpers) => {
      const { effect } = withEffects(helpers, { a: ['#'], b: ['#'], c: ['|'], d: ['#', '|'] });
      const attempts: number[] = [];
      const retry = (_: unknown, attempt: number) => {
        attempts.push(attempt);
        return 4;
      };
      helpers
        .cold('a-b-c-d-----|')
        .pipe(latestByKey({ key: oneKey, effect, retry }))
        .subscribe();
      helpers.flush();
      expect(attempts).toEqual([1, 2, 1]);
    });
  });

  it('behind a success that newer state waited for is counted anew', () => {
    marbles((helpers) => {
      const { effect } = withEffects(helpers, { a: ['#', '--|'], b: ['#', '|'] });
      const attempts: number[] = [];
      const retry = (_: unknown, attempt: number) => {
        attempts.push(attempt);
        return 2;
      };
      helpers
        .cold('a--b-----|')
        .pipe(latestByKey({ key: oneKey, effect, retry }))
        .subscribe();
      helpers.flush();
      expect(attempts).toEqual([1, 1]);
    });
  });

  it('of which newer state came while the effect was at work is not waited for', () => {
    marbles((helpers) => {
      const { effect, began } = withEffects(helpers, { a: ['---#'], b: ['--(B|)'] });
      const seen: unknown[] = [];
      const failed: Options['failed'] = (...args) => {
        seen.push(args);
        return undefined;
      };
      const result$ = helpers.cold('ab---|').pipe(latestByKey({ key: oneKey, effect, retry: () => 100, failed }));
      helpers.expectObservable(result$).toBe('-----(B|)');
      helpers.flush();
      expect(began.at(-1)).toEqual({ value: 'b', atMs: 3 });
      expect(seen).toEqual([['error', 'a', 1, 0]]);
    });
  });

  it('owes what failed together with newer state, in the wait and at work', () => {
    marbles((helpers) => {
      const { effect, began } = withEffects(helpers, { a: ['-#'], ab: ['--#'], abc: ['|'] });
      const options: Options = { key: oneKey, effect, retry: () => 50, merge: (waiting, newer) => waiting + newer };
      helpers.cold('a--bc-|').pipe(latestByKey(options)).subscribe();
      helpers.flush();
      expect(began).toEqual([
        { value: 'a', atMs: 0 },
        { value: 'ab', atMs: 3 },
        { value: 'abc', atMs: 5 },
      ]);
    });
  });

  it('can be seen in the output', () => {
    marbles((helpers) => {
      const { effect } = withEffects(helpers, { a: ['-#', '-(A|)'] });
      const failed: Options['failed'] = (error, value, attempt, retryInMs) =>
        `${error} ${value} ${attempt} ${retryInMs}`;
      const result$ = helpers.cold('a|').pipe(latestByKey({ key: oneKey, effect, retry: () => 4, failed }));
      helpers.expectObservable(result$).toBe('-f----(A|)', { f: 'error a 1 4', A: 'A' });
    });
  });

  it('does not hold the turn of others while it waits', () => {
    marbles((helpers) => {
      const { effect } = withEffects(helpers, { a: ['-#', '-(A|)'], b: ['-(B|)'] });
      const result$ = helpers
        .cold('(ab)-------|')
        .pipe(latestByKey({ key: ownKey, effect, retry: () => 5, concurrency: 1 }));
      helpers.expectObservable(result$).toBe('--B----A---|');
    });
  });

  it('of an effect that throws is a failure like any other', () => {
    const effect = () => {
      throw new RangeError('mine');
    };
    const errors: unknown[] = [];
    of('a')
      .pipe(latestByKey({ key: oneKey, effect, onGiveUp: (error) => errors.push(error) && undefined }))
      .subscribe();
    expect(errors).toEqual([new RangeError('mine')]);
  });

  it('with newer state that comes while it is told is not waited for', () => {
    const source$ = new Subject<string>();
    const given: string[] = [];
    const effect = (value: string) => (value === 'a' ? throwError(() => 'down') : of(`done ${value}`));
    source$
      .pipe(latestByKey({ key: oneKey, effect, retry: () => 60_000, failed: (_, value) => `failed ${value}` }))
      .subscribe((output) => {
        given.push(output);
        if (output === 'failed a') {
          source$.next('b');
        }
      });
    source$.next('a');
    expect(given).toEqual(['failed a', 'done b']);
  });

  it('with a wait beyond what a timer can wait is not tried in a loop', () => {
    vi.useFakeTimers();
    const effect = vi.fn(() => throwError(() => 'down'));
    const subscription = new BehaviorSubject('a')
      .pipe(latestByKey({ key: oneKey, effect, retry: () => Number.POSITIVE_INFINITY }))
      .subscribe();
    vi.advanceTimersByTime(60_000);
    subscription.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
    expect(effect).toHaveBeenCalledTimes(1);
  });

  it('with a wait of 0 is tried again without growing the stack', () => {
    vi.useFakeTimers();
    let tries = 0;
    const effect = () => (++tries < 20_000 ? throwError(() => 'down') : of('done'));
    const given: string[] = [];
    of('a')
      .pipe(latestByKey({ key: oneKey, effect, retry: () => 0 }))
      .subscribe((output) => given.push(output));
    vi.advanceTimersByTime(20_000);
    vi.useRealTimers();
    expect(given).toEqual(['done']);
  });
});

describe('a value that is given up', () => {
  it('errors the result, and ends the effects of others, unless somebody takes it', () => {
    marbles((helpers) => {
      const { effect, underWay, began } = withEffects(helpers, { a: ['--#'], b: ['-------(B|)'] });
      const source$ = helpers.cold('(abc)-------|');
      helpers.expectObservable(source$.pipe(latestByKey({ key: ownKey, effect, concurrency: 2 }))).toBe('--#');
      helpers.expectSubscriptions(source$.subscriptions).toBe('^-!');
      helpers.flush();
      expect(underWay()).toBe(0);
      expect(began.map(({ value }) => value)).toEqual(['a', 'b']);
    });
  });

  it('gives what `onGiveUp` returns, and its key goes on with newer state and a count of its own', () => {
    marbles((helpers) => {
      const { effect, began } = withEffects(helpers, { a: ['-#', '--#'], b: ['-#', '-(B|)'] });
      const retry = (_: unknown, attempt: number) => (attempt === 1 ? 3 : undefined);
      const onGiveUp: Options['onGiveUp'] = (error, value, attempt) => `${error} ${value} ${attempt}`;
      const options: Options = { key: oneKey, effect, retry, onGiveUp, merge: (waiting, newer) => waiting + newer };
      const result$ = helpers.cold('a----b-----|').pipe(latestByKey(options));
      helpers.expectObservable(result$).toBe('------g----(B|)', { g: 'error a 2', B: 'B' });
      helpers.flush();
      expect(began.map(({ value }) => value)).toEqual(['a', 'a', 'b', 'b']);
    });
  });

  it('adds nothing where `onGiveUp` returns nothing', () => {
    marbles((helpers) => {
      const { effect } = withEffects(helpers, { a: ['-#'] });
      const result$ = helpers.cold('a--|').pipe(latestByKey({ key: oneKey, effect, onGiveUp: () => undefined }));
      helpers.expectObservable(result$).toBe('---|');
    });
  });
});

describe('a wake', () => {
  it('ends every wait at once', () => {
    marbles((helpers) => {
      const { effect } = withEffects(helpers, { a: ['#', '(A|)'], b: ['#', '(B|)'] });
      const wake$ = helpers.cold('----w-----');
      const source$ = helpers.cold('ab-------|');
      const result$ = source$.pipe(latestByKey({ key: ownKey, effect, retry: () => 900, wake$ }));
      helpers.expectObservable(result$).toBe('----(AB)-|');
      helpers.expectSubscriptions(wake$.subscriptions).toBe('^--------!');
    });
  });

  it('while an effect is at work ends its next wait', () => {
    marbles((helpers) => {
      const { effect } = withEffects(helpers, { a: ['----#', '--(A|)'] });
      const wake$ = helpers.cold('--w');
      const result$ = helpers.cold('a---------|').pipe(latestByKey({ key: ownKey, effect, retry: () => 900, wake$ }));
      helpers.expectObservable(result$).toBe('------A---|');
    });
  });

  it('ends one wait, not the ones after it', () => {
    marbles((helpers) => {
      const { effect, began } = withEffects(helpers, { a: ['#', '#', '|'] });
      const wake$ = helpers.cold('--w');
      helpers
        .cold('a|')
        .pipe(latestByKey({ key: ownKey, effect, retry: () => 10, wake$ }))
        .subscribe();
      helpers.flush();
      expect(began.map(({ atMs }) => atMs)).toEqual([0, 2, 12]);
    });
  });

  it('ends no wait that begins because of it', () => {
    const source$ = new Subject<string>();
    const wake$ = new Subject<void>();
    const effect = vi.fn(() => throwError(() => 'down'));
    const subscription = source$
      .pipe(
        latestByKey({
          key: oneKey,
          effect,
          wake$,
          retry: (_: unknown, attempt: number) => (attempt === 1 ? 60_000 : undefined),
          onGiveUp: () => 'again',
        }),
      )
      .subscribe(() => effect.mock.calls.length < 10 && source$.next('b'));
    source$.next('a');
    wake$.next();
    subscription.unsubscribe();
    expect(effect).toHaveBeenCalledTimes(3);
  });

  it('that never comes, or has ended, holds nothing', () => {
    marbles((helpers) => {
      const options = { key: oneKey, effect: takes5 };
      const never$ = helpers.cold('-');
      helpers.expectObservable(helpers.cold('a|').pipe(latestByKey({ ...options, wake$: never$ }))).toBe('-----(A|)');
      helpers.expectSubscriptions(never$.subscriptions).toBe('^----!');
      const ended$ = helpers.cold('|');
      helpers.expectObservable(helpers.cold('a|').pipe(latestByKey({ ...options, wake$: ended$ }))).toBe('-----(A|)');
    });
  });

  it('that errors errors the result', () => {
    marbles((helpers) => {
      const wake$ = helpers.cold('--#');
      const result$ = helpers.cold('a-----|').pipe(latestByKey({ key: oneKey, effect: takes5, wake$ }));
      helpers.expectObservable(result$).toBe('--#');
    });
  });
});

it('unsubscribing ends effects, waits and turns, and begins nothing', () => {
  marbles((helpers) => {
    const { effect, underWay, began } = withEffects(helpers, { a: ['#'], b: ['---------|'], c: ['|'] });
    const source$ = helpers.cold('abc-----|');
    const options = { key: ownKey, effect, retry: () => 900, concurrency: 1 };
    helpers.expectObservable(source$.pipe(latestByKey(options)), '^----!').toBe('------');
    helpers.expectSubscriptions(source$.subscriptions).toBe('^----!');
    helpers.flush();
    expect(underWay()).toBe(0);
    expect(began.map(({ value }) => value)).toEqual(['a', 'b']);
  });
});

it('a value that is fed back by its own effect waits for its end', () => {
  const source$ = new Subject<string>();
  const given: string[] = [];
  let underWay = 0;
  let most = 0;
  const effect = (value: string) =>
    defer(() => {
      underWay += 1;
      most = Math.max(most, underWay);
      return of(value).pipe(finalize(() => (underWay -= 1)));
    });
  source$.pipe(latestByKey({ key: oneKey, effect })).subscribe((value) => {
    given.push(value);
    if (value === 'a') {
      source$.next('b');
      source$.next('c');
    }
  });
  source$.next('a');
  expect(given).toEqual(['a', 'c']);
  expect(most).toBe(1);
});

it('thousands of keys that wait for a turn do not grow the stack', () => {
  const first$ = new Subject<string>();
  const effect = (value: string) => (value === '0' ? first$ : of(value));
  const given: string[] = [];
  const source$ = new Subject<string>();
  source$.pipe(latestByKey({ key: ownKey, effect, concurrency: 1 })).subscribe((value) => given.push(value));
  for (let value = 0; value < 20_000; value += 1) {
    source$.next(`${value}`);
  }
  expect(given).toHaveLength(0);
  first$.complete();
  expect(given).toHaveLength(19_999);
});

it.each([0, -1, Number.NaN])('a concurrency of %d is refused before any subscription', (concurrency) => {
  expect(() => latestByKey({ key: oneKey, effect: takes5, concurrency })).toThrow('Expected `concurrency`');
});

describe('whatever comes', () => {
  const step = fc.record({ afterMs: fc.integer({ min: 0, max: 6 }), key: fc.constantFrom('a', 'b', 'c') });
  const outcome = fc.record({ takesMs: fc.integer({ min: 0, max: 8 }), fails: fc.boolean() });
  const policy = fc.record({
    retryMs: fc.integer({ min: 0, max: 9 }),
    concurrency: fc.constantFrom(1, 2, Number.POSITIVE_INFINITY),
    wakeAfterMs: fc.integer({ min: 1, max: 20 }),
    merges: fc.boolean(),
  });

  it('a key never has two effects, its last value is handled, and what merges is never lost', () => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 30 }),
        fc.array(outcome, { maxLength: 30 }),
        policy,
        (steps, outcomes, { retryMs, concurrency, wakeAfterMs, merges }) => {
          type Value = { readonly key: string; readonly versions: readonly number[] };
          const handled = new Map<string, number[]>();
          const atWork = new Set<string>();
          let keptRules = true;
          let completed = false;
          marbles(({ flush }) => {
            const planned = [...outcomes];
            const effect = (value: Value) =>
              defer(() => {
                keptRules &&= !atWork.has(value.key) && atWork.size < concurrency;
                atWork.add(value.key);
                const { takesMs, fails } = planned.shift() ?? { takesMs: 1, fails: false };
                const end$ = defer(() => (fails ? throwError(() => 'down') : of(value)));
                return (takesMs === 0 ? end$ : timer(takesMs).pipe(mergeMap(() => end$))).pipe(
                  finalize(() => atWork.delete(value.key)),
                );
              });
            let atMs = 0;
            const source$ = new Subject<Value>();
            steps.forEach(({ afterMs, key }, version) => {
              atMs += afterMs;
              timer(atMs).subscribe(() => source$.next({ key, versions: [version] }));
            });
            timer(atMs + 1).subscribe(() => source$.complete());
            source$
              .pipe(
                latestByKey({
                  key: (value: Value) => value.key,
                  effect,
                  retry: () => retryMs,
                  concurrency,
                  wake$: timer(wakeAfterMs),
                  ...(merges && {
                    merge: (waiting: Value, newer: Value): Value => ({
                      key: newer.key,
                      versions: [...waiting.versions, ...newer.versions],
                    }),
                  }),
                }),
              )
              .subscribe({
                next: ({ key, versions }) => handled.set(key, [...(handled.get(key) ?? []), ...versions]),
                complete: () => {
                  completed = true;
                },
              });
            flush();
          });

          expect(completed).toBe(true);
          expect(keptRules).toBe(true);
          for (const key of ['a', 'b', 'c']) {
            const sent = steps.flatMap((one, version) => (one.key === key ? [version] : []));
            const got = handled.get(key) ?? [];
            expect(got.at(-1)).toBe(sent.at(-1));
            expect(got).toEqual(merges ? sent : sent.filter((version) => got.includes(version)));
          }
        },
      ),
    );
  });
});
