import { expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { brief, invalidOptions, names, type Refusal, refusal, version } from './answers.js';
import { at, type Query } from './api-client.js';
import { type Given, onBothServers } from './on-both-servers.js';

const streaming = { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true };
const match = 'resourceVersionMatch';
const forbidden = (field: string, why: string) => [field, 'FieldValueForbidden', `Forbidden: ${why}`] as const;
const onlyNotOlderThan = [
  match,
  'FieldValueNotSupported',
  'Unsupported value: "Exact": supported values: "NotOlderThan"',
] as const;
const needsMatch = forbidden(match, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');

/** The real server answers some requests from a memory that trails its storage by milliseconds. */
const untilRemembered = ({ api, configmaps }: Given, name: string) =>
  eventually(`${name} is in the list of resourceVersion 0`, async () =>
    names(await api.get(at(configmaps, { resourceVersion: '0' }))).includes(name),
  );

onBothServers('a streamed list', (given) => {
  test('is what is there, a bookmark that ends it, then changes', async () => {
    const { api, configmaps } = await given();
    const made = [];
    for (const name of ['b', 'c', 'a'])
      made.push(await api.create(configmaps, { metadata: { name }, data: { k: name } }));
    const watch = await api.watch(configmaps, streaming);
    const initial = await watch.take(4);
    await api.delete(`${configmaps}/b`);
    const next = await watch.next();
    watch.close();
    expect(brief(initial)).toEqual(['ADDED a', 'ADDED b', 'ADDED c', 'BOOKMARK']);
    expect(initial.map(({ object }) => object)).toEqual(expect.arrayContaining(made));
    expect(brief([next])).toEqual(['DELETED b']);
  });

  test('ends with a bookmark that carries a resourceVersion and the annotation, nothing else', async () => {
    const { api, secrets } = await given();
    const watch = await api.watch(secrets, streaming);
    const end = await watch.next();
    watch.close();
    expect(end).toEqual({
      type: 'BOOKMARK',
      object: {
        kind: 'Secret',
        apiVersion: 'v1',
        metadata: {
          resourceVersion: expect.stringMatching(/^[1-9]\d*$/),
          annotations: { 'k8s.io/initial-events-end': 'true' },
        },
      },
    });
  });

  test('ends at the newest state, from which a watch goes on without loss', async () => {
    const { api, configmaps } = await given();
    const last = await api.create(configmaps, { metadata: { name: 'a' } });
    const first = await api.watch(configmaps, streaming);
    const bookmark = (await first.take(2))[1]?.object;
    first.close();
    expect(bookmark && version(bookmark) >= version(last)).toBe(true);
    await api.create(configmaps, { metadata: { name: 'b' } });
    const second = await api.watch(configmaps, { resourceVersion: bookmark?.metadata.resourceVersion });
    expect(brief([await second.next()])).toEqual(['ADDED b']);
    second.close();
  });

  test('holds what the selector finds', async () => {
    const { api, configmaps } = await given();
    await api.create(configmaps, { metadata: { name: 'a' } });
    await api.create(configmaps, { metadata: { name: 'b', labels: { l: '1' } } });
    const watch = await api.watch(configmaps, { ...streaming, labelSelector: 'l' });
    expect(brief(await watch.take(2))).toEqual(['ADDED b', 'BOOKMARK']);
    await api.patch(`${configmaps}/a`, { metadata: { labels: { l: '1' } } });
    expect(brief([await watch.next()])).toEqual(['ADDED a']);
    watch.close();
  });

  test('holds what the field selector finds', async () => {
    const { api, configmaps } = await given();
    for (const name of ['a', 'b']) await api.create(configmaps, { metadata: { name } });
    const watch = await api.watch(configmaps, { ...streaming, fieldSelector: 'metadata.name=a' });
    expect(brief(await watch.take(2))).toEqual(['ADDED a', 'BOOKMARK']);
    watch.close();
  });

  test('is complete up to the resourceVersion that it shall not be older than', async () => {
    const { api, configmaps } = await given();
    await api.create(configmaps, { metadata: { name: 'a' } });
    const { metadata } = (await api.patch(`${configmaps}/a`, { data: { k: '1' } })).body;
    const watch = await api.watch(configmaps, { ...streaming, resourceVersion: metadata.resourceVersion });
    const events = await watch.take(2);
    watch.close();
    expect(brief(events)).toEqual(['ADDED a', 'BOOKMARK']);
    expect(events[0]?.object.data).toEqual({ k: '1' });
  });

  test.each([
    '0',
    '1',
  ])('may be as old as resourceVersion %s: whatever the server has is enough', async (resourceVersion) => {
    const all = await given();
    await all.api.create(all.configmaps, { metadata: { name: 'a' } });
    await untilRemembered(all, 'a');
    const watch = await all.api.watch(all.configmaps, { ...streaming, resourceVersion });
    expect(brief(await watch.take(2))).toEqual(['ADDED a', 'BOOKMARK']);
    watch.close();
  });

  test('has no end that can be seen where bookmarks are not allowed', async () => {
    const { api, configmaps } = await given();
    await api.create(configmaps, { metadata: { name: 'a' } });
    const watch = await api.watch(configmaps, { ...streaming, allowWatchBookmarks: false, timeoutSeconds: 1 });
    expect(brief(await watch.rest())).toEqual(['ADDED a']);
  });

  test('is not sent where initial events are declined', async () => {
    const all = await given();
    const { api, configmaps } = all;
    await api.create(configmaps, { metadata: { name: 'a' } });
    await untilRemembered(all, 'a');
    const watch = await api.watch(configmaps, { ...streaming, sendInitialEvents: false, timeoutSeconds: 1 });
    expect(brief(await watch.rest())).toEqual([]);
  });

  test.each([
    undefined,
    '0',
  ])('is what a watch from resourceVersion %s is too, if it allows bookmarks', async (resourceVersion) => {
    const all = await given();
    await all.api.create(all.configmaps, { metadata: { name: 'a' } });
    await untilRemembered(all, 'a');
    const watch = await all.api.watch(all.configmaps, { resourceVersion, allowWatchBookmarks: true });
    const [added, end] = await watch.take(2);
    watch.close();
    expect(brief(added ? [added] : [])).toEqual(['ADDED a']);
    expect(end).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
  });

  test('over all namespaces ends with a bookmark too', async () => {
    const { api, configmaps, namespace } = await given();
    await api.create(configmaps, { metadata: { name: 'a', labels: { case: namespace } } });
    const watch = await api.watch('/api/v1/configmaps', { ...streaming, labelSelector: `case=${namespace}` });
    expect(brief(await watch.take(2))).toEqual(['ADDED a', 'BOOKMARK']);
    watch.close();
  });

  test.each<[string, Query, Refusal]>([
    [
      'initial events without a match',
      { watch: true, sendInitialEvents: true },
      invalidOptions('ListOptions', needsMatch),
    ],
    [
      'initial events that match exactly',
      { watch: true, sendInitialEvents: true, resourceVersionMatch: 'Exact' },
      invalidOptions('ListOptions', needsMatch, onlyNotOlderThan),
    ],
    [
      'a match without initial events',
      { watch: true, resourceVersionMatch: 'NotOlderThan' },
      invalidOptions(
        'ListOptions',
        forbidden(match, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'),
      ),
    ],
    [
      'a token beside a watch from nowhere',
      { watch: true, continue: 'any' },
      invalidOptions('ListOptions', forbidden(match, 'resourceVersionMatch is forbidden when continue is provided')),
    ],
    [
      'initial events of a list',
      { sendInitialEvents: true },
      invalidOptions('ListOptions', forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list')),
    ],
    [
      'an exact match of a watch',
      { watch: true, resourceVersion: '1', resourceVersionMatch: 'Exact' },
      invalidOptions(
        'ListOptions',
        forbidden(match, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'),
        onlyNotOlderThan,
      ),
    ],
  ])('refuses %s', async (_, query, expected) => {
    const { api, configmaps } = await given();
    expect(refusal(await api.get(at(configmaps, query)))).toEqual(expected);
  });
});
