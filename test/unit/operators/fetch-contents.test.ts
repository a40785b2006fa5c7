import { defer, ignoreElements, merge, NEVER, of, tap, throwError } from 'rxjs';
import { expect, it } from 'vitest';
import type { ObjectChange, ObjectKey, ResourceEvent, Scope, WatchedObject } from '../../../src/model.js';
import type { ContentNeeded } from '../../../src/operators/claim-paths.js';
import { fetchContents } from '../../../src/operators/fetch-contents.js';
import { alive, applied, deleted, init, initDone, key, left, listed, otherScope, scope, watched } from './events.js';
import { marbles } from './marbles.js';

const a = watched('a');
const b = watched('b');
const needed: Record<string, ContentNeeded> = {
  A: { type: 'needed', key: key('a') },
  B: { type: 'needed', key: key('b') },
  S: { type: 'needed', key: 'secret/default/a' },
};
const events: Record<string, ResourceEvent> = {
  a: applied(a),
  b: applied(b),
  i: listed(b),
  g: deleted('b'),
  s: alive,
  I: init(),
  J: initDone(),
  O: init(otherScope),
  L: left(),
  M: left(otherScope),
};
const changes: Record<string, ObjectChange> = {
  a: applied(a),
  b: applied(b),
  x: deleted('a'),
};

it.each([
  ['the diagram of the docs', '-A-----B---|', '---------b-', '---a-------|'],
  ['newer state from a list ends the fetch', '-B----|', '--i---', '------|'],
  ['the delete of the object ends the fetch', '-B----|', '--g---', '------|'],
  ['a list of the scope that begins ends the fetch', '-B----|', '--I---', '------|'],
  ['the leave of the scope ends the fetch', '-B----|', '--L---', '------|'],
  ['the end of one, or a list or the leave of another scope, does not', '-B----|', '--(JOM)', '---b--|'],
  ['a status, or another object, does not', '-B----|', '--(sa)', '---b--|'],
  ['an object outside all scopes is not fetched', '-S----|', '------', '------|'],
  ['an object that is needed twice at once is fetched anew after the first answer', '-(AA)-|', '------', '---a-a|'],
  ['fetches under way are waited for', '-A|', '---', '---(a|)'],
  ['a source that never speaks', '-', '-', '-'],
  ['an error is passed on', '-A---#', '-----', '---a-#'],
])('%s', (_, source, others, result) => {
  marbles(({ hot, cold, expectObservable }) => {
    const answers: Record<string, WatchedObject> = { [key('a')]: a, [key('b')]: b };
    const fetch = (wanted: ObjectKey) => cold('--(o|)', { o: answers[wanted] });
    const options = { fetch, scopes: [scope], events$: hot(others, events) };
    expectObservable(hot(source, needed).pipe(fetchContents(options))).toBe(result, changes);
  });
});

it('an object that is gone comes as deleted', () => {
  marbles(({ cold, expectObservable }) => {
    const options = { fetch: () => of(undefined), scopes: [scope], events$: NEVER };
    expectObservable(cold('-A-|', needed).pipe(fetchContents(options))).toBe('-x-|', changes);
  });
});

it('a failed fetch is tried again until it succeeds', () => {
  let tries = 0;
  marbles(({ cold, flush }) => {
    const got: unknown[] = [];
    const fetch = () => defer(() => (++tries < 3 ? throwError(() => new Error('away')) : of(a)));
    cold('-A', needed)
      .pipe(fetchContents({ fetch, scopes: [scope], events$: NEVER }))
      .subscribe((change) => got.push(change));
    flush();
    expect(got).toEqual([changes['a']]);
    expect(tries).toBe(3);
  });
});

it('no more fetches than allowed run at a time', () => {
  marbles(({ cold, expectObservable }) => {
    const fetch = (wanted: ObjectKey) => cold('--(o|)', { o: wanted === key('a') ? a : b });
    const options = { fetch, scopes: [scope], events$: NEVER, concurrency: 1 };
    expectObservable(cold('(AB|)', needed).pipe(fetchContents(options))).toBe('--a-(b|)', changes);
  });
});

it('the change belongs to the scope of its namespace', () => {
  const elsewhere: Scope = { kind: 'configmap', namespace: 'elsewhere' };
  marbles(({ cold, expectObservable }) => {
    const options = { fetch: () => of(a), scopes: [elsewhere, scope], events$: NEVER };
    expectObservable(cold('-A|', needed).pipe(fetchContents(options))).toBe('-a|', changes);
  });
});

it('a scope of one name covers that object alone', () => {
  const named: Scope = { kind: 'configmap', namespace: undefined, fieldSelector: 'metadata.name=a' };
  marbles(({ cold, expectObservable }) => {
    const options = { fetch: () => of(a), scopes: [named], events$: NEVER };
    const result = { a: applied(a, named) };
    expectObservable(cold('AB|', needed).pipe(fetchContents(options))).toBe('a-|', result);
  });
});

it('scopes may come and go: each fetch looks as it begins', () => {
  const scopes = new Set<Scope>();
  marbles(({ cold, expectObservable }) => {
    const change$ = cold('--p----q|', { p: scope, q: undefined }).pipe(
      tap((one) => (one === undefined ? scopes.clear() : scopes.add(one))),
      ignoreElements(),
    );
    const options = { fetch: () => cold('----(o|)', { o: a }), scopes, events$: NEVER, concurrency: 1 };
    // The first finds no scope, the second has one, that of the third is gone when its turn comes.
    const fetched$ = cold('-A--AB-----|', needed).pipe(fetchContents(options));
    expectObservable(merge(change$, fetched$)).toBe('--------a--|', changes);
  });
});

it('unsubscribing aborts the fetch', () => {
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const answer$ = cold('----o', { o: a });
    const options = { fetch: () => answer$, scopes: [scope], events$: NEVER };
    expectObservable(cold('-A', needed).pipe(fetchContents(options)), '---!').toBe('-');
    expectSubscriptions(answer$.subscriptions).toBe('-^-!');
  });
});
