import { describe, expect, test } from 'vitest';
import { bare, brief, refusal, version } from './answers.js';
import type { WatchEvent } from './api-body.js';
import { at } from './api-client.js';
import type { Given } from './on-both-servers.js';
import { newNamespace, onBothServers } from './on-both-servers.js';

const versionNow = async ({ api, configmaps }: Given) => (await api.get(configmaps)).body.metadata.resourceVersion;
const versions = (events: readonly WatchEvent[]) => events.map(({ object }) => version(object));
const increasing = (values: readonly bigint[]) => values.every((value, i) => i === 0 || value > (values[i - 1] ?? 0n));

onBothServers('a watch', (given) => {
  test('from a list tells what came after it, in order, each with its new resourceVersion', async () => {
    const all = await given();
    const { api, configmaps, namespace } = all;
    await api.create(configmaps, { metadata: { name: 'before' } });
    const watch = await api.watch(configmaps, { resourceVersion: await versionNow(all) });
    expect(watch.status).toBe(200);
    expect(watch.headers['content-type']).toBe('application/json');
    const made = await api.create(configmaps, { metadata: { name: 'a' }, data: { k: '1' } });
    const changed = (await api.patch(`${configmaps}/a`, { data: { k: '2' } })).body;
    await api.delete(`${configmaps}/a`);
    const events = await watch.take(3);
    watch.close();
    expect(brief(events)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
    expect(events[0]?.object).toEqual(made);
    expect(events[1]?.object).toEqual(changed);
    expect(events[0] && bare(events[0].object)).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'a', namespace },
      data: { k: '1' },
    });
    expect(increasing(versions(events))).toBe(true);
  });

  test('tells a deletion with the last state and a resourceVersion of its own', async () => {
    const all = await given();
    const { api, secrets } = all;
    const last = await api.create(secrets, { metadata: { name: 'a', labels: { l: '1' } }, stringData: { k: 'v' } });
    const watch = await api.watch(secrets, { resourceVersion: last.metadata.resourceVersion });
    await api.delete(`${secrets}/a`);
    const { type, object } = await watch.next();
    watch.close();
    expect(type).toBe('DELETED');
    expect(bare(object)).toEqual(bare(last));
    expect(object.metadata.uid).toBe(last.metadata.uid);
    expect(version(object)).toBeGreaterThan(version(last));
  });

  test.each([undefined, '0'])('from resourceVersion %s begins with what is there', async (resourceVersion) => {
    const { api, configmaps } = await given();
    const made = [];
    for (const name of ['b', 'a']) made.push(await api.create(configmaps, { metadata: { name } }));
    const watch = await api.watch(configmaps, { resourceVersion });
    const initial = await watch.take(2);
    await api.delete(`${configmaps}/a`);
    const next = await watch.next();
    watch.close();
    expect(brief(initial).toSorted()).toEqual(['ADDED a', 'ADDED b']);
    expect(initial.map(({ object }) => object)).toEqual(expect.arrayContaining(made));
    expect(brief([next])).toEqual(['DELETED a']);
  });

  test('resumed where it was cut misses nothing and repeats nothing', async () => {
    const all = await given();
    const { api, configmaps } = all;
    const first = await api.watch(configmaps, { resourceVersion: await versionNow(all) });
    await api.create(configmaps, { metadata: { name: 'a' } });
    await api.create(configmaps, { metadata: { name: 'b' } });
    const [last] = (await first.take(2)).slice(-1);
    first.close();
    await api.patch(`${configmaps}/a`, { data: { k: '1' } });
    await api.delete(`${configmaps}/b`);
    await api.create(configmaps, { metadata: { name: 'b' } });
    await api.patch(`${configmaps}/a`, { data: { k: '2' } });
    const second = await api.watch(configmaps, { resourceVersion: last?.object.metadata.resourceVersion });
    const events = await second.take(4);
    second.close();
    expect(brief(events)).toEqual(['MODIFIED a', 'DELETED b', 'ADDED b', 'MODIFIED a']);
    expect(events.map(({ object }) => object.data)).toEqual([{ k: '1' }, undefined, undefined, { k: '2' }]);
  });

  test('from an older resourceVersion tells every step, not the newest state alone', async () => {
    const all = await given();
    const { api, configmaps } = all;
    const resourceVersion = await versionNow(all);
    await api.create(configmaps, { metadata: { name: 'a' } });
    for (const k of ['1', '2', '3']) await api.patch(`${configmaps}/a`, { data: { k } });
    const watch = await api.watch(configmaps, { resourceVersion });
    const events = await watch.take(4);
    watch.close();
    expect(events.map(({ object }) => object.data?.['k'])).toEqual([undefined, '1', '2', '3']);
  });

  test('with a label selector tells what begins to match as ADDED, what ceases to as DELETED', async () => {
    const all = await given();
    const { api, configmaps } = all;
    const watch = await api.watch(configmaps, { resourceVersion: await versionNow(all), labelSelector: 'l=1' });
    await api.create(configmaps, { metadata: { name: 'a' }, data: { k: '0' } });
    const label = (l: string | null, k: string) =>
      api.patch(`${configmaps}/a`, { metadata: { labels: { l } }, data: { k } });
    await label('1', '1');
    await label('1', '2');
    const ceased = (await label('2', '3')).body;
    await label('1', '4');
    await label(null, '5');
    await api.delete(`${configmaps}/a`);
    await api.create(configmaps, { metadata: { name: 'end', labels: { l: '1' } } });
    const events = await watch.take(6);
    watch.close();
    expect(events.map(({ type, object }) => `${type} ${object.data?.['k']} ${object.metadata.labels?.['l']}`)).toEqual([
      'ADDED 1 1',
      'MODIFIED 2 1',
      'DELETED 2 1',
      'ADDED 4 1',
      'DELETED 4 1',
      'ADDED undefined 1',
    ]);
    expect(events[2]?.object.metadata.resourceVersion).toBe(ceased.metadata.resourceVersion);
  });

  test('with a field selector tells of one name alone', async () => {
    const all = await given();
    const { api, configmaps } = all;
    const query = { resourceVersion: await versionNow(all), fieldSelector: 'metadata.name=b' };
    const watch = await api.watch(configmaps, query);
    for (const name of ['a', 'b', 'c']) await api.create(configmaps, { metadata: { name } });
    await api.delete(`${configmaps}/a`);
    await api.delete(`${configmaps}/b`);
    const events = await watch.take(2);
    watch.close();
    expect(brief(events)).toEqual(['ADDED b', 'DELETED b']);
  });

  test('of all namespaces tells of each, that of one namespace of it alone', async () => {
    const all = await given();
    const { api, configmaps, namespace } = all;
    const other = await newNamespace(api);
    const resourceVersion = await versionNow(all);
    const everywhere = await api.watch('/api/v1/configmaps', { resourceVersion, labelSelector: `case=${namespace}` });
    const here = await api.watch(configmaps, { resourceVersion });
    for (const space of [other, namespace])
      await api.create(`/api/v1/namespaces/${space}/configmaps`, {
        metadata: { name: 'a', labels: { case: namespace } },
      });
    expect((await everywhere.take(2)).map(({ object }) => object.metadata.namespace)).toEqual([other, namespace]);
    expect((await here.next()).object.metadata.namespace).toBe(namespace);
    everywhere.close();
    here.close();
  });

  test('of secrets tells nothing of configmaps', async () => {
    const all = await given();
    const { api, configmaps, secrets } = all;
    const watch = await api.watch(secrets, { resourceVersion: await versionNow(all) });
    await api.create(configmaps, { metadata: { name: 'a' } });
    await api.create(secrets, { metadata: { name: 'b' } });
    expect((await watch.next()).object).toMatchObject({ kind: 'Secret', metadata: { name: 'b' } });
    watch.close();
  });

  test('of namespaces tells of one that is made and of its labels', async () => {
    const all = await given();
    const { api, namespace } = all;
    const name = `${namespace}-x`;
    const query = { resourceVersion: await versionNow(all), fieldSelector: `metadata.name=${name}` };
    const watch = await api.watch('/api/v1/namespaces', query);
    await api.create('/api/v1/namespaces', { metadata: { name } });
    await api.patch(`/api/v1/namespaces/${name}`, { metadata: { labels: { l: '1' } } });
    const events = await watch.take(2);
    watch.close();
    expect(brief(events)).toEqual([`ADDED ${name}`, `MODIFIED ${name}`]);
    expect(events[1]?.object.metadata.labels).toEqual({ 'kubernetes.io/metadata.name': name, l: '1' });
  });

  test('tells nothing of a write that changes nothing, that is refused, or that is a dry run', async () => {
    const all = await given();
    const { api, configmaps } = all;
    const object = { metadata: { name: 'a' }, data: { k: '1' } };
    const { metadata } = await api.create(configmaps, object);
    const watch = await api.watch(configmaps, { resourceVersion: metadata.resourceVersion });
    await api.put(`${configmaps}/a`, object);
    await api.patch(`${configmaps}/a`, { data: { k: '1' } });
    await api.post(configmaps, object);
    await api.patch(`${configmaps}/a`, { data: { 'no key': '1' } });
    await api.patch(at(`${configmaps}/a`, { dryRun: 'All' }), { data: { k: '2' } });
    await api.delete(at(`${configmaps}/a`, { dryRun: 'All' }));
    await api.create(configmaps, { metadata: { name: 'end' } });
    expect(brief([await watch.next()])).toEqual(['ADDED end']);
    watch.close();
  });

  test('tells each object of a deleted collection', async () => {
    const all = await given();
    const { api, configmaps } = all;
    for (const name of ['a', 'b', 'c']) await api.create(configmaps, { metadata: { name } });
    const watch = await api.watch(configmaps, { resourceVersion: await versionNow(all) });
    await api.delete(configmaps);
    const events = await watch.take(3);
    watch.close();
    expect(brief(events).toSorted()).toEqual(['DELETED a', 'DELETED b', 'DELETED c']);
    expect(increasing(versions(events))).toBe(true);
  });

  test('tells a recreated object as another one', async () => {
    const all = await given();
    const { api, configmaps } = all;
    const { metadata } = await api.create(configmaps, { metadata: { name: 'a' } });
    const watch = await api.watch(configmaps, { resourceVersion: metadata.resourceVersion });
    await api.delete(`${configmaps}/a`);
    await api.create(configmaps, { metadata: { name: 'a' } });
    const [deleted, added] = await watch.take(2);
    watch.close();
    expect([deleted?.type, added?.type]).toEqual(['DELETED', 'ADDED']);
    expect(deleted?.object.metadata.uid).toBe(metadata.uid);
    expect(added?.object.metadata.uid).not.toBe(metadata.uid);
  });

  test('refuses a resourceVersion that is no number', async () => {
    const { api, configmaps } = await given();
    expect(refusal(await api.get(at(configmaps, { watch: true, resourceVersion: 'abc' })))).toEqual({
      code: 500,
      message: 'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax',
    });
  });

  test('is not what a GET of one object can be made by watch=true', async () => {
    const { api, configmaps } = await given();
    await api.create(configmaps, { metadata: { name: 'a' } });
    expect((await api.get(at(`${configmaps}/a`, { watch: true }))).body.kind).toBe('ConfigMap');
  });

  describe('with a timeout', () => {
    test.concurrent('ends by itself, as any complete answer', async () => {
      const all = await given();
      const { api, configmaps } = all;
      const watch = await api.watch(configmaps, { resourceVersion: await versionNow(all), timeoutSeconds: 1 });
      await api.create(configmaps, { metadata: { name: 'a' } });
      expect(brief(await watch.rest())).toEqual(['ADDED a']);
    });

    test.concurrent('gets a bookmark before its end, of the newest resourceVersion', async () => {
      const all = await given();
      const { api, configmaps } = all;
      const query = { resourceVersion: await versionNow(all), timeoutSeconds: 5, allowWatchBookmarks: true };
      const watch = await api.watch(configmaps, query);
      const { metadata } = await api.create(configmaps, { metadata: { name: 'a' } });
      const [added, bookmark] = await watch.rest();
      expect(brief(added ? [added] : [])).toEqual(['ADDED a']);
      expect(bookmark).toEqual({
        type: 'BOOKMARK',
        object: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { resourceVersion: expect.any(String) } },
      });
      expect(BigInt(bookmark?.object.metadata.resourceVersion ?? 0)).toBeGreaterThanOrEqual(
        BigInt(metadata.resourceVersion),
      );
    });

    test.concurrent('gets no bookmark unless it asks', async () => {
      const all = await given();
      const watch = await all.api.watch(all.configmaps, { resourceVersion: await versionNow(all), timeoutSeconds: 5 });
      expect(await watch.rest()).toEqual([]);
    });

    test.concurrent('can be resumed from a bookmark that passed what the selector left out', async () => {
      const all = await given();
      const { api, secrets } = all;
      const resourceVersion = await versionNow(all);
      const query = { resourceVersion, timeoutSeconds: 5, allowWatchBookmarks: true, labelSelector: 'l' };
      const watch = await api.watch(secrets, query);
      const foreign = await api.create(secrets, { metadata: { name: 'foreign' } });
      const bookmark = (await watch.rest()).at(-1)?.object;
      expect(bookmark && version(bookmark) >= version(foreign)).toBe(true);
      await api.create(secrets, { metadata: { name: 'mine', labels: { l: '1' } } });
      const next = await api.watch(secrets, { ...query, resourceVersion: bookmark?.metadata.resourceVersion });
      expect(brief([await next.next()])).toEqual(['ADDED mine']);
      next.close();
    });
  });
});
