import { expect, it } from 'vitest';
import { filterByLabel } from '../../../src/operators/filter-by-label.js';
import { parseLabelSelector } from '../../../src/selectors/label-selector.js';
import { alive, applied, deleted, failed, init, initDone, listed, otherScope, scope, watched } from './events.js';
import { marbleTable, neverAndEmpty } from './marbles.js';

const on = { labels: { app: 'x' } };
const off = { labels: { app: 'y' } };

const events = {
  i: init(),
  j: initDone(),
  // o: an object with the label, n: the same without it, p: another with the label
  o: listed(watched('o', on)),
  n: listed(watched('o', off)),
  p: listed(watched('p', on)),
  O: applied(watched('o', on)),
  N: applied(watched('o', off)),
  P: applied(watched('p', on)),
  Q: applied(watched('p', off)),
  X: deleted('o'),
  Y: deleted('p'),
  s: alive,
  f: failed(),
  I: init(otherScope),
  J: initDone(otherScope),
  Z: deleted('o', otherScope),
  M: applied(watched('o', off), otherScope),
};

marbleTable(
  [
    ...neverAndEmpty,
    {
      claim: 'an error passes',
      source: '-O-#',
      subs: '  ^--!',
      result: '-O-#',
    },
    {
      claim: 'unsubscribing ends the source',
      source: '-O-P-|',
      unsub: ' ^-!   ',
      subs: '  ^-!   ',
      result: '-O-   ',
    },
    {
      claim: 'an object that matches passes, another does not',
      source: '-O-Q-|',
      subs: '  ^----!',
      result: '-O---|',
    },
    {
      claim: 'an object that ceases to match is deleted, once',
      source: '-O-N-N-|',
      subs: '  ^------!',
      result: '-O-X---|',
    },
    {
      claim: 'an object that begins to match again passes again',
      source: '-O-N-O-X-|',
      subs: '  ^--------!',
      result: '-O-X-O-X-|',
    },
    {
      claim: 'a delete of what passed passes, once',
      source: '-O-X-X-|',
      subs: '  ^------!',
      result: '-O-X---|',
    },
    {
      claim: 'a delete of what never passed is dropped',
      source: '-N-X-Y-|',
      subs: '  ^------!',
      result: '-------|',
    },
    {
      claim: 'list marks and statuses pass',
      source: '-i-j-s-f-|',
      subs: '  ^--------!',
      result: '-i-j-s-f-|',
    },
    {
      claim: 'in a list an object that does not match is dropped, even if it had passed',
      source: '-iopj-inpj-|',
      subs: '  ^----------!',
      result: '-iopj-i-pj-|',
    },
    {
      claim: 'what a complete list dropped is not deleted again',
      source: '-ioj-inj-N-X-|',
      subs: '  ^------------!',
      result: '-ioj-i-j-----|',
    },
    {
      claim: 'what a complete list no longer has is forgotten',
      source: '-iopj-ipj-N-Q-|',
      subs: '  ^-------------!',
      result: '-iopj-ipj---Y-|',
    },
    {
      claim: 'a list that is abandoned forgets nothing',
      source: '-iopj-i-ipoj-N-|',
      subs: '  ^--------------!',
      result: '-iopj-i-ipoj-X-|',
    },
    {
      claim: 'what came live during a list is remembered behind it',
      source: '-iOj-N-|',
      subs: '  ^------!',
      result: '-iOj-X-|',
    },
    {
      claim: 'an init-done without an init forgets nothing',
      source: '-O-j-N-|',
      subs: '  ^------!',
      result: '-O-j-X-|',
    },
    {
      claim: 'scopes know nothing of each other',
      source: '-ioj-IJ-M-Z-N-|',
      subs: '  ^-------------!',
      result: '-ioj-IJ-----X-|',
    },
  ],
  filterByLabel('app=x'),
  { source: events, result: events },
);

const object = {
  a: applied(watched('one', on)),
  b: applied(watched('two', off)),
  c: applied(watched('one', off)),
  d: applied(watched('one', off)),
  x: deleted('one'),
};

marbleTable(
  [
    {
      claim: 'the diagram of the docs',
      source: '-a-b-c-d-|',
      subs: '  ^--------!',
      result: '-a---x---|',
    },
  ],
  filterByLabel(parseLabelSelector('app=x')),
  { source: object, result: object },
);

it('a selector that is none is refused before any subscription', () => {
  expect(() => filterByLabel('app=')).not.toThrow();
  expect(() => filterByLabel('app in')).toThrow('Expected "("');
});

it('its delete carries the scope of the object', () => {
  expect(object.x).toEqual({ type: 'delete', scope, key: 'configmap/default/one' });
});
