import { asyncScheduler, concat, type Observable, of, throwError, timer } from 'rxjs';
import { ignoreElements } from 'rxjs/operators';
import { TestScheduler } from 'rxjs/testing';
import { expect, test } from 'vitest';
import { type ResourceEvent, SourceError } from '../../../src/model.js';
import { reached, runSource, type Step } from '../../../src/streams/run-source.js';
import { sourceLimits } from '../../../src/streams/source-options.js';
import { scope } from './play.js';

const error = new SourceError('server', 'no');
const init: ResourceEvent = { type: 'init', scope };
const limits = sourceLimits({ errorBaseMs: 10, random: () => 0 });

function run(steps: Record<string, Observable<Step<string>>>, isEnd?: (state: string) => boolean): readonly string[] {
  const seen: string[] = [];
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ flush }) => {
    const step = (state: string) => {
      seen.push(`${asyncScheduler.now()} step ${state}`);
      return steps[state] ?? timer(1e6).pipe(ignoreElements());
    };
    const afterFailure = (state: string, failed: SourceError, failures: number) => {
      seen.push(`after ${state} ${failed.code} ${failures}`);
      return `${state}'`;
    };
    const subscription = runSource(
      { start: 'A', step, afterFailure, ...(isEnd && { isEnd }) },
      scope,
      limits,
    ).subscribe({
      next: (event) => seen.push(`${asyncScheduler.now()} ${event.type}`),
      complete: () => seen.push('complete'),
    });
    asyncScheduler.schedule(() => subscription.unsubscribe(), 1000);
    flush();
  });
  return seen;
}

test('a step begins where the last one ended, a failed one where afterFailure says', () => {
  const seen = run({
    A: of<Step<string>[]>(init, reached('B'), init),
    B: concat(
      of(reached('C')),
      throwError(() => error),
    ),
  });
  expect(seen).toEqual(['0 step A', '0 init', '0 init', '0 step B', 'after C server 1', '0 failed', "10 step C'"]);
});

test('it completes in a state that is an end', () => {
  expect(run({ A: of(init, reached('Z')) }, (state) => state === 'Z')).toEqual(['0 step A', '0 init', 'complete']);
});

test('a step that throws at once is a failure too', () => {
  const throwing = new Proxy(
    {},
    {
      get: () => {
        throw new Error('s3cret');
      },
    },
  ) as Record<string, never>;
  expect(run(throwing).slice(0, 3)).toEqual(['0 step A', 'after A malformed 1', '0 failed']);
});

test('a step that ends without having achieved anything leaves the count of failures as it is', () => {
  const seen = run({ A: throwError(() => error), "A'": of(reached('B')), B: throwError(() => error) });
  expect(seen).toContain('after B server 2');
});

test('a step that achieved something begins the count anew', () => {
  const seen = run({ A: throwError(() => error), "A'": of(reached('B', true)), B: throwError(() => error) });
  expect(seen).toContain('after B server 1');
});
