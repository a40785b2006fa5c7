import { expect, test } from 'vitest';
import { badRequest, invalid, notFound, refusal } from './answers.js';
import { jsonPatch, mergePatch, strategicMergePatch } from './api-client.js';
import { type Given, type GivenApi, onBothServers } from './on-both-servers.js';

/** A ConfigMap to patch, and the patch of it. */
async function patched(given: GivenApi, object: object = {}) {
  const all: Given = await given();
  const path = `${all.configmaps}/a`;
  const made = await all.api.create(all.configmaps, { metadata: { name: 'a' }, ...object });
  const patch = (body: unknown, type: string) => all.api.patch(path, body, type);
  return { ...all, path, made, patch };
}
const owner = (name: string, uid: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', name, uid });
const rejected = {
  code: 422,
  reason: 'Invalid',
  message: 'the server rejected our request due to an error in our request',
  details: {},
};

onBothServers('a patch', (given) => {
  test.each([mergePatch, strategicMergePatch])('by %s merges maps, and null removes a key', async (type) => {
    const { patch } = await patched(given, { data: { keep: '1', change: '1', remove: '1' } });
    const { status, body } = await patch({ data: { change: '2', remove: null, add: '1' } }, type);
    expect(status).toBe(200);
    expect(body.data).toEqual({ keep: '1', change: '2', add: '1' });
  });

  test.each([mergePatch, strategicMergePatch])('by %s removes a whole map by null', async (type) => {
    const { patch } = await patched(given, { metadata: { name: 'a', labels: { l: '1' } }, data: { k: '1' } });
    const { body } = await patch({ metadata: { labels: null }, data: null }, type);
    expect([body.metadata.labels, body.data]).toEqual([undefined, undefined]);
  });

  test.each([mergePatch, strategicMergePatch])('by %s that changes nothing keeps the resourceVersion', async (type) => {
    const { patch, made } = await patched(given, { data: { k: '1' } });
    expect((await patch({}, type)).body).toEqual(made);
    expect((await patch({ data: { k: '1', none: null } }, type)).body).toEqual(made);
  });

  test.each([mergePatch, strategicMergePatch])('by %s with an old resourceVersion is refused', async (type) => {
    const { patch, made } = await patched(given);
    await patch({ data: { k: '1' } }, type);
    const { resourceVersion } = made.metadata;
    expect(refusal(await patch({ metadata: { resourceVersion }, data: { k: '2' } }, type))).toMatchObject({
      code: 409,
      reason: 'Conflict',
      details: { name: 'a', kind: 'configmaps' },
    });
  });

  test('by JSON merge replaces a list', async () => {
    const { patch } = await patched(given, { metadata: { name: 'a', finalizers: ['x.io/a', 'x.io/b'] } });
    const { body } = await patch({ metadata: { finalizers: ['x.io/c'] } }, mergePatch);
    expect(body.metadata.finalizers).toEqual(['x.io/c']);
  });

  test('by strategic merge adds to a list of plain values', async () => {
    const { patch } = await patched(given, { metadata: { name: 'a', finalizers: ['x.io/a'] } });
    const { body } = await patch({ metadata: { finalizers: ['x.io/b'] } }, strategicMergePatch);
    expect(body.metadata.finalizers?.toSorted()).toEqual(['x.io/a', 'x.io/b']);
  });

  test('by strategic merge removes from a list of plain values', async () => {
    const { patch } = await patched(given, { metadata: { name: 'a', finalizers: ['x.io/a', 'x.io/b'] } });
    const { body } = await patch(
      { metadata: { '$deleteFromPrimitiveList/finalizers': ['x.io/a'] } },
      strategicMergePatch,
    );
    expect(body.metadata.finalizers).toEqual(['x.io/b']);
  });

  test('by strategic merge merges ownerReferences by their uid', async () => {
    const { patch } = await patched(given, { metadata: { name: 'a', ownerReferences: [owner('one', 'u-1')] } });
    const owners = async (ownerReferences: unknown) =>
      (await patch({ metadata: { ownerReferences } }, strategicMergePatch)).body.metadata.ownerReferences;
    expect(await owners([owner('two', 'u-2')])).toEqual([owner('two', 'u-2'), owner('one', 'u-1')]);
    expect(await owners([{ uid: 'u-1', name: 'renamed' }])).toEqual([owner('two', 'u-2'), owner('renamed', 'u-1')]);
    expect(await owners([{ $patch: 'delete', uid: 'u-1' }])).toEqual([owner('two', 'u-2')]);
  });

  test('by strategic merge replaces a map with $patch: replace', async () => {
    const { patch } = await patched(given, { data: { k: '1', q: '2' } });
    expect((await patch({ data: { $patch: 'replace', only: '3' } }, strategicMergePatch)).body.data).toEqual({
      only: '3',
    });
  });

  test('by strategic merge removes a map with $patch: delete', async () => {
    const { patch } = await patched(given, { metadata: { name: 'a', labels: { l: '1' } } });
    expect(
      (await patch({ metadata: { labels: { $patch: 'delete' } } }, strategicMergePatch)).body.metadata.labels,
    ).toBeUndefined();
  });

  test('by strategic merge keeps only the keys of $retainKeys', async () => {
    const { patch } = await patched(given, { data: { k: '1', q: '2' } });
    const { body } = await patch({ data: { $retainKeys: ['k'], k: '3' } }, strategicMergePatch);
    expect(body.data).toEqual({ k: '3' });
  });

  test('by JSON patch does its steps in order', async () => {
    const { patch } = await patched(given, { data: { a: '1', b: '2' } });
    const steps = [
      { op: 'test', path: '/data/a', value: '1' },
      { op: 'add', path: '/data/x~1y', value: 'slash' },
      { op: 'move', from: '/data/x~1y', path: '/data/c' },
      { op: 'copy', from: '/data/c', path: '/data/d' },
      { op: 'remove', path: '/data/a' },
      { op: 'replace', path: '/data/b', value: '3' },
      { op: 'add', path: '/metadata/labels', value: { l: '1' } },
    ];
    const { status, body } = await patch(steps, jsonPatch);
    expect(status).toBe(200);
    expect(body.data).toEqual({ b: '3', c: 'slash', d: 'slash' });
    expect(body.metadata.labels).toEqual({ l: '1' });
  });

  test.each([
    ['a test that fails', { op: 'test', path: '/data/k', value: 'other' }],
    ['a test of what is not there', { op: 'test', path: '/data/none', value: 'x' }],
    ['a removal of what is not there', { op: 'remove', path: '/data/none' }],
    ['a path whose parent is not there', { op: 'add', path: '/no/such', value: 'x' }],
    ['an unknown operation', { op: 'rename', path: '/data/k' }],
    ['a move of what is not there', { op: 'move', from: '/data/none', path: '/data/x' }],
  ])('by JSON patch with %s is refused as a whole', async (_, step) => {
    const { api, path, patch, made } = await patched(given, { data: { k: '1' } });
    expect(refusal(await patch([{ op: 'add', path: '/data/first', value: '1' }, step], jsonPatch))).toEqual(rejected);
    expect((await api.get(path)).body).toEqual(made);
  });

  test('by JSON patch is more lenient than the RFC: replacing nothing adds, copying nothing and null are empty text', async () => {
    const { patch } = await patched(given, { data: { k: '1' } });
    const steps = [
      { op: 'replace', path: '/data/replaced', value: '1' },
      { op: 'copy', from: '/data/none', path: '/data/copied' },
      { op: 'add', path: '/data/nulled', value: null },
      { op: 'test', path: '/data/none', value: null },
    ];
    expect((await patch(steps, jsonPatch)).body.data).toEqual({ k: '1', replaced: '1', copied: '', nulled: '' });
  });

  test('by JSON patch that changes nothing keeps the resourceVersion', async () => {
    const { patch, made } = await patched(given, { data: { k: '1' } });
    expect((await patch([{ op: 'replace', path: '/data/k', value: '1' }], jsonPatch)).body).toEqual(made);
  });

  test.each([
    ['JSON merge', mergePatch, '{bad', 'invalid JSON patch'],
    ['strategic merge', strategicMergePatch, '{bad', 'invalid JSON patch'],
    [
      'JSON merge',
      mergePatch,
      '[]',
      'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}',
    ],
    [
      'JSON patch',
      jsonPatch,
      '{}',
      'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp',
    ],
  ])('by %s that cannot be read is refused (%#)', async (_, type, body, message) => {
    const { patch } = await patched(given);
    expect(refusal(await patch(body, type))).toEqual(badRequest(message));
  });

  test.each([mergePatch, strategicMergePatch])('by %s to a value that is no text is refused', async (type) => {
    const { patch } = await patched(given);
    expect(refusal(await patch({ data: { k: 1 } }, type))).toMatchObject({
      code: 422,
      reason: 'Invalid',
      details: { causes: [{ reason: 'FieldValueInvalid', field: 'patch' }] },
    });
  });

  test('to an invalid object is refused', async () => {
    const { patch } = await patched(given);
    expect(refusal(await patch({ data: { '..': '' } }, mergePatch))).toEqual(
      invalid('ConfigMap', 'a', 'data[..]', 'FieldValueInvalid', `Invalid value: "..": must not be '..'`),
    );
  });

  test('of the uid is refused', async () => {
    const { patch } = await patched(given);
    expect(refusal(await patch({ metadata: { uid: 'other' } }, mergePatch))).toEqual(
      invalid('ConfigMap', 'a', 'metadata.uid', 'FieldValueInvalid', 'Invalid value: "other": field is immutable'),
    );
  });

  test('of the name is refused', async () => {
    const { patch } = await patched(given);
    expect(refusal(await patch({ metadata: { name: 'b' } }, mergePatch))).toEqual(
      badRequest('the name of the object (b) does not match the name on the URL (a)'),
    );
  });

  test.each([mergePatch, strategicMergePatch])('by %s of what is not there is refused', async (type) => {
    const { api, configmaps } = await given();
    expect(refusal(await api.patch(`${configmaps}/none`, {}, type))).toEqual(notFound('configmaps', 'none'));
  });

  test('in another format is refused', async () => {
    const { patch } = await patched(given);
    expect(refusal(await patch({}, 'application/json'))).toEqual({
      code: 415,
      reason: 'UnsupportedMediaType',
      message: '415: Unsupported Media Type',
      details: {},
    });
  });

  test('of many at once is done for all of them', async () => {
    const { api, path, patch } = await patched(given);
    const keys = ['a', 'b', 'c', 'd', 'e'];
    const answers = await Promise.all(keys.map((key) => patch({ data: { [key]: '1' } }, mergePatch)));
    expect(answers.map(({ status }) => status)).toEqual(keys.map(() => 200));
    expect(Object.keys((await api.get(path)).body.data ?? {})).toEqual(keys);
  });
});
