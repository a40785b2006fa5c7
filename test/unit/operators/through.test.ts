import { delay, endWith, ignoreElements, map, merge, type OperatorFunction, withLatestFrom } from 'rxjs';
import { describe, it } from 'vitest';
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

describe('`others$`', () => {
  /** Gives a letter together with the last digit before it. */
  const numbered: OperatorFunction<Event, Event> = through(['letter'], (letters$, digits$) =>
    letters$.pipe(
      withLatestFrom(digits$),
      map(([letter, digit]): Event => ({ type: 'letter', text: letter.text + digit.text })),
    ),
  );
  const shown = { ...values, x: { type: 'letter', text: 'a1' }, y: { type: 'letter', text: 'b2' } } as const;

  marbleTable(
    [
      {
        claim: 'is what passes, and passes all the same',
        source: '-1-a-2-b-|',
        subs: '  ^--------!',
        result: '-1-x-2-y-|',
      },
      {
        claim: 'of one moment is heard in its place',
        source: '-(1a2b|)',
        subs: '  ^!',
        result: '-(1x2y|)',
      },
      {
        claim: 'errors with the source',
        source: '-1-#',
        subs: '  ^--!',
        result: '-1-#',
      },
    ],
    numbered,
    { source: values, result: shown },
  );

  it('is heard before it passes: what is given for it comes before it', () => {
    marbles(({ cold, expectObservable }) => {
      const announced: OperatorFunction<Event, Event> = through(['letter'], (letters$, digits$) =>
        merge(letters$, digits$.pipe(map((digit): Event => ({ type: 'letter', text: `${digit.text}!` })))),
      );
      expectObservable(cold<Event>('-(1a)-(2|)', values).pipe(announced)).toBe('-(x1a)(y2|)', {
        ...values,
        x: { type: 'letter', text: '1!' },
        y: { type: 'letter', text: '2!' },
      });
    });
  });

  it('that has completed lets the operator go on', () => {
    marbles(({ cold, expectObservable }) => {
      const late: OperatorFunction<Event, Event> = through(['letter'], (letters$, digits$) =>
        merge(letters$, digits$.pipe(ignoreElements(), endWith<Event>({ type: 'letter', text: 'A' }), delay(3))),
      );
      expectObservable(cold<Event>('-1-|', values).pipe(late)).toBe('-1----(A|)', values);
    });
  });
});
