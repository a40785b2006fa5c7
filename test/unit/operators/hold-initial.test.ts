import { expect, it } from 'vitest';
import type { Scope, SidecarEvent } from '../../../src/model.js';
import { holdInitial } from '../../../src/operators/hold-initial.js';
import { failed, initDone, joined, key, left, otherScope, scope, written } from './events.js';
import { marbles } from './marbles.js';

const events: Record<string, SidecarEvent> = {
  w: written('/p'),
  u: { type: 'file', op: 'unchanged', path: '/p', owner: key('a'), sha256: 's', size: 1 },
  d: initDone(),
  D: initDone(otherScope),
  x: failed('server'),
  X: failed('forbidden', otherScope),
  l: { type: 'listed' },
  J: joined(otherScope),
  L: left(otherScope),
  Y: failed('server', otherScope),
};
const values = { t: true, f: false };

it.each([
  ['everything listed ends it', [scope], '-w--l-', 't---(f|)'],
  ['the diagram of the docs: the only missing scope fails', [scope], '-w-x-----', 't-----(f|)'],
  ['there was nothing to tell when the scope failed, later there is', [scope], '-x-----w---', 't---------(f|)'],
  ['a scope that is only slow is waited for', [scope, otherScope], '-w-d----------', 't-------------'],
  ['one failing scope beside a slow one does not end it', [scope, otherScope], '-w-x----------', 't-------------'],
  ['the others are done, the last one fails', [scope, otherScope], '-w-X---d------', 't---------(f|)'],
  ['a scope that recovers is waited for again', [scope, otherScope], '-w-(xX)-d------D---l', 't-----(f|)'],
  ['a file that did not change is nothing to tell', [scope], '-u-x----------', 't-------------'],
  ['a failure of a scope that was listed does not count', [scope, otherScope], '-w-d-x--------', 't-------------'],
  ['a scope that joined is waited for', [scope], '-w-J-d-------', 't------------'],
  ['one that joined and left is not', [scope], '-w-(JL)-x-------', 't----------(f|)'],
  ['one that joined and is refused is not', [scope], '-w-(JX)-x-------', 't----------(f|)'],
  ['one that joined and fails holds as others do', [scope], '-w-J-d-Y----', 't---------(f|)'],
  ['one that joined, failed and left holds nothing', [scope], '-w-(JYL)-----', 't------------'],
  ['a source that never speaks', [scope], '-', 't'],
  ['an error is passed on', [scope], '-w-#', 't--#'],
] as [string, Scope[], string, string][])('%s', (_, scopes, source, result) => {
  marbles(({ hot, expectObservable }) => {
    expectObservable(hot(source, events).pipe(holdInitial({ scopes, maxWaitMs: 3 }))).toBe(
      // The first value comes on subscription, in frame 0.
      result,
      values,
    );
  });
});

it('a scope that fails, recovers and is slow again is waited for', () => {
  marbles(({ hot, expectObservable }) => {
    const source$ = hot('-w-x-d--------', events);
    expectObservable(source$.pipe(holdInitial({ scopes: [scope, otherScope], maxWaitMs: 3 }))).toBe('t', values);
  });
});

it('unsubscribing ends the source', () => {
  marbles(({ hot, expectObservable, expectSubscriptions }) => {
    const source$ = hot('-w-x-----', events);
    expectObservable(source$.pipe(holdInitial({ scopes: [scope], maxWaitMs: 3 })), '----!').toBe('t----', values);
    expectSubscriptions(source$.subscriptions).toBe('^---!');
  });
  expect.assertions(2);
});
