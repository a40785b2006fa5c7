import { map, type OperatorFunction } from 'rxjs';
import { it } from 'vitest';
import { through } from '../../../src/operators/through.js';
import { marbles, marbleTable, neverAndEmpty } from './marbles.js';

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

marbleTable(
  [
    {
      claim: 'the diagram of the docs',
      source: '-1-a-2-b-|',
      subs: '  ^--------!',
      result: '-1-A-2-B-|',
    },
    ...neverAndEmpty,
    {
      claim: 'an error passes',
      source: '-a-#',
      subs: '  ^--!',
      result: '-A-#',
    },
    {
      claim: 'unsubscribing ends both ways',
      source: '-1-a-2-b-|',
      unsub: ' ^---!     ',
      subs: '  ^---!     ',
      result: '-1-A-     ',
    },
    {
      claim: 'values of one moment keep their order',
      source: '(1a2b|)',
      subs: '  (^!)',
      result: '(1A2B|)',
    },
  ],
  upper,
  { source: values, result: values },
);

it('two subscribers whose values come in one frame share nothing', () => {
  marbles(({ cold, expectObservable }) => {
    const result$ = cold<Event>('-1-a-|', values).pipe(upper);
    expectObservable(result$).toBe('-1-A-|', values);
    expectObservable(result$, '--^-----').toBe('---1-A-|', values);
  });
});

it('an error of the operator is the result’s', () => {
  marbles(({ cold, expectObservable }) => {
    const fails: OperatorFunction<Event, Event> = through(
      ['letter'],
      map((): Event => {
        throw 'error';
      }),
    );
    expectObservable(cold<Event>('-1-a-2-|', values).pipe(fails)).toBe('-1-#', values);
  });
});
