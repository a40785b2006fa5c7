import { filter, from, lastValueFrom, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ObjectChange, Refusal, WatchedObject } from '../../../src/model.js';
import {
  type ClaimInput,
  type ClaimPathsOptions,
  claimPaths,
  type ListMark,
} from '../../../src/operators/claim-paths.js';
import { failedSource, givenFile, givenObject, scope, virtualTime } from './given.js';

const older = givenObject('a', { creationTimestamp: '2025-01-01T00:00:00Z' });
const younger = givenObject('b');
const refusal: Refusal = { type: 'refused', key: 'configmap/ns/a', reason: 'path', message: 'no' };

/** Every object wants `/p` but those that name their paths in `data`. */
const options: ClaimPathsOptions = {
  scopes: [scope],
  desired: (object: WatchedObject) => ({
    files: object.data['refused']
      ? []
      : (object.data['paths'] ?? '/p').split(',').map((path) => givenFile(path, object.name)),
    refusals: object.data['refused'] ? [refusal] : [],
  }),
};

const apply = (object: WatchedObject): ObjectChange => ({ type: 'apply', scope, object });
const gone = (object: WatchedObject): ObjectChange => ({ type: 'delete', scope, key: `configmap/ns/${object.name}` });
const listed: ListMark = { type: 'init-done', scope };
const write = (object: WatchedObject, ...paths: string[]) => ({
  type: 'plan',
  writes: paths.map((path) => ({ owner: `configmap/ns/${object.name}`, file: givenFile(path, object.name) })),
  removes: [],
});

/** Without the counts, which have a test of their own. */
const uncounted = filter(({ type }: { readonly type: string }) => type !== 'objects');

function run(events: ClaimInput[], more: Partial<ClaimPathsOptions> = {}) {
  return lastValueFrom(from(events).pipe(claimPaths({ ...options, ...more }), uncounted, toArray()));
}

describe('claimPaths', () => {
  const values = {
    A: apply(older),
    B: apply(younger),
    a: gone(older),
    D: listed,
    L: { type: 'listed' } as const,
    w: write(older, '/p'),
    v: write(younger, '/p'),
    c: { type: 'conflict', path: '/p', winner: 'configmap/ns/a', loser: 'configmap/ns/b' } as const,
    n: { type: 'needed', key: 'configmap/ns/b' } as const,
  };

  it.each([
    [
      'the diagram of the docs',
      '-A----B----a----D-----B-----|',
      '-w----c---------(nD)--(vL)--|',
      '^---------------------------!',
    ],
    ['an empty source completes', '|', '|', '(^!)'],
    ['a source that never speaks', '-', '-', '^'],
    ['an error is passed on', '-A-#', '-w-#', '^--!'],
    ['everything is listed at once where nothing waits', '-A-D----|', '-w-(DL)-|', '^-------!'],
  ])('%s', (_, source, result, subscription) => {
    virtualTime().run(({ hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot<ClaimInput>(source, values as unknown as Record<string, ClaimInput>);
      expectObservable(source$.pipe(claimPaths(options), uncounted)).toBe(result, values);
      expectSubscriptions(source$.subscriptions).toBe(subscription);
    });
  });

  it('unsubscribing ends the subscription of the source', () => {
    virtualTime().run(({ hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot<ClaimInput>('-A----B--', values as unknown as Record<string, ClaimInput>);
      expectObservable(source$.pipe(claimPaths(options), uncounted), '---!').toBe('-w--', values);
      expectSubscriptions(source$.subscriptions).toBe('^--!');
    });
  });

  it('where nothing is selected everything is listed at once', async () => {
    expect(await run([], { scopes: [] })).toEqual([{ type: 'listed' }]);
  });

  it('two subscribers share no ledger', async () => {
    const result$ = from([apply(older), listed]).pipe(claimPaths(options), uncounted, toArray());
    expect(await lastValueFrom(result$)).toEqual(await lastValueFrom(result$));
  });

  it('what a complete list no longer wants is removed, before the list is said to be done', async () => {
    const remembered = () => new Map([['/old', 'configmap/ns/gone' as const]]);
    expect(await run([listed], { remembered })).toEqual([
      { type: 'plan', writes: [], removes: [{ path: '/old', owner: 'configmap/ns/gone' }] },
      listed,
      { type: 'listed' },
    ]);
  });

  it('what is remembered later and nobody wants is removed', async () => {
    const owners = new Map([['/old', 'configmap/ns/gone' as const]]);
    expect((await run([listed, { type: 'remembered', owners }])).at(-1)).toEqual({
      type: 'plan',
      writes: [],
      removes: [{ path: '/old', owner: 'configmap/ns/gone' }],
    });
  });

  it('a changed object writes the new before it removes the old, in one plan', async () => {
    const moved = givenObject('a', { data: { paths: '/q' } });
    const events = await run([apply(givenObject('a')), listed, apply(moved)]);
    expect(events.at(-1)).toEqual({
      ...write(moved, '/q'),
      removes: [{ path: '/p', owner: 'configmap/ns/a' }],
    });
  });

  it('an object that is refused as a whole keeps its files, and the refusal is told', async () => {
    const refused = givenObject('a', { data: { refused: 'yes' } });
    const events = await run([apply(givenObject('a')), listed, apply(refused)]);
    expect(events.slice(3)).toEqual([refusal]);
  });

  it('an object without entries removes what it had', async () => {
    const emptied = givenObject('a', { data: { paths: '' } });
    const desired = (object: WatchedObject) => ({
      files: object.data['paths'] === '' ? [] : [givenFile('/p')],
      refusals: [],
    });
    const events = await run([apply(givenObject('a')), listed, apply(emptied)], { desired });
    expect(events.at(-1)).toMatchObject({ type: 'plan', removes: [{ path: '/p' }] });
  });

  it('two entries of one object that want one path are one file and one refusal', async () => {
    const twice = givenObject('a', { data: { paths: '/p,/p' } });
    const events = await run([apply(twice)]);
    expect(events).toMatchObject([{ type: 'refused', reason: 'duplicate-path' }, { type: 'plan' }]);
    expect(events[1]).toHaveProperty('writes.length', 1);
  });

  it('a forbidden scope no longer holds the paths of deleted objects, another failure does', async () => {
    const other = { kind: 'configmap', namespace: 'forbidden' } as const;
    const scopes = [scope, other];
    const before = [apply(older), listed, gone(older)];
    expect(await run([...before, failedSource('server', other)], { scopes })).toHaveLength(3);
    expect((await run([...before, failedSource('forbidden', other)], { scopes }))[2]).toMatchObject({
      type: 'plan',
      removes: [{ path: '/p' }],
    });
  });

  it('counts the objects of a scope after its list, and whenever their number changes', async () => {
    const counts = await lastValueFrom(
      from([apply(older), listed, apply(older), apply(younger), gone(older), gone(older), listed]).pipe(
        claimPaths(options),
        filter((event) => event.type === 'objects'),
        toArray(),
      ),
    );
    expect(counts).toEqual([1, 2, 1].map((count) => ({ type: 'objects', scope, count })));
  });
});
