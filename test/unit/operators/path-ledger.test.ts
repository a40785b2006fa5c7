import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ObjectKey, Scope } from '../../../src/model.js';
import type { Claimant } from '../../../src/operators/claimant.js';
import { type LedgerDecision, PathLedger } from '../../../src/operators/path-ledger.js';

const scopeA: Scope = { kind: 'configmap', namespace: 'a' };
const scopeB: Scope = { kind: 'configmap', namespace: 'b' };

function claimant(key: ObjectKey, created = '2026-01-01T00:00:00Z'): Claimant {
  return { key, creationTimestamp: created };
}

const old = claimant('configmap/a/old', '2025-01-01T00:00:00Z');
const young = claimant('configmap/a/young', '2026-01-01T00:00:00Z');
const other = claimant('configmap/b/other', '2024-01-01T00:00:00Z');
const p = new Set(['/p']);
const none = new Set<string>();

function remembering(scopes: readonly Scope[], owners: ReadonlyMap<string, ObjectKey>): PathLedger {
  const ledger = new PathLedger(scopes);
  ledger.remember(owners);
  return ledger;
}

const keys = (decision: LedgerDecision) => decision.fetch;

describe('after every scope was listed', () => {
  const complete = (...scopes: Scope[]) => {
    const ledger = new PathLedger(scopes.length > 0 ? scopes : [scopeA]);
    for (const scope of scopes.length > 0 ? scopes : [scopeA]) ledger.complete(scope);
    return ledger;
  };

  it('a path nobody else wants is given', () => {
    expect(complete().apply(old, p)).toEqual({ give: ['/p'], release: [], fetch: [], conflicts: [] });
  });

  it('the older object wins whichever comes first', () => {
    const first = complete();
    first.apply(old, p);
    expect(first.apply(young, p)).toEqual({
      give: [],
      release: [],
      fetch: [],
      conflicts: [{ path: '/p', winner: old.key, loser: young.key }],
    });
    const second = complete();
    second.apply(young, p);
    expect(second.apply(old, p)).toEqual({
      give: ['/p'],
      release: [],
      fetch: [],
      conflicts: [{ path: '/p', winner: old.key, loser: young.key }],
    });
  });

  it.each([
    ['namespace', 'configmap/a/z', 'configmap/b/a'],
    ['name', 'secret/a/a', 'configmap/a/b'],
    ['kind, ConfigMaps first', 'configmap/a/a', 'secret/a/a'],
  ] as [string, ObjectKey, ObjectKey][])('objects of one age are ordered by %s', (_, winner, loser) => {
    for (const [first, second] of [
      [winner, loser],
      [loser, winner],
    ] as const) {
      const ledger = complete();
      ledger.apply(claimant(first), p);
      ledger.apply(claimant(second), p);
      expect(ledger.apply(claimant(winner), p).give).toEqual(['/p']);
      expect(ledger.apply(claimant(loser), p).give).toEqual([]);
    }
  });

  it('the runner-up is fetched when the winner goes, and the path is not released', () => {
    const ledger = complete();
    ledger.apply(old, p);
    ledger.apply(young, p);
    const decision = ledger.delete(old.key);
    expect(decision).toMatchObject({ give: [], release: [] });
    expect(keys(decision)).toEqual([young.key]);
    expect(ledger.apply(young, p)).toMatchObject({ give: ['/p'], fetch: [] });
  });

  it('a runner-up that goes before its content came releases the path for the last owner', () => {
    const ledger = complete();
    ledger.apply(old, p);
    ledger.apply(young, p);
    ledger.delete(old.key);
    expect(ledger.delete(young.key).release).toEqual([{ path: '/p', owner: old.key }]);
  });

  it('a runner-up is asked for once, however often others change meanwhile', () => {
    const ledger = complete();
    const third = claimant('configmap/a/zz');
    ledger.apply(old, p);
    ledger.apply(young, p);
    ledger.apply(third, p);
    expect(keys(ledger.delete(old.key))).toEqual([young.key]);
    expect(keys(ledger.apply(third, p))).toEqual([]);
  });

  it('a conflict is told once, not at each change of the loser', () => {
    const ledger = complete();
    ledger.apply(old, p);
    expect(ledger.apply(young, p).conflicts).toHaveLength(1);
    expect(ledger.apply(young, p).conflicts).toHaveLength(0);
  });

  it('a path that is no longer wanted is released beside what is given', () => {
    const ledger = complete();
    ledger.apply(old, p);
    expect(ledger.apply(old, new Set(['/q']))).toEqual({
      give: ['/q'],
      release: [{ path: '/p', owner: old.key }],
      fetch: [],
      conflicts: [],
    });
  });

  it('an object that was deleted and created again is younger than the runner-up', () => {
    const ledger = complete();
    ledger.apply(old, p);
    ledger.apply(young, p);
    const decision = ledger.apply({ ...old, creationTimestamp: '2027-01-01T00:00:00Z' }, p);
    expect(decision.give).toEqual([]);
    expect(keys(decision)).toEqual([young.key]);
  });

  it('deleting what is not known changes nothing', () => {
    expect(complete().delete(old.key)).toEqual({ give: [], release: [], fetch: [], conflicts: [] });
  });

  it('an object that is refused keeps what it has, also against a younger one', () => {
    const ledger = complete();
    ledger.apply(old, p);
    expect(ledger.keep(old)).toEqual({ give: [], release: [], fetch: [], conflicts: [] });
    expect(ledger.apply(young, p).give).toEqual([]);
    expect(ledger.delete(old.key).release).toEqual([]);
  });
});

describe('while a scope is still being listed', () => {
  it('a path nobody has is given at once', () => {
    const ledger = new PathLedger([scopeA, scopeB]);
    expect(ledger.apply(young, p).give).toEqual(['/p']);
  });

  it('a published path is not given to an older object, which is fetched when all is known', () => {
    const ledger = new PathLedger([scopeA, scopeB]);
    ledger.apply(young, p);
    expect(ledger.apply(old, p).give).toEqual([]);
    ledger.complete(scopeA);
    expect(keys(ledger.complete(scopeB))).toEqual([old.key]);
  });

  it('a published path of a deleted object is not released until all is known', () => {
    const ledger = new PathLedger([scopeA, scopeB]);
    ledger.apply(young, p);
    ledger.complete(scopeA);
    expect(ledger.delete(young.key).release).toEqual([]);
    expect(ledger.complete(scopeB).release).toEqual([{ path: '/p', owner: young.key }]);
  });

  it('the remembered owner keeps the path against an older object, and loses it when all is known', () => {
    const ledger = remembering([scopeA, scopeB], new Map([['/p', young.key]]));
    const decision = ledger.apply(old, p);
    expect(decision.give).toEqual([]);
    expect(decision.conflicts).toEqual([]);
    expect(ledger.apply(young, p).give).toEqual(['/p']);
    ledger.complete(scopeB);
    expect(keys(ledger.complete(scopeA))).toEqual([old.key]);
  });

  it('a remembered path that nobody wants goes with the last list only', () => {
    const ledger = remembering([scopeA, scopeB], new Map([['/p', old.key]]));
    expect(ledger.complete(scopeA).release).toEqual([]);
    expect(ledger.complete(scopeB).release).toEqual([{ path: '/p', owner: old.key }]);
  });

  it('a refused object keeps what an earlier life published for it', () => {
    const ledger = remembering([scopeA], new Map([['/p', old.key]]));
    ledger.keep(old);
    expect(ledger.complete(scopeA).release).toEqual([]);
  });
});

describe('owners of an earlier life that are found later', () => {
  it('go at once where everything is known and nobody wants the path', () => {
    const ledger = new PathLedger([scopeA]);
    ledger.complete(scopeA);
    expect(ledger.remember(new Map([['/p', old.key]])).release).toEqual([{ path: '/p', owner: old.key }]);
  });

  it('stay while a scope is still being listed', () => {
    const ledger = new PathLedger([scopeA]);
    expect(ledger.remember(new Map([['/p', old.key]])).release).toEqual([]);
    expect(ledger.apply(young, p).give).toEqual([]);
  });

  it('change nothing about a path that was published since', () => {
    const ledger = new PathLedger([scopeA]);
    ledger.complete(scopeA);
    ledger.apply(young, p);
    expect(ledger.remember(new Map([['/p', old.key]]))).toEqual({ give: [], release: [], fetch: [], conflicts: [] });
    expect(ledger.delete(young.key).release).toEqual([{ path: '/p', owner: young.key }]);
  });
});

describe('when the only scopes missing are forbidden', () => {
  it('a deleted object of a listed scope is released', () => {
    const ledger = new PathLedger([scopeA, scopeB]);
    ledger.apply(old, p);
    ledger.complete(scopeA);
    ledger.refuse(scopeB);
    expect(ledger.delete(old.key).release).toEqual([{ path: '/p', owner: old.key }]);
  });

  it('what was deleted while the scope was still open goes at the refusal', () => {
    const ledger = new PathLedger([scopeA, scopeB]);
    ledger.apply(old, p);
    ledger.complete(scopeA);
    ledger.delete(old.key);
    expect(ledger.refuse(scopeB).release).toEqual([{ path: '/p', owner: old.key }]);
  });

  it('a remembered owner that was not seen stays, though an older object wants the path', () => {
    const ledger = remembering([scopeA, scopeB], new Map([['/p', other.key]]));
    ledger.complete(scopeA);
    expect(ledger.refuse(scopeB)).toMatchObject({ release: [], fetch: [] });
    expect(ledger.apply(old, p).give).toEqual([]);
    expect(keys(ledger.complete(scopeB))).toEqual([old.key]);
  });

  it('a remembered owner that was seen again is released when it is deleted', () => {
    const ledger = remembering([scopeA, scopeB], new Map([['/p', old.key]]));
    ledger.apply(old, p);
    ledger.complete(scopeA);
    ledger.refuse(scopeB);
    expect(ledger.delete(old.key).release).toEqual([{ path: '/p', owner: old.key }]);
  });

  it('a scope that was listed once counts as listed, though it is forbidden before the others are', () => {
    const ledger = remembering([scopeA, scopeB], new Map());
    ledger.complete(scopeA);
    ledger.refuse(scopeA);
    ledger.complete(scopeB);
    expect(ledger.settled).toBe(true);
  });

  it('a scope that was listed once is not open again when it is forbidden later', () => {
    const ledger = remembering([scopeA], new Map([['/p', old.key]]));
    ledger.complete(scopeA);
    ledger.refuse(scopeA);
    ledger.apply(young, p);
    expect(ledger.delete(young.key).release).toEqual([{ path: '/p', owner: young.key }]);
  });
});

describe('a scope that joined', () => {
  const inB = other.key;
  const memory = new Map([['/p', inB]]);

  /** `scopeA` stands for the list of namespaces, which is complete once all have joined. */
  const joining = (owners: ReadonlyMap<string, ObjectKey>) => {
    const ledger = remembering([scopeA], owners);
    ledger.join(scopeB);
    return ledger;
  };

  it('is waited for', () => {
    const ledger = joining(memory);
    expect(ledger.complete(scopeA)).toMatchObject({ release: [] });
    expect(ledger.settled).toBe(false);
    expect(ledger.complete(scopeB).release).toEqual([{ path: '/p', owner: inB }]);
    expect(ledger.settled).toBe(true);
  });

  it('and is refused is not waited for, and keeps what it may hold', () => {
    const ledger = joining(
      new Map<string, ObjectKey>([...memory, ['/q', 'configmap/c/gone'], ['/r', 'secret/b/gone']]),
    );
    expect(ledger.refuse(scopeB)).toMatchObject({ release: [] });
    expect(ledger.complete(scopeA).release.map(({ path }) => path)).toEqual(['/q', '/r']);
    expect(ledger.settled).toBe(true);
    expect(ledger.apply(young, p)).toMatchObject({ give: [], release: [] });
    expect(ledger.delete(young.key)).toMatchObject({ release: [] });
  });

  it('and was refused releases what its list does not have when that comes', () => {
    const ledger = joining(memory);
    ledger.refuse(scopeB);
    ledger.complete(scopeA);
    ledger.apply(old, p);
    expect(keys(ledger.complete(scopeB))).toEqual([old.key]);
    expect(ledger.settled).toBe(false);
  });

  it('and was refused releases what its objects have no more when its list comes', () => {
    const ledger = joining(memory);
    ledger.refuse(scopeB);
    ledger.complete(scopeA);
    expect(ledger.apply(other, new Set(['/q']))).toMatchObject({ give: ['/q'], release: [] });
    expect(ledger.complete(scopeB).release).toEqual([{ path: '/p', owner: inB }]);
  });

  it('and was refused releases what it may have held when it leaves', () => {
    const ledger = joining(memory);
    ledger.refuse(scopeB);
    ledger.complete(scopeA);
    expect(ledger.leave(scopeB).release).toEqual([{ path: '/p', owner: inB }]);
  });

  it('and leaves while others are open releases nothing before they are listed', () => {
    const ledger = joining(memory);
    ledger.refuse(scopeB);
    expect(ledger.leave(scopeB)).toMatchObject({ release: [] });
    expect(ledger.complete(scopeA).release).toEqual([{ path: '/p', owner: inB }]);
  });

  it('and left is not waited for', () => {
    const ledger = joining(new Map());
    ledger.complete(scopeA);
    ledger.leave(scopeB);
    expect(ledger.settled).toBe(true);
  });

  it('late holds nobody up', () => {
    const ledger = remembering([scopeA], new Map());
    ledger.apply(old, p);
    ledger.complete(scopeA);
    ledger.join(scopeB);
    expect(ledger.settled).toBe(true);
    expect(ledger.delete(old.key).release).toEqual([{ path: '/p', owner: old.key }]);
  });

  it('late, and is not listed yet, keeps what is remembered of it then, and no more', () => {
    const ledger = remembering([scopeA], new Map());
    ledger.complete(scopeA);
    ledger.join(scopeB);
    expect(ledger.remember(new Map([...memory, ['/q', old.key]])).release).toEqual([{ path: '/q', owner: old.key }]);
    expect(ledger.complete(scopeB).release).toEqual([{ path: '/p', owner: inB }]);
  });

  it('beside a configured one that is refused decides as that allows', () => {
    const third: Scope = { kind: 'configmap', namespace: 'c' };
    const ledger = remembering([scopeA, third], new Map<string, ObjectKey>([['/q', 'configmap/d/gone']]));
    ledger.join(scopeB);
    ledger.apply(old, p);
    ledger.complete(scopeA);
    ledger.refuse(scopeB);
    expect(ledger.refuse(third).release).toEqual([]);
    expect(ledger.settled).toBe(false);
    expect(ledger.delete(old.key).release).toEqual([{ path: '/p', owner: old.key }]);
    ledger.join({ kind: 'configmap', namespace: 'd' });
    ledger.refuse(third);
    ledger.apply(old, p);
    expect(ledger.delete(old.key).release).toHaveLength(1);
    expect(ledger.complete(third).release).toEqual([]);
  });
});

it('whatever the order of events, the end is the same: each wanted path is published for its winner, and no other', () => {
  const objects = ['configmap/a/x', 'configmap/a/y', 'secret/a/x', 'configmap/b/x'] as const;
  const paths = ['/1', '/2', '/3'];
  const step = fc.record({
    key: fc.constantFrom(...objects),
    age: fc.constantFrom('2024', '2025', '2026'),
    wants: fc.subarray(paths),
    act: fc.constantFrom('apply', 'apply', 'delete', 'complete-a', 'complete-b', 'answer'),
  });
  const remembered = fc.dictionary(fc.constantFrom(...paths), fc.constantFrom(...objects, 'configmap/a/gone' as const));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), remembered, (steps, memory) => {
      const ledger = remembering([scopeA, scopeB], new Map(Object.entries(memory)));
      const wanted = new Map<ObjectKey, { claimed: Claimant; paths: ReadonlySet<string> }>();
      const published = new Map<string, ObjectKey>(Object.entries(memory));
      const open = new Set([scopeA, scopeB]);
      const asked = new Set<ObjectKey>();
      const follow = (decision: LedgerDecision, changed?: ObjectKey) => {
        const before = new Map(published);
        for (const path of decision.give) published.set(path, changed as ObjectKey);
        for (const { path, owner } of decision.release) {
          expect(published.get(path)).toBe(owner);
          published.delete(path);
        }
        for (const key of decision.fetch) asked.add(key);
        if (open.size > 0) {
          for (const [path, owner] of before) expect(published.get(path)).toBe(owner);
        }
      };
      const apply = (claimed: Claimant, files: ReadonlySet<string>) => {
        wanted.set(claimed.key, { claimed, paths: files });
        asked.delete(claimed.key);
        follow(ledger.apply(claimed, files), claimed.key);
      };
      const complete = (scope: Scope) => {
        open.delete(scope);
        follow(ledger.complete(scope));
      };
      const answer = () => {
        for (const key of [...asked]) {
          const known = wanted.get(key);
          if (known) apply(known.claimed, known.paths);
        }
      };
      for (const { key, age, wants, act } of steps) {
        if (act === 'apply') apply(claimant(key, age), new Set(wants));
        if (act === 'delete') {
          wanted.delete(key);
          asked.delete(key);
          follow(ledger.delete(key));
        }
        if (act === 'complete-a') complete(scopeA);
        if (act === 'complete-b') complete(scopeB);
        if (act === 'answer') answer();
      }
      complete(scopeA);
      complete(scopeB);
      while (asked.size > 0) answer();
      for (const path of paths) {
        const best = [...wanted.values()]
          .filter((known) => known.paths.has(path))
          .map(({ claimed }) => {
            const [kind, namespace, name] = claimed.key.split('/');
            return { key: claimed.key, rank: [claimed.creationTimestamp, namespace, name, kind].join(' ') };
          })
          .sort((a, b) => (a.rank < b.rank ? -1 : 1))[0];
        expect(published.get(path)).toBe(best?.key);
      }
      expect(ledger.apply(claimant('configmap/a/new'), none)).toMatchObject({ give: [], release: [] });
    }),
    { numRuns: 500 },
  );
});
