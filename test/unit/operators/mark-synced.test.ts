import { it } from 'vitest';
import type { FileOutcome, Listed, ResourceEvent, Synced } from '../../../src/model.js';
import { markSynced } from '../../../src/operators/mark-synced.js';
import { absent, initDone, key, unwritten, written } from './events.js';
import { marbles, marbleTable, neverAndEmpty } from './marbles.js';

type Event = ResourceEvent | FileOutcome | Listed;

const events = {
  w: written('/p'),
  v: written('/other'),
  x: unwritten('/p'),
  o: unwritten('/p', key('a'), 'object'),
  g: absent('/p'),
  l: { type: 'listed' },
  i: initDone(),
} satisfies Record<string, Event>;
const result: Record<string, Event | Synced> = { ...events, s: { type: 'synced' } };

marbleTable(
  [
    {
      claim: 'the diagram of the docs',
      source: '-w-x-l-w-----|',
      subs: '  ^------------!',
      result: '-w-x-l-(ws)--|',
    },
    ...neverAndEmpty,
    {
      claim: 'an error passes',
      source: '-l----#',
      subs: '  ^-----!',
      result: '-(ls)-#',
    },
    {
      claim: 'everything written: synced with the lists',
      source: '-w-i-l-----|',
      subs: '  ^----------!',
      result: '-w-i-(ls)--|',
    },
    {
      claim: 'another file does not mend the failed one',
      source: '-x-l-v-|',
      subs: '  ^------!',
      result: '-x-l-v-|',
    },
    {
      claim: 'a file that its object is to blame for is not waited for',
      source: '-o-l----|',
      subs: '  ^-------!',
      result: '-o-(ls)-|',
    },
    {
      claim: 'a failed file that is no longer wanted is not waited for',
      source: '-x-l-g----|',
      subs: '  ^---------!',
      result: '-x-l-(gs)-|',
    },
    {
      claim: 'synced comes once',
      source: '-l----w-x-w-|',
      subs: '  ^-----------!',
      result: '-(ls)-w-x-w-|',
    },
    {
      claim: 'nothing before the lists',
      source: '-w-w-|',
      subs: '  ^----!',
      result: '-w-w-|',
    },
  ],
  markSynced<ResourceEvent>(),
  { source: events, result },
);

it('unsubscribing ends the source, and two subscribers share nothing', () => {
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const source$ = cold<Event>('-x-l-w------', events);
    const result$ = source$.pipe(markSynced());
    expectObservable(result$, '----!').toBe('-x-l-', result);
    expectObservable(result$, '^-------!').toBe('-x-l-(ws)', result);
    expectSubscriptions(source$.subscriptions).toBe(['^---!', '^-------!']);
  });
});
