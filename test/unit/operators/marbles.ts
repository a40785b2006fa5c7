import type { Observable, OperatorFunction } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { expect, it } from 'vitest';

/** Runs `test` in virtual time; every expectation in it is checked. */
export function marbles(test: (helpers: RunHelpers) => void): void {
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(test);
}

/** One row of a table: source, subscriptions to it and result, aligned. */
export interface MarbleCase {
  readonly claim: string;
  readonly source: string;
  readonly subs: string | readonly string[];
  readonly result: string;
  /** When the subscriber begins and ends, as a subscription diagram. */
  readonly unsub?: string;
}

/** Every operator waits with a silent source and ends with an empty one. */
export const neverAndEmpty: readonly MarbleCase[] = [
  {
    claim: 'never gives nothing',
    source: '-',
    subs: '  ^',
    result: '-',
  },
  {
    claim: 'empty completes without a value',
    source: '|',
    subs: '  (^!)',
    result: '|',
  },
];

/** Tests every row, and that a second subscriber, three frames later, gets the same as if it were alone. */
export function marbleTable<In, Out>(
  rows: readonly MarbleCase[],
  operator: OperatorFunction<In, Out>,
  values: { readonly source?: Record<string, NoInfer<In>>; readonly result?: Record<string, NoInfer<Out>> } = {},
): void {
  // Not `it.each`, which cuts what it puts for `$claim` after 40 characters.
  for (const { claim, source, subs, result, unsub } of rows) {
    it(claim, () => {
      marbles(({ cold, expectObservable, expectSubscriptions }) => {
        const source$ = cold<In>(source, values.source);
        expectObservable(source$.pipe(operator), unsub).toBe(result, values.result);
        expectSubscriptions(source$.subscriptions).toBe(typeof subs === 'string' ? subs : [...subs]);
      });
    });
  }

  for (const { claim, source, result } of rows.filter((row) => row.unsub === undefined)) {
    it(`two subscribers share nothing: ${claim}`, () => {
      marbles(({ cold, expectObservable }) => {
        const result$: Observable<Out> = cold<In>(source, values.source).pipe(operator);
        expectObservable(result$).toBe(result, values.result);
        expectObservable(result$, '---^').toBe(`---${result}`, values.result);
      });
    });
  }
}
