import { expect, test } from 'vitest';
import { bare, version } from './answers.js';
import { at } from './api-client.js';
import { onBothServers } from './on-both-servers.js';

onBothServers('metadata', (given) => {
  test('of a new object is given by the server, whatever the client says', async () => {
    const { api, configmaps, namespace } = await given();
    const { status, body } = await api.post(configmaps, {
      metadata: { name: 'a', uid: 'mine', creationTimestamp: '2001-01-01T00:00:00Z', labels: { l: '1' } },
    });
    expect(status).toBe(201);
    expect(bare(body)).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'a', namespace, labels: { l: '1' } },
    });
    expect(body.metadata.uid).not.toBe('mine');
    expect(body.metadata.creationTimestamp.startsWith('2001')).toBe(false);
  });

  test('has a resourceVersion that grows with each change, over all objects', async () => {
    const { api, configmaps, secrets } = await given();
    const states = [
      await api.create(configmaps, { metadata: { name: 'a' } }),
      await api.create(secrets, { metadata: { name: 'a' } }),
      (await api.patch(`${configmaps}/a`, { data: { k: '1' } })).body,
      (await api.patch(`${secrets}/a`, { stringData: { k: '1' } })).body,
    ].map(version);
    expect(states).toEqual(states.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(new Set(states).size).toBe(4);
  });

  test('keeps uid and creationTimestamp over changes, and has a new uid after a recreation', async () => {
    const { api, configmaps } = await given();
    const made = await api.create(configmaps, { metadata: { name: 'a' } });
    const changed = (await api.put(`${configmaps}/a`, { metadata: { name: 'a', labels: { l: '1' } } })).body;
    expect(changed.metadata).toMatchObject({
      uid: made.metadata.uid,
      creationTimestamp: made.metadata.creationTimestamp,
    });
    await api.delete(`${configmaps}/a`);
    expect((await api.create(configmaps, { metadata: { name: 'a' } })).metadata.uid).not.toBe(made.metadata.uid);
  });

  test('makes a name from generateName: the prefix and five letters, another one each time', async () => {
    const { api, configmaps } = await given();
    const one = await api.create(configmaps, { metadata: { generateName: 'gen-' } });
    const two = await api.create(configmaps, { metadata: { generateName: 'gen-' } });
    expect(one.metadata).toMatchObject({ generateName: 'gen-', name: expect.stringMatching(/^gen-[a-z0-9]{5}$/) });
    expect(two.metadata.name).not.toBe(one.metadata.name);
  });

  test('takes the name where both name and generateName are given', async () => {
    const { api, configmaps } = await given();
    const { metadata } = await api.create(configmaps, { metadata: { name: 'mine', generateName: 'gen-' } });
    expect(metadata).toMatchObject({ name: 'mine', generateName: 'gen-' });
  });

  test('keeps empty maps and null fields out of what is stored', async () => {
    const { api, configmaps, namespace } = await given();
    const object = { metadata: { name: 'a', labels: {}, annotations: null }, data: {}, binaryData: null };
    expect(bare(await api.create(configmaps, object))).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'a', namespace },
    });
  });

  test('keeps finalizers and ownerReferences as they are given', async () => {
    const { api, configmaps } = await given();
    const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: 'u-1' };
    const metadata = { name: 'a', finalizers: ['example.com/f'], ownerReferences: [owner] };
    expect((await api.create(configmaps, { metadata })).metadata).toMatchObject(metadata);
  });

  test.each([
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'DELETE of a collection',
  ])('is untouched by a dry run of a %s', async (verb) => {
    const { api, configmaps } = await given();
    const before = await api.create(configmaps, { metadata: { name: 'a' }, data: { k: '1' } });
    const changed = { metadata: { name: 'a' }, data: { k: '2' } };
    const dry = (path: string) => at(path, { dryRun: 'All' });
    const answers = {
      POST: () => api.post(dry(configmaps), { metadata: { name: 'b' } }),
      PUT: () => api.put(dry(`${configmaps}/a`), changed),
      PATCH: () => api.patch(dry(`${configmaps}/a`), changed),
      DELETE: () => api.delete(dry(`${configmaps}/a`)),
      'DELETE of a collection': () => api.delete(dry(configmaps)),
    };
    const answer = await answers[verb as keyof typeof answers]();
    expect(answer.status).toBe(verb === 'POST' ? 201 : 200);
    if (verb === 'PUT' || verb === 'PATCH') {
      expect(answer.body.data).toEqual({ k: '2' });
      expect(answer.body.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    }
    if (verb === 'POST') expect(answer.body.metadata).toMatchObject({ name: 'b', uid: expect.any(String) });
    const { kind: _, apiVersion: __, ...stored } = before;
    expect((await api.get(configmaps)).body.items).toEqual([stored]);
  });

  test('of a dry run has no resourceVersion where the object is new', async () => {
    const { api, configmaps } = await given();
    const { body } = await api.post(at(configmaps, { dryRun: 'All' }), { metadata: { name: 'a' } });
    expect(body.metadata.resourceVersion).toBeUndefined();
  });
});
