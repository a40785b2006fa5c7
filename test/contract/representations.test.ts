import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { bare, version } from './answers.js';
import { at } from './api-client.js';
import { onBothServers } from './on-both-servers.js';

const as = (kind: string) => ({ accept: `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json` });

onBothServers('an answer', (given) => {
  test('holds the metadata alone where that is asked for', async () => {
    const { api, secrets, namespace } = await given();
    await api.create(secrets, { metadata: { name: 'a', labels: { l: '1' } }, stringData: { k: 'v' } });
    const one = await api.get(`${secrets}/a`, as('PartialObjectMetadata'));
    const partial = {
      kind: 'PartialObjectMetadata',
      apiVersion: 'meta.k8s.io/v1',
      metadata: { name: 'a', namespace, labels: { l: '1' } },
    };
    expect(bare(one.body)).toEqual(partial);
    const list = await api.get(secrets, as('PartialObjectMetadataList'));
    expect(list.body).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' });
    expect(list.body.items?.map(bare)).toEqual([partial]);
  });

  test('holds the metadata alone in a watch too', async () => {
    const { api, secrets } = await given();
    const made = await api.create(secrets, { metadata: { name: 'a' }, stringData: { k: 'v' } });
    const watch = await api.watch(secrets, {}, as('PartialObjectMetadata'));
    expect(await watch.next()).toEqual({
      type: 'ADDED',
      object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: made.metadata },
    });
    watch.close();
  });

  test.each<[string, object, string[], unknown[]]>([
    ['configmaps', { data: { k: '1' }, binaryData: { b: '' } }, ['Name', 'Data', 'Age'], ['a', 2]],
    ['secrets', { stringData: { k: '1' }, type: 'mine' }, ['Name', 'Type', 'Data', 'Age'], ['a', 'mine', 1]],
  ])('is a table of %s', async (resource, rest, columns, cells) => {
    const { api, namespace } = await given();
    const path = `/api/v1/namespaces/${namespace}/${resource}`;
    const made = await api.create(path, { metadata: { name: 'a' }, ...rest });
    const { body } = await api.get(path, as('Table'));
    expect(body).toMatchObject({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' });
    expect(version(body)).toBeGreaterThanOrEqual(version(made));
    expect(body.columnDefinitions?.map(({ name }) => name)).toEqual(columns);
    expect(body.rows).toEqual([
      {
        cells: [...cells, expect.stringMatching(/^\d+s$/)],
        object: { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: made.metadata },
      },
    ]);
  });

  test('is a table of nothing for an empty list', async () => {
    const { api, configmaps } = await given();
    const { body } = await api.get(configmaps, as('Table'));
    expect(body.rows).toEqual([]);
    expect(body.columnDefinitions).toHaveLength(3);
  });

  test('is a table of one for one object', async () => {
    const { api, namespace } = await given();
    const { body } = await api.get(`/api/v1/namespaces/${namespace}`, as('Table'));
    expect(body.columnDefinitions?.map(({ name }) => name)).toEqual(['Name', 'Status', 'Age']);
    expect(body.rows?.[0]?.cells.slice(0, 2)).toEqual([namespace, 'Active']);
  });

  test('is a table with whole objects or with none where that is asked for', async () => {
    const { api, configmaps } = await given();
    const made = await api.create(configmaps, { metadata: { name: 'a' }, data: { k: '1' } });
    const whole = await api.get(at(configmaps, { includeObject: 'Object' }), as('Table'));
    expect(whole.body.rows?.[0]?.object).toEqual(made);
    const none = await api.get(at(configmaps, { includeObject: 'None' }), as('Table'));
    expect(none.body.rows?.[0]?.object ?? undefined).toBeUndefined();
  });

  test('is a table for each event of a watch, with its columns in the first alone', async () => {
    const { api, configmaps } = await given();
    for (const name of ['a', 'b']) await api.create(configmaps, { metadata: { name } });
    const watch = await api.watch(configmaps, {}, as('Table'));
    const [first, second] = await watch.take(2);
    watch.close();
    expect(first?.object.columnDefinitions?.map(({ name }) => name)).toEqual(['Name', 'Data', 'Age']);
    expect(second?.object.columnDefinitions ?? undefined).toBeUndefined();
    expect([first, second].map((event) => event?.object.rows?.[0]?.cells[0]).toSorted()).toEqual(['a', 'b']);
  });

  test('is packed only for those who accept that, and only where it is long', async () => {
    const { api, configmaps, secrets } = await given();
    await api.create(configmaps, { metadata: { name: 'a' }, data: { k: 'x'.repeat(200_000) } });
    const plain = await api.get(configmaps);
    expect(plain.headers['content-encoding']).toBeUndefined();
    const packed = await api.get(configmaps, { 'accept-encoding': 'gzip' });
    const text = packed.headers['content-encoding'] === 'gzip' ? gunzipSync(packed.bytes) : packed.bytes;
    expect((JSON.parse(text.toString()) as { items: unknown }).items).toEqual(plain.body.items);
    const short = await api.get(secrets, { 'accept-encoding': 'gzip' });
    expect(short.headers['content-encoding']).toBeUndefined();
  });

  test('of a watch is not packed unless that is asked for', async () => {
    const { api, configmaps } = await given();
    const query = { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true };
    const watch = await api.watch(configmaps, query);
    expect(watch.headers['content-encoding']).toBeUndefined();
    expect(watch.headers['transfer-encoding']).toBe('chunked');
    watch.close();
  });
});

onBothServers('discovery', (given) => {
  test('says v1', async () => {
    const { api } = await given();
    expect((await api.get('/api')).body).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
  });

  test('lists the groups beside the core', async () => {
    const { api } = await given();
    expect((await api.get('/apis')).body).toMatchObject({ kind: 'APIGroupList', apiVersion: 'v1' });
  });

  test.each([
    ['configmaps', { singularName: 'configmap', namespaced: true, kind: 'ConfigMap', shortNames: ['cm'] }],
    ['secrets', { singularName: 'secret', namespaced: true, kind: 'Secret' }],
    ['namespaces', { singularName: 'namespace', namespaced: false, kind: 'Namespace', shortNames: ['ns'] }],
  ])('says what %s are and what can be done with them', async (name, expected) => {
    const { api } = await given();
    const { body } = await api.get('/api/v1');
    expect(body).toMatchObject({ kind: 'APIResourceList', groupVersion: 'v1' });
    const resource = body.resources?.find((each) => each.name === name);
    expect(resource).toMatchObject({
      ...expected,
      verbs: expect.arrayContaining(['create', 'delete', 'get', 'list', 'patch', 'update', 'watch']),
    });
  });

  test('says a version', async () => {
    const { api } = await given();
    expect((await api.get('/version')).body).toMatchObject({
      major: '1',
      minor: expect.stringMatching(/^\d+$/),
      gitVersion: expect.stringMatching(/^v1\.\d+\.\d+/),
      platform: expect.any(String),
    });
  });

  test.each(['/healthz', '/readyz', '/livez'])('is beside %s, which says ok', async (path) => {
    const { api } = await given();
    const { status, bytes } = await api.get(path);
    expect([status, bytes.toString()]).toEqual([200, 'ok']);
  });
});
