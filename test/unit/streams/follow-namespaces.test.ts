import { NEVER, type Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ResourceEvent, Scope, WatchedObject } from '../../../src/model.js';
import { followNamespaces } from '../../../src/streams/follow-namespaces.js';
import { applied, failed, init, initDone, listed, watched } from '../operators/events.js';
import { marbles } from '../operators/marbles.js';

const cluster: Scope = { kind: 'namespace', namespace: undefined };
const inA: Scope = { kind: 'configmap', namespace: 'a' };
const inB: Scope = { kind: 'configmap', namespace: 'b' };
const wanted: Readonly<Record<string, readonly Scope[]>> = { a: [inA], b: [inB] };

function namespace(name: string): WatchedObject {
  return watched(name, { kind: 'namespace', namespace: '' });
}

const gone = (name: string): ResourceEvent => ({ type: 'delete', scope: cluster, key: `namespace//${name}` });

const namespaces: Readonly<Record<string, ResourceEvent>> = {
  i: init(cluster),
  j: initDone(cluster),
  a: listed(namespace('a'), cluster),
  b: listed(namespace('b'), cluster),
  u: listed(namespace('unwanted'), cluster),
  U: gone('unwanted'),
  B: gone('b'),
  c: applied(namespace('b'), cluster) as ResourceEvent,
  f: failed('forbidden', cluster),
};
const inScope: Readonly<Record<string, ResourceEvent>> = {
  o: applied(watched('o', { namespace: 'a' }), inA) as ResourceEvent,
  p: applied(watched('p', { namespace: 'b' }), inB) as ResourceEvent,
};
const results: Readonly<Record<string, ResourceEvent>> = {
  i: init(cluster),
  j: initDone(cluster),
  f: failed('forbidden', cluster),
  J: { type: 'joined', scope: inA },
  K: { type: 'joined', scope: inB },
  L: { type: 'left', scope: inB },
  ...inScope,
};

interface Row {
  readonly claim: string;
  readonly source: string;
  readonly a?: string;
  readonly b?: string;
  readonly unsub?: string;
  readonly result: string;
  readonly subsA?: readonly string[];
  readonly subsB?: readonly string[];
}

const rows: readonly Row[] = [
  {
    claim: 'the diagram of the docs',
    source: '-(iabj)---B----c------',
    a: '       -------o--------o    ',
    b: '       ------p----          ',
    result: '-(iJKj)po-L----K-o---p',
    subsA: ['-^                   '],
    subsB: ['-^--------!', '---------------^'],
  },
  {
    claim: 'a complete list that lacks a namespace ends it, before it is said to be done',
    source: '-(iabj)-(iaj)',
    result: '-(iJKj)-(iLj)',
    subsA: ['-^'],
    subsB: ['-^------!'],
  },
  {
    claim: 'a list that fails ends nothing, however often it begins',
    source: '-(iabj)-i-f-ia-i-f',
    result: '-(iJKj)-i-f-i--i-f',
    subsA: ['-^'],
    subsB: ['-^'],
  },
  {
    claim: 'a namespace whose labels change is not joined again',
    source: '-(ibj)-c-c',
    result: '-(iKj)----',
    subsB: ['-^'],
  },
  {
    claim: 'a namespace that is not wanted neither joins nor leaves',
    source: '-(iuj)-U-|',
    result: '-(ij)----|',
  },
  {
    claim: 'without the right to list namespaces nothing joins',
    source: '-f--f',
    result: '-f--f',
  },
  {
    claim: 'it completes when the namespaces have, and all that joined',
    source: '-(iaj)|',
    a: '       ------o|',
    result: '-(iJj)-o|',
    subsA: ['-^------!'],
  },
  {
    claim: 'a namespace that has left is not waited for',
    source: '-(ibj)-B-|',
    result: '-(iKj)-L-|',
    subsB: ['-^-----!'],
  },
  {
    claim: 'an error passes',
    source: '-#',
    result: '-#',
  },
  {
    claim: 'unsubscribing ends all',
    source: '-(iabj)--',
    unsub: '--------!',
    result: '-(iJKj)--',
    subsA: ['-^------!'],
    subsB: ['-^------!'],
  },
];

describe('followNamespaces', () => {
  for (const { claim, source, a = '-', b = '-', unsub, result, subsA = [], subsB = [] } of rows) {
    it(claim, () => {
      marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
        const a$ = cold(a.trim(), inScope);
        const b$ = cold(b.trim(), inScope);
        const sources = new Map<Scope, Observable<ResourceEvent>>([
          [cluster, hot(source, namespaces)],
          [inA, a$],
          [inB, b$],
        ]);
        const followed$ = followNamespaces({
          scope: cluster,
          scopesOf: (name) => wanted[name] ?? [],
          source: (scope) => sources.get(scope) as Observable<ResourceEvent>,
        });
        expectObservable(followed$, unsub).toBe(result, results);
        expectSubscriptions(a$.subscriptions).toBe(subsA.map((subs) => subs.trim()));
        expectSubscriptions(b$.subscriptions).toBe(subsB.map((subs) => subs.trim()));
      });
    });
  }

  it('two subscribers share nothing', () => {
    marbles(({ cold, expectObservable }) => {
      const followed$ = followNamespaces({
        scope: cluster,
        scopesOf: (name) => wanted[name] ?? [],
        source: (scope) => (scope === cluster ? cold('(ibj)-B', namespaces) : NEVER),
      });
      expectObservable(followed$).toBe('(iKj)-L', results);
      expectObservable(followed$, '---^').toBe('---(iKj)-L', results);
    });
  });

  it('a namespace without a scope for one kind joins with the others, and all of its scopes leave', () => {
    const secrets: Scope = { kind: 'secret', namespace: 'b' };
    marbles(({ cold, expectObservable }) => {
      const followed$ = followNamespaces({
        scope: cluster,
        scopesOf: () => [inB, secrets],
        source: (scope) => (scope === cluster ? cold('(ibj)--B', namespaces) : NEVER),
      });
      expectObservable(followed$).toBe('(iKSj)-(LT)', {
        ...results,
        S: { type: 'joined', scope: secrets },
        T: { type: 'left', scope: secrets },
      });
    });
  });

  it('what joined in an earlier life of the same name is another scope', () => {
    const made: Scope[] = [];
    marbles(({ cold, flush }) => {
      followNamespaces({
        scope: cluster,
        scopesOf: (name) => {
          const scope: Scope = { kind: 'configmap', namespace: name };
          made.push(scope);
          return [scope];
        },
        source: (scope) => (scope === cluster ? cold('(ibj)-B-c-B', namespaces) : NEVER),
      }).subscribe();
      flush();
    });
    expect(made).toHaveLength(2);
    expect(made[0]).not.toBe(made[1]);
  });
});
