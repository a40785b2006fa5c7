import fc from 'fast-check';
import { from, toArray } from 'rxjs';
import { expect, it } from 'vitest';
import { type ObjectKey, objectKey, type ResourceEvent, type Scope } from '../../../src/model.js';
import { reconcileLists } from '../../../src/operators/reconcile-lists.js';
import {
  alive,
  applied,
  deleted,
  failed,
  init,
  initDone,
  joined,
  key,
  left,
  listed,
  otherScope,
  scope,
  watched,
} from './events.js';
import { marbleTable, neverAndEmpty } from './marbles.js';

const source = {
  i: init(),
  j: initDone(),
  a: listed(watched('a')),
  b: listed(watched('b')),
  c: applied(watched('c')),
  B: deleted('b'),
  s: alive,
  f: failed(),
  I: init(otherScope),
  J: initDone(otherScope),
  n: joined(),
  l: left(),
};
const result = {
  ...(source as object),
  i: { type: 'init', scope } as const,
  j: { type: 'init-done', scope } as const,
  a: applied(watched('a')),
  b: applied(watched('b')),
  c: applied(watched('c')),
  A: deleted('a'),
  B: deleted('b'),
  C: deleted('c'),
};

marbleTable(
  [
    {
      claim: 'the diagram of the docs',
      source: '-(iabj)----(iaj)-|',
      subs: '  ^----------------!',
      result: '-(iabj)----(iaBj)|',
    },
    ...neverAndEmpty,
    {
      claim: 'an error passes, and an unfinished list removes nothing',
      source: '-iaj-i-#',
      subs: '  ^------!',
      result: '-iaj-i-#',
    },
    {
      claim: 'a source that ends within a list removes nothing',
      source: '-iaj-i-|',
      subs: '  ^------!',
      result: '-iaj-i-|',
    },
    {
      claim: 'unsubscribing ends the source',
      source: '-iaj-ij-|',
      unsub: ' ^----!   ',
      subs: '  ^----!   ',
      result: '-iaj-    ',
    },
    {
      claim: 'a list that is abandoned removes nothing, the next complete one does',
      source: '-iabj-i-ibj----|',
      subs: '  ^--------------!',
      result: '-iabj-i-ib(Aj)-|',
    },
    {
      claim: 'what only an abandoned list had is removed by the next complete one',
      source: '-ia-ibj----|',
      subs: '  ^----------!',
      result: '-ia-ib(Aj)-|',
    },
    {
      claim: 'what a live delete took is not deleted again',
      source: '-iabj-B-iaj-|',
      subs: '  ^-----------!',
      result: '-iabj-B-iaj-|',
    },
    {
      claim: 'what came live is removed by a list that lacks it',
      source: '-iaj-c-iaj----|',
      subs: '  ^-------------!',
      result: '-iaj-c-ia(Cj)-|',
    },
    {
      claim: 'what comes live during a list is not removed by it',
      source: '-iaj-icaj-|',
      subs: '  ^---------!',
      result: '-iaj-icaj-|',
    },
    {
      claim: 'what is deleted live during a list stays deleted, and is not deleted again',
      source: '-ibj-ibBj-ij-|',
      subs: '  ^------------!',
      result: '-ibj-ibBj-ij-|',
    },
    {
      claim: 'an empty list removes all',
      source: '-iabj-ij-----|',
      subs: '  ^------------!',
      result: '-iabj-i(ABj)-|',
    },
    {
      claim: 'what a list removed is not deleted again by the next',
      source: '-iabj-ij----ij-|',
      subs: '  ^--------------!',
      result: '-iabj-i(ABj)ij-|',
    },
    {
      claim: 'an init-done without an init removes nothing',
      source: '-iaj-j-|',
      subs: '  ^------!',
      result: '-iaj-j-|',
    },
    {
      claim: 'scopes know nothing of each other',
      source: '-iaj-IJ-ij----|',
      subs: '  ^-------------!',
      result: '-iaj-IJ-i(Aj)-|',
    },
    {
      claim: 'a scope that left has nothing any more, and what still comes of it is dropped',
      source: '-n(iacj)-l----(aBijs)IJ-|',
      subs: '  ^-----------------------!',
      result: '-n(iacj)-(ACl)-------IJ-|',
    },
    {
      claim: 'a scope that left while it was listed has nothing either',
      source: '-niaj-ia-l---|',
      subs: '  ^------------!',
      result: '-niaj-ia-(Al)|',
    },
    {
      claim: 'a scope that had nothing leaves without a delete',
      source: '-n-l-|',
      subs: '  ^----!',
      result: '-n-l-|',
    },
    {
      claim: 'statuses pass',
      source: '-s-f-|',
      subs: '  ^----!',
      result: '-s-f-|',
    },
  ],
  reconcileLists(),
  { source, result: result as never },
);

it('after any complete list exactly the listed objects are known, whatever came before', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const inScope = fc.constantFrom(scope, otherScope);
  const list = fc.record({ scope: inScope, names: fc.array(name), complete: fc.boolean() });
  const live = fc.record({ scope: inScope, name, op: fc.constantFrom('apply', 'delete') });

  fc.assert(
    fc.property(fc.array(fc.oneof(list, live)), (steps) => {
      const events: ResourceEvent[] = [];
      // The model: what is there, by scope, at each init-done.
      const there = new Map<Scope, Set<ObjectKey>>([
        [scope, new Set()],
        [otherScope, new Set()],
      ]);
      const atEachDone: string[][] = [];
      const open = new Set<Scope>();
      for (const step of steps) {
        const keys = there.get(step.scope) as Set<ObjectKey>;
        if ('names' in step) {
          events.push(init(step.scope), ...step.names.map((one) => listed(watched(one), step.scope)));
          for (const one of step.names) keys.add(key(one));
          open.add(step.scope);
          if (step.complete) {
            open.delete(step.scope);
            events.push(initDone(step.scope));
            there.set(step.scope, new Set(step.names.map(key)));
            atEachDone.push([...new Set(step.names.map(key))].sort());
          }
        } else if (!open.has(step.scope)) {
          events.push(step.op === 'apply' ? applied(watched(step.name), step.scope) : deleted(step.name, step.scope));
          if (step.op === 'apply') keys.add(key(step.name));
          else keys.delete(key(step.name));
        }
      }

      const given = new Map<Scope, Set<ObjectKey>>([
        [scope, new Set()],
        [otherScope, new Set()],
      ]);
      const givenAtEachDone: string[][] = [];
      from(events)
        .pipe(reconcileLists(), toArray())
        .subscribe((outputs) => {
          for (const event of outputs) {
            const keys = given.get(event.scope) as Set<ObjectKey>;
            if (event.type === 'apply') keys.add(objectKey(event.object));
            if (event.type === 'delete') keys.delete(event.key);
            if (event.type === 'init-done') givenAtEachDone.push([...keys].sort());
          }
        });
      expect(givenAtEachDone).toEqual(atEachDone);
      expect(given).toEqual(there);
    }),
  );
});
