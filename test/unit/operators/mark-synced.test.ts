import { it } from 'vitest';
import { markSynced } from '../../../src/operators/mark-synced.js';
import { failedFile, virtualTime, written } from './given.js';

const values = {
  w: written('/p'),
  v: written('/other'),
  x: failedFile('/p'),
  o: failedFile('/p', 'configmap/ns/a', 'object'),
  g: { type: 'file', op: 'absent', path: '/p', owner: 'configmap/ns/a' } as const,
  l: { type: 'listed' } as const,
  s: { type: 'synced' } as const,
  i: { type: 'init-done' } as const,
};

it.each([
  ['the diagram of the docs', '-w-x-l-w-----|', '-w-x-l-(ws)--|', '^------------!'],
  ['everything written: synced with the lists', '-w-i-l-----|', '-w-i-(ls)--|', '^----------!'],
  ['another file does not mend the failed one', '-x-l-v-|', '-x-l-v-|', '^------!'],
  ['a file that its object is to blame for is not waited for', '-o-l----|', '-o-(ls)-|', '^-------!'],
  ['a failed file that is no longer wanted is not waited for', '-x-l-g----|', '-x-l-(gs)-|', '^---------!'],
  ['synced comes once', '-l----w-x-w-|', '-(ls)-w-x-w-|', '^-----------!'],
  ['nothing before the lists', '-w-w-|', '-w-w-|', '^----!'],
  ['an empty source completes', '|', '|', '(^!)'],
  ['a source that never speaks', '-', '-', '^'],
  ['an error is passed on', '-l----#', '-(ls)-#', '^-----!'],
])('%s', (_, source, result, subscription) => {
  virtualTime().run(({ cold, expectObservable, expectSubscriptions }) => {
    const source$ = cold<(typeof values)[keyof typeof values]>(source, values);
    expectObservable(source$.pipe(markSynced())).toBe(result, values);
    expectSubscriptions(source$.subscriptions).toBe(subscription);
  });
});

it('unsubscribing ends the source, and two subscribers share nothing', () => {
  virtualTime().run(({ cold, expectObservable, expectSubscriptions }) => {
    const source$ = cold<(typeof values)[keyof typeof values]>('-x-l-w------', values);
    const result$ = source$.pipe(markSynced());
    expectObservable(result$, '----!').toBe('-x-l-', values);
    expectObservable(result$, '^-------!').toBe('-x-l-(ws)', values);
    expectSubscriptions(source$.subscriptions).toBe(['^---!', '^-------!']);
  });
});
