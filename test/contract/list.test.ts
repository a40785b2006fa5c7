import { expect, test } from 'vitest';
import { badRequest, bare, items, names, refusal, version } from './answers.js';
import { at } from './api-client.js';
import { newNamespace, onBothServers } from './on-both-servers.js';

onBothServers('a list', (given) => {
  test('of nothing is a list all the same, with a resourceVersion', async () => {
    const { api, configmaps } = await given();
    const answer = await api.get(configmaps);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(answer.body).toEqual({
      kind: 'ConfigMapList',
      apiVersion: 'v1',
      metadata: { resourceVersion: expect.stringMatching(/^[1-9]\d*$/) },
      items: [],
    });
  });

  test('of a namespace that does not exist is empty', async () => {
    const { api } = await given();
    const answer = await api.get('/api/v1/namespaces/there-is-none/configmaps');
    expect(answer.status).toBe(200);
    expect(items(answer)).toEqual([]);
  });

  test('is in the order of names, byte by byte, whatever order they were made in', async () => {
    const { api, configmaps } = await given();
    for (const name of ['b', 'a10', 'a.b', 'a', 'a2', 'a-b']) await api.create(configmaps, { metadata: { name } });
    expect(names(await api.get(configmaps))).toEqual(['a', 'a-b', 'a.b', 'a10', 'a2', 'b']);
  });

  test('over all namespaces is in the order of namespaces, then names', async () => {
    const { api, namespace } = await given();
    const spaces = [await newNamespace(api), namespace].sort();
    for (const space of spaces.toReversed())
      for (const name of ['b', 'a'])
        await api.create(`/api/v1/namespaces/${space}/secrets`, { metadata: { name, labels: { case: namespace } } });
    const answer = await api.get(at('/api/v1/secrets', { labelSelector: `case=${namespace}` }));
    expect(items(answer).map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)).toEqual(
      spaces.flatMap((space) => [`${space}/a`, `${space}/b`]),
    );
  });

  test('has items without kind and apiVersion, which a single object has', async () => {
    const { api, configmaps, namespace } = await given();
    await api.create(configmaps, { metadata: { name: 'one', labels: { l: '1' } }, data: { k: 'v' } });
    const object = { metadata: { name: 'one', namespace, labels: { l: '1' } }, data: { k: 'v' } };
    expect(items(await api.get(configmaps)).map(bare)).toEqual([object]);
    expect(bare((await api.get(`${configmaps}/one`)).body)).toEqual({ kind: 'ConfigMap', apiVersion: 'v1', ...object });
  });

  test.each([
    ['secrets', 'SecretList'],
    ['namespaces', 'NamespaceList'],
    ['configmaps', 'ConfigMapList'],
  ])('of all %s is a %s', async (resource, kind) => {
    const { api } = await given();
    expect((await api.get(at(`/api/v1/${resource}`, { limit: 1 }))).body).toMatchObject({ kind, apiVersion: 'v1' });
  });

  test('has a resourceVersion that is none of an older state', async () => {
    const { api, configmaps } = await given();
    const before = (await api.get(configmaps)).body;
    const made = await api.create(configmaps, { metadata: { name: 'one' } });
    const after = (await api.get(configmaps)).body;
    expect(version(made)).toBeGreaterThan(version(before));
    expect(version(after)).toBeGreaterThanOrEqual(version(made));
    await api.delete(`${configmaps}/one`);
    expect(version((await api.get(configmaps)).body)).toBeGreaterThan(version(made));
  });

  test('shows the same object as a GET of it', async () => {
    const { api, secrets } = await given();
    await api.create(secrets, { metadata: { name: 'one', annotations: { a: '1' } }, stringData: { k: 'v' } });
    const { kind: _, apiVersion: __, ...single } = (await api.get(`${secrets}/one`)).body;
    expect(items(await api.get(secrets))).toEqual([single]);
  });

  test.each(['limit', 'timeoutSeconds'])('refuses a %s that is no number', async (parameter) => {
    const { api, configmaps } = await given();
    const answer = await api.get(at(configmaps, { [parameter]: 'abc' }));
    expect(refusal(answer)).toEqual(badRequest('strconv.ParseInt: parsing "abc": invalid syntax'));
  });
});
