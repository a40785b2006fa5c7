import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jsonMergePatch } from '../../../src/testing/json-merge-patch.js';
import { jsonPatch } from '../../../src/testing/json-patch.js';
import { StatusError } from '../../../src/testing/status.js';
import { strategicMergePatch } from '../../../src/testing/strategic-merge-patch.js';

const name = fc.stringMatching(/^[a-c]$/);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.integer(),
    fc.string(),
    fc.boolean(),
    tie('object'),
    fc.array(fc.integer()),
  ),
  object: fc.dictionary(name, tie('value'), { maxKeys: 3 }),
})).object as fc.Arbitrary<Record<string, unknown>>;

describe('a JSON merge patch', () => {
  test.each<[unknown, unknown, unknown]>([
    // The table of RFC 7396, appendix A.
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('makes of %j by %j: %j', (original, patch, result) => {
    expect(jsonMergePatch(original, patch)).toEqual(result);
  });

  test('without nulls is in what comes out, and does the same a second time', () => {
    fc.assert(
      fc.property(json, json, (original, patch) => {
        const once = jsonMergePatch(original, patch);
        expect(once).toMatchObject(patch);
        expect(jsonMergePatch(once, patch)).toEqual(once);
      }),
    );
  });

  test('takes a key that prototypes have for a key', () => {
    const patch = JSON.parse('{"__proto__":{"a":1}}');
    expect(Object.keys(jsonMergePatch({}, patch) as object)).toEqual(['__proto__']);
  });
});

describe('a JSON patch', () => {
  const refused = (original: unknown, patch: unknown) => {
    try {
      jsonPatch(original, patch);
    } catch (error) {
      if (error instanceof StatusError) return error.httpStatus;
      throw error;
    }
    return undefined;
  };

  test('changes nothing but its result', () => {
    const original = { a: { b: [1] } };
    const patch = [
      { op: 'add', path: '/a/b/-', value: { c: 1 } },
      { op: 'add', path: '/a/b/1/d', value: 2 },
    ];
    expect(jsonPatch(original, patch)).toEqual({ a: { b: [1, { c: 1, d: 2 }] } });
    expect(original).toEqual({ a: { b: [1] } });
    expect(patch[0]?.value).toEqual({ c: 1 });
  });

  test('replaces the whole document', () => {
    expect(jsonPatch({ a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }])).toEqual({ b: 2 });
  });

  test('takes what is absent for null', () => {
    expect(jsonPatch({}, [{ op: 'test', path: '/a', value: null }])).toEqual({});
    expect(jsonPatch({}, [{ op: 'copy', from: '/a', path: '/b' }])).toEqual({ b: null });
    expect(jsonPatch({}, [{ op: 'replace', path: '/a', value: 1 }])).toEqual({ a: 1 });
  });

  test('counts a negative index from the end', () => {
    expect(jsonPatch({ a: [1, 2] }, [{ op: 'add', path: '/a/-1', value: 3 }])).toEqual({ a: [1, 2, 3] });
    expect(jsonPatch({ a: [1, 2] }, [{ op: 'add', path: '/a/-3', value: 3 }])).toEqual({ a: [3, 1, 2] });
    expect(refused({ a: [1, 2] }, [{ op: 'add', path: '/a/-4', value: 3 }])).toBe(422);
  });

  test.each([
    [[{ op: 'test', path: '/a', value: 2 }], 422],
    [[{ op: 'test', path: '/b', value: 2 }], 422],
    [[{ op: 'remove', path: '/b' }], 422],
    [[{ op: 'move', from: '/b', path: '/c' }], 422],
    [[{ op: 'add', path: '/b/c', value: 1 }], 422],
    [[{ op: 'add', path: 7, value: 1 }], 422],
    [[{ op: 'nothing', path: '/a' }], 422],
    [['text'], 400],
    [{ op: 'add' }, 400],
    [Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a', value: 1 })), 413],
  ])('is refused where it fails: %#', (patch, status) => {
    expect(refused({ a: 1 }, patch)).toBe(status);
  });

  test('does nothing when it is empty, or null', () => {
    expect([jsonPatch({ a: 1 }, []), jsonPatch({ a: 1 }, null)]).toEqual([{ a: 1 }, { a: 1 }]);
  });

  test('does not reach what all objects have', () => {
    jsonPatch({}, [{ op: 'add', path: '/__proto__/polluted', value: 1 }]);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('a strategic merge patch', () => {
  const owners = [
    { uid: 'u1', name: 'one', kind: 'Pod' },
    { uid: 'u2', name: 'two', kind: 'Pod' },
  ];
  const withOwners = { metadata: { ownerReferences: owners, finalizers: ['a/a', 'b/b', 'c/c'] } };
  const ownersAfter = (ownerReferences: unknown, more: object = {}) =>
    (
      strategicMergePatch(withOwners, { metadata: { ownerReferences, ...more } })[
        'metadata'
      ] as typeof withOwners.metadata
    ).ownerReferences;
  const finalizersAfter = (patch: object) =>
    (strategicMergePatch(withOwners, { metadata: patch })['metadata'] as typeof withOwners.metadata).finalizers;

  test('without lists and directives does what a merge patch does', () => {
    const plain = fc.letrec((tie) => ({
      value: fc.oneof({ depthSize: 'small' }, fc.integer(), fc.string(), fc.boolean(), tie('object')),
      object: fc.dictionary(name, tie('value'), { maxKeys: 3 }),
    })).object as fc.Arbitrary<Record<string, unknown>>;
    fc.assert(
      fc.property(plain, plain, (original, patch) => {
        expect(strategicMergePatch(original, patch)).toEqual(jsonMergePatch(original, patch));
      }),
    );
  });

  test('merges owners by uid', () => {
    expect(
      ownersAfter([
        { uid: 'u2', name: 'changed' },
        { uid: 'u3', name: 'three' },
      ]),
    ).toEqual([owners[0], { uid: 'u2', name: 'changed', kind: 'Pod' }, { uid: 'u3', name: 'three' }]);
  });

  test('takes out an owner, or all of them but its own', () => {
    expect(ownersAfter([{ $patch: 'delete', uid: 'u1' }])).toEqual([owners[1]]);
    expect(ownersAfter([{ $patch: 'replace' }, { uid: 'u9', name: 'nine' }])).toEqual([{ uid: 'u9', name: 'nine' }]);
  });

  test('puts owners into the order that it names', () => {
    const order = { '$setElementOrder/ownerReferences': [{ uid: 'u2' }, { uid: 'u1' }] };
    expect(ownersAfter([{ uid: 'u1', name: 'changed' }], order).map(({ uid }) => uid)).toEqual(['u2', 'u1']);
  });

  test.each([
    [[{ name: 'without a key' }], /does not contain declared merge key: uid/],
    [[{ $patch: 'delete' }], /does not contain declared merge key: uid/],
    [[{ $patch: 'burn', uid: 'u1' }], /Unknown patch type: burn/],
  ])('is refused where an owner is not told: %j', (ownerReferences, message) => {
    expect(() => ownersAfter(ownerReferences)).toThrow(message);
  });

  test('merges finalizers as a set: its own first, unless the server had others in front', () => {
    expect(finalizersAfter({ finalizers: ['d/d', 'b/b'] })).toEqual(['d/d', 'a/a', 'b/b', 'c/c']);
  });

  test('takes finalizers out, and orders them', () => {
    expect(finalizersAfter({ '$deleteFromPrimitiveList/finalizers': ['b/b', 'x/x'] })).toEqual(['a/a', 'c/c']);
    const order = { '$setElementOrder/finalizers': ['c/c', 'a/a', 'd/d'], finalizers: ['d/d'] };
    expect(finalizersAfter(order)).toEqual(['b/b', 'c/c', 'a/a', 'd/d']);
    expect(strategicMergePatch({}, { '$deleteFromPrimitiveList/x': ['a'], '$setElementOrder/x': ['a'] })).toEqual({});
  });

  test('replaces or empties an object where it says so', () => {
    const original = { data: { a: '1', b: '2' } };
    expect(strategicMergePatch(original, { data: { $patch: 'replace', c: '3' } })).toEqual({ data: { c: '3' } });
    expect(strategicMergePatch(original, { data: { $patch: 'delete' } })).toEqual({ data: {} });
    expect(strategicMergePatch(original, { data: { $retainKeys: ['a', 'c'], c: '3' } })).toEqual({
      data: { a: '1', c: '3' },
    });
    expect(() => strategicMergePatch(original, { data: { $patch: 'burn' } })).toThrow('Unknown patch type: burn');
  });

  test('puts no directive and no null where nothing was', () => {
    const patch = {
      data: { a: null, b: { c: null, d: 1 } },
      gone: { $patch: 'replace', a: 1 },
      list: [{ $patch: 'x' }, 1],
    };
    expect(strategicMergePatch({ gone: 1 }, patch)).toEqual({ data: { b: { d: 1 } }, list: [1] });
  });
});
