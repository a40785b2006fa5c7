import { filter, from, lastValueFrom, type Observable, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Refusal, WatchedObject } from '../../../src/model.js';
import { type ClaimInput, type ClaimPathsOptions, claimPaths } from '../../../src/operators/claim-paths.js';
import { applied, deleted, desiredFile, failed, initDone, joined, key, left, scope, watched } from './events.js';
import { marbleTable, neverAndEmpty } from './marbles.js';

const older = watched('a', { creationTimestamp: '2025-01-01T00:00:00Z' });
const younger = watched('b');
const refusal: Refusal = { type: 'refused', key: key('a'), reason: 'path', message: 'no' };

/** Every object wants `/p` but those that name their paths in `data`. */
const options: ClaimPathsOptions = {
  scopes: [scope],
  desired: (object: WatchedObject) => ({
    files: object.data['refused']
      ? []
      : (object.data['paths'] ?? '/p').split(',').map((path) => desiredFile(path, object.name)),
    refusals: object.data['refused'] ? [refusal] : [],
  }),
};

const write = (object: WatchedObject, ...paths: string[]) => ({
  type: 'plan',
  writes: paths.map((path) => ({ owner: key(object.name), file: desiredFile(path, object.name) })),
  removes: [],
});

/** Without the counts, which have a test of their own. */
const uncounted = filter(({ type }: { readonly type: string }) => type !== 'objects');

function run(events: ClaimInput[], more: Partial<ClaimPathsOptions> = {}) {
  return lastValueFrom(from(events).pipe(claimPaths({ ...options, ...more }), uncounted, toArray()));
}

describe('claimPaths', () => {
  const input = {
    A: applied(older),
    B: applied(younger),
    a: deleted('a'),
    D: initDone(),
  };
  const result = {
    ...input,
    L: { type: 'listed' },
    w: write(older, '/p'),
    v: write(younger, '/p'),
    c: { type: 'conflict', path: '/p', winner: key('a'), loser: key('b') },
    n: { type: 'needed', key: key('b') },
  };

  marbleTable(
    [
      {
        claim: 'the diagram of the docs',
        source: '-A----B----a----D-----B-----|',
        subs: '  ^---------------------------!',
        result: '-w----c---------(nD)--(vL)--|',
      },
      ...neverAndEmpty,
      {
        claim: 'an error passes',
        source: '-A-#',
        subs: '  ^--!',
        result: '-w-#',
      },
      {
        claim: 'unsubscribing ends the subscription of the source',
        source: '-A----B--',
        unsub: ' ^--!     ',
        subs: '  ^--!     ',
        result: '-w-      ',
      },
      {
        claim: 'everything is listed at once where nothing waits',
        source: '-A-D----|',
        subs: '  ^-------!',
        result: '-w-(DL)-|',
      },
    ],
    (source$: Observable<ClaimInput>) => source$.pipe(claimPaths(options), uncounted),
    { source: input, result },
  );

  it('where nothing is selected everything is listed at once', async () => {
    expect(await run([], { scopes: [] })).toEqual([{ type: 'listed' }]);
  });

  it('two subscribers share no ledger', async () => {
    const result$ = from([applied(older), initDone()]).pipe(claimPaths(options), uncounted, toArray());
    expect(await lastValueFrom(result$)).toEqual(await lastValueFrom(result$));
  });

  it('what a complete list no longer wants is removed, before the list is said to be done', async () => {
    const remembered = () => new Map([['/old', key('gone')]]);
    expect(await run([initDone()], { remembered })).toEqual([
      { type: 'plan', writes: [], removes: [{ path: '/old', owner: key('gone') }] },
      initDone(),
      { type: 'listed' },
    ]);
  });

  it('where nothing is selected, what is remembered is removed', async () => {
    const remembered = () => new Map([['/old', 'configmap/ns/gone' as const]]);
    expect(await run([], { scopes: [], remembered })).toEqual([
      { type: 'plan', writes: [], removes: [{ path: '/old', owner: 'configmap/ns/gone' }] },
      { type: 'listed' },
    ]);
  });

  it('what is remembered later and nobody wants is removed', async () => {
    const owners = new Map([['/old', key('gone')]]);
    expect((await run([initDone(), { type: 'remembered', owners }])).at(-1)).toEqual({
      type: 'plan',
      writes: [],
      removes: [{ path: '/old', owner: key('gone') }],
    });
  });

  it('a changed object writes the new before it removes the old, in one plan', async () => {
    const moved = watched('a', { data: { paths: '/q' } });
    const events = await run([applied(watched('a')), initDone(), applied(moved)]);
    expect(events.at(-1)).toEqual({
      ...write(moved, '/q'),
      removes: [{ path: '/p', owner: key('a') }],
    });
  });

  it('an object that is refused as a whole keeps its files, and the refusal is told', async () => {
    const refused = watched('a', { data: { refused: 'yes' } });
    const events = await run([applied(watched('a')), initDone(), applied(refused)]);
    expect(events.slice(3)).toEqual([refusal]);
  });

  it('an object without entries removes what it had', async () => {
    const emptied = watched('a', { data: { paths: '' } });
    const desired = (object: WatchedObject) => ({
      files: object.data['paths'] === '' ? [] : [desiredFile('/p')],
      refusals: [],
    });
    const events = await run([applied(watched('a')), initDone(), applied(emptied)], { desired });
    expect(events.at(-1)).toMatchObject({ type: 'plan', removes: [{ path: '/p' }] });
  });

  it('two entries of one object that want one path are one file and one refusal', async () => {
    const twice = watched('a', { data: { paths: '/p,/p' } });
    const events = await run([applied(twice)]);
    expect(events).toMatchObject([{ type: 'refused', reason: 'duplicate-path' }, { type: 'plan' }]);
    expect(events[1]).toHaveProperty('writes.length', 1);
  });

  it('a forbidden scope no longer holds the paths of deleted objects, another failure does', async () => {
    const other = { kind: 'configmap', namespace: 'forbidden' } as const;
    const scopes = [scope, other];
    const before = [applied(older), initDone(), deleted('a')];
    expect(await run([...before, failed('server', other)], { scopes })).toHaveLength(3);
    expect((await run([...before, failed('forbidden', other)], { scopes }))[2]).toMatchObject({
      type: 'plan',
      removes: [{ path: '/p' }],
    });
  });

  it('scopes that joined are waited for, and marks pass behind their plans', async () => {
    const other = { kind: 'configmap', namespace: 'joined' } as const;
    const remembered = () => new Map([['/old', 'configmap/joined/gone' as const]]);
    expect(await run([joined(other), initDone(), initDone(other), left(other)], { remembered })).toEqual([
      joined(other),
      initDone(),
      { type: 'plan', writes: [], removes: [{ path: '/old', owner: 'configmap/joined/gone' }] },
      initDone(other),
      { type: 'listed' },
      left(other),
    ]);
  });

  it('a scope that joined and is forbidden is not waited for, and keeps its files until it leaves', async () => {
    const other = { kind: 'configmap', namespace: 'joined' } as const;
    const remembered = () => new Map([['/old', 'configmap/joined/gone' as const]]);
    const forbidden = failed('forbidden', other);
    expect(await run([joined(other), initDone(), forbidden, left(other)], { remembered })).toEqual([
      joined(other),
      initDone(),
      forbidden,
      { type: 'listed' },
      { type: 'plan', writes: [], removes: [{ path: '/old', owner: 'configmap/joined/gone' }] },
      left(other),
    ]);
  });

  it('what is counted of a scope goes with it', async () => {
    const counts = await lastValueFrom(
      from([joined(), applied(older), initDone(), deleted('a'), left(), applied(younger)]).pipe(
        claimPaths(options),
        filter((event) => event.type === 'objects'),
        toArray(),
      ),
    );
    expect(counts.map(({ count }) => count)).toEqual([1, 0]);
  });

  it('counts the objects of a scope after its list, and whenever their number changes', async () => {
    const counts = await lastValueFrom(
      from([applied(older), initDone(), applied(older), applied(younger), deleted('a'), deleted('a'), initDone()]).pipe(
        claimPaths(options),
        filter((event) => event.type === 'objects'),
        toArray(),
      ),
    );
    expect(counts).toEqual([1, 2, 1].map((count) => ({ type: 'objects', scope, count })));
  });
});
