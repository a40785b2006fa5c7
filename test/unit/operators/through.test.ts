import { map, type OperatorFunction } from 'rxjs';
import { it } from 'vitest';
import { through } from '../../../src/operators/through.js';
import { virtualTime } from './given.js';

type Event = { readonly type: 'digit'; readonly text: string } | { readonly type: 'letter'; readonly text: string };

const values = Object.fromEntries(
  ['1', '2', 'a', 'b', 'A', 'B'].map((text): [string, Event] => [
    text,
    { type: /\d/.test(text) ? 'digit' : 'letter', text },
  ]),
);
const upper: OperatorFunction<Event, Event> = through(
  ['letter'],
  map((event: Event) => ({ ...event, text: event.text.toUpperCase() })),
);

it.each([
  ['the diagram of the docs', '-1-a-2-b-|', '-1-A-2-B-|', '^--------!'],
  ['values of one moment keep their order', '(1a2b|)', '(1A2B|)', '(^!)'],
  ['an empty source completes', '|', '|', '(^!)'],
  ['a source that never speaks', '-', '-', '^'],
  ['an error is passed on', '-a-#', '-A-#', '^--!'],
])('%s', (_, source, result, subscription) => {
  virtualTime().run(({ cold, expectObservable, expectSubscriptions }) => {
    const source$ = cold<Event>(source, values);
    expectObservable(source$.pipe(upper)).toBe(result, values);
    expectSubscriptions(source$.subscriptions).toBe(subscription);
  });
});

it('unsubscribing ends both ways', () => {
  virtualTime().run(({ cold, expectObservable, expectSubscriptions }) => {
    const source$ = cold<Event>('-1-a-2-b-|', values);
    expectObservable(source$.pipe(upper), '----!').toBe('-1-A-', values);
    expectSubscriptions(source$.subscriptions).toBe('^---!');
  });
});

it('two subscribers share nothing', () => {
  virtualTime().run(({ cold, expectObservable }) => {
    const result$ = cold<Event>('-1-a-|', values).pipe(upper);
    expectObservable(result$).toBe('-1-A-|', values);
    expectObservable(result$, '--^-----').toBe('---1-A-|', values);
  });
});

it('an error of the operator is the result’s', () => {
  virtualTime().run(({ cold, expectObservable }) => {
    const fails: OperatorFunction<Event, Event> = through(
      ['letter'],
      map((): Event => {
        throw 'error';
      }),
    );
    expectObservable(cold<Event>('-1-a-2-|', values).pipe(fails)).toBe('-1-#', values);
  });
});
