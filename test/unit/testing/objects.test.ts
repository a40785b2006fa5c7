import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EmbeddedKubernetes, type Manifest, startEmbeddedKubernetes } from '../../../src/testing/index.js';
import { ask, configMap } from './ask.js';

describe('an object put in by hand', () => {
  let api: EmbeddedKubernetes;
  let clock = Date.parse('2030-01-02T03:04:05.678Z');

  beforeAll(async () => {
    const objects: Manifest[] = [
      configMap('given', { a: '1' }, { namespace: 'made' }),
      { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { b: 'text' } },
    ];
    api = await startEmbeddedKubernetes({ tls: false, objects, now: () => clock });
  });
  afterAll(() => api.close());

  test('is there from the beginning, with the namespace that it names', async () => {
    expect(api.list('configmaps').map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual([
      'made/given',
    ]);
    expect(api.get('secrets', 'default', 's')).toMatchObject({ type: 'Opaque', data: { b: 'dGV4dA==' } });
    expect(api.list('namespaces').map(({ metadata }) => metadata.name)).toEqual([
      'default',
      'kube-node-lease',
      'kube-public',
      'kube-system',
      'made',
    ]);
  });

  test('has a uid, a resourceVersion and the time of the clock, to the second', () => {
    const { metadata } = api.apply(configMap('timed'));
    expect(metadata.uid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(metadata.creationTimestamp).toBe('2030-01-02T03:04:05Z');
    expect(metadata.resourceVersion).toMatch(/^\d+$/);
    expect(metadata).not.toHaveProperty('managedFields');
    expect(metadata).not.toHaveProperty('generation');
  });

  test('is brought to the new state, whatever its resourceVersion, and stays the same object', () => {
    const first = api.apply(configMap('changed', { a: '1' }, { labels: { l: '1' } }));
    clock += 60_000;
    const second = api.apply(configMap('changed', { b: '2' }, { resourceVersion: '1' }));
    expect(second).toMatchObject({ data: { b: '2' }, metadata: { uid: first.metadata.uid } });
    expect(second.metadata.labels).toBeUndefined();
    expect(second.metadata.creationTimestamp).toBe(first.metadata.creationTimestamp);
    expect(second.metadata.resourceVersion).not.toBe(first.metadata.resourceVersion);
    expect(api.get('configmaps', 'default', 'changed')).toBe(second);
  });

  test('keeps its resourceVersion where nothing changes', () => {
    const first = api.apply(configMap('same', { a: '1', b: '2' }));
    expect(api.apply(configMap('same', { b: '2', a: '1' }))).toBe(first);
  });

  test('is brought there even when it is immutable, or waits to go', async () => {
    api.apply({ ...configMap('fixed', { a: '1' }), immutable: true });
    expect(api.apply(configMap('fixed', { a: '2' }))).toMatchObject({ data: { a: '2' } });

    api.apply(configMap('held', {}, { finalizers: ['example.com/hold'] }));
    await ask(api, '/api/v1/namespaces/default/configmaps/held', { method: 'DELETE' });
    expect(api.get('configmaps', 'default', 'held')?.metadata).toHaveProperty('deletionTimestamp');
    expect(api.apply(configMap('held')).metadata).not.toHaveProperty('deletionTimestamp');
  });

  test('is what requests see', async () => {
    const stored = api.apply(configMap('seen', { a: 'é\u2028<&>' }));
    const { text, json } = await ask(api, '/api/v1/namespaces/default/configmaps/seen');
    expect(json).toEqual(stored);
    expect(text).toContain('é\\u2028\\u003c\\u0026\\u003e');
  });

  test('cannot be changed by the one who got it', () => {
    const stored = api.apply(configMap('frozen', { a: '1' })) as unknown as { data: Record<string, string> };
    expect(() => {
      stored.data['a'] = '2';
    }).toThrow(TypeError);
  });

  test('goes when it is removed, whatever holds it', () => {
    api.apply(configMap('gone', {}, { finalizers: ['example.com/hold'] }));
    expect(api.remove('configmaps', 'default', 'gone')).toBe(true);
    expect(api.get('configmaps', 'default', 'gone')).toBeUndefined();
    expect(api.remove('configmaps', 'default', 'gone')).toBe(false);
  });

  test('goes with its namespace, as by a request', async () => {
    for (const namespace of ['left', 'right']) {
      for (const name of ['a', 'b']) api.apply(configMap(name, {}, { namespace }));
    }
    expect(api.remove('namespaces', undefined, 'left')).toBe(true);
    expect(api.list('configmaps', 'left')).toEqual([]);
    const { json } = await ask(api, '/api/v1/namespaces/right', { method: 'DELETE' });
    expect(json.status.phase).toBe('Terminating');
    expect(api.list('configmaps', 'right')).toEqual([]);
    expect(api.get('namespaces', undefined, 'right')).toBeUndefined();
    expect(api.list('configmaps', 'made')).toHaveLength(1);
  });

  test.each<[string, Manifest, RegExp]>([
    ['of a bad name', configMap('Bad'), /^ConfigMap "Bad" is invalid: metadata.name: Invalid value/],
    ['without a name', configMap(''), /metadata.name: Required value/],
    [
      'of another kind',
      { ...configMap('a'), kind: 'Pod' },
      /^Expected a manifest to be a v1 ConfigMap, Secret or Namespace, or a coordination\.k8s\.io\/v1 Lease, got v1 Pod\.$/,
    ],
    ['of another version', { ...configMap('a'), apiVersion: 'v2' }, /got v2 ConfigMap\.$/],
    [
      'with a number for text',
      { ...configMap('a'), data: { a: 1 } },
      /cannot unmarshal number into Go struct field ConfigMap.data of type string/,
    ],
    ['that becomes invalid', configMap('timed', { 'a b': '' }), /data\[a b\]: Invalid value/],
  ])('is refused: %s', (_, manifest, message) => {
    expect(() => api.apply(manifest)).toThrow(message);
  });
});
