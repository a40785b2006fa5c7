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

/** Tests every row, and that a second subscriber, three frames later, gets the same as if it were alone. */
export function marbleTable<In, Out>(
  rows: readonly MarbleCase[],
  operator: OperatorFunction<In, Out>,
  values: { readonly source?: Record<string, NoInfer<In>>; readonly result?: Record<string, NoInfer<Out>> } = {},
): void {
  it.each(rows)('$claim', ({ source, subs, result, unsub }) => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold<In>(source, values.source);
      expectObservable(source$.pipe(operator), unsub).toBe(result, values.result);
      expectSubscriptions(source$.subscriptions).toBe(typeof subs === 'string' ? subs : [...subs]);
    });
  });

  it.each(rows.filter((row) => row.unsub === undefined))('two subscribers share nothing: $claim', (row) => {
    marbles(({ cold, expectObservable }) => {
      const result$: Observable<Out> = cold<In>(row.source, values.source).pipe(operator);
      expectObservable(result$).toBe(row.result, values.result);
      expectObservable(result$, '---^').toBe(`---${row.result}`, values.result);
    });
  });
}
