import { afterEach, describe, expect, test } from 'vitest';
import { type EmbeddedKubernetesOptions, startEmbeddedKubernetes } from '../../../src/testing/index.js';
import { eventually } from '../../support/eventually.js';
import { ask, configMap, configmaps, open, type Stream } from './ask.js';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((api) => api.close()));
});

async function start(options: EmbeddedKubernetesOptions = {}) {
  const api = await startEmbeddedKubernetes({ tls: false, ...options });
  opened.push(api);
  return api;
}

const types = (watch: Stream) => watch.events().map(({ type }) => type);
const versionOf = (object: { metadata: { resourceVersion: string } }) => object.metadata.resourceVersion;

describe('after a compaction', () => {
  test('a watch from before is told so, in the stream', async () => {
    const api = await start();
    const before = versionOf(api.apply(configMap('a')));
    const now = versionOf(api.apply(configMap('b')));
    api.compact();
    const watch = await open(api, `${configmaps}?watch=1&resourceVersion=${before}`);
    expect([watch.status, await watch.ended]).toEqual([200, 'end']);
    expect(watch.events()).toEqual([
      {
        type: 'ERROR',
        object: {
          kind: 'Status',
          apiVersion: 'v1',
          metadata: {},
          status: 'Failure',
          message: `too old resource version: ${before} (${now})`,
          reason: 'Expired',
          code: 410,
        },
      },
    ]);
  });

  test('a watch from the newest resourceVersion goes on', async () => {
    const api = await start();
    const now = versionOf(api.apply(configMap('a')));
    api.compact();
    const watch = await open(api, `${configmaps}?watch=1&resourceVersion=${now}`);
    api.apply(configMap('b'));
    await eventually('the event came', () => types(watch).length === 1);
    watch.destroy();
  });

  test('a watch that is open loses nothing', async () => {
    const api = await start();
    const watch = await open(api, `${configmaps}?watch=1&resourceVersion=0`);
    for (const name of ['a', 'b', 'c']) {
      api.apply(configMap(name, { text: 'x'.repeat(100_000) }));
      api.compact();
    }
    await eventually('all events came', () => types(watch).length === 3);
    watch.destroy();
  });

  test('the pages of a list end, with a token for the rest as it is now', async () => {
    const api = await start();
    for (const name of ['a', 'b', 'c']) api.apply(configMap(name));
    const first = (await ask(api, `${configmaps}?limit=1`)).json.metadata.continue;
    api.remove('configmaps', 'default', 'b');
    api.compact();
    const second = await ask(api, `${configmaps}?limit=1&continue=${first}`);
    expect([second.status, second.json.reason]).toEqual([410, 'Expired']);
    const rest = await ask(api, `${configmaps}?continue=${second.json.metadata.continue}`);
    expect(rest.json.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['c']);
  });

  test('a list of an older state is refused, and what is open goes on', async () => {
    const api = await start();
    const old = versionOf(api.apply(configMap('a')));
    api.apply(configMap('b'));
    const exact = `${configmaps}?resourceVersion=${old}&resourceVersionMatch=Exact`;
    expect((await ask(api, exact)).json.items).toHaveLength(1);
    api.compact();
    expect((await ask(api, exact)).json).toMatchObject({ code: 410, reason: 'Expired' });
    expect((await ask(api, `${configmaps}?resourceVersion=${old}`)).json.items).toHaveLength(2);
  });
});

describe('the history', () => {
  test('ends where it is said to: one change further back is 410', async () => {
    const api = await start({ historyLength: 3 });
    const versions = ['a', 'b', 'c', 'd', 'e'].map((name) => versionOf(api.apply(configMap(name))));
    const [tooOld, oldest] = await Promise.all(
      versions
        .slice(0, 2)
        .map((version) => open(api, `${configmaps}?watch=1&timeoutSeconds=1&resourceVersion=${version}`)),
    );
    await Promise.all([tooOld?.ended, oldest?.ended]);
    expect(tooOld && types(tooOld)).toEqual(['ERROR']);
    expect(oldest && types(oldest)).toEqual(['ADDED', 'ADDED', 'ADDED']);
  });

  test('has one counter for all kinds, and none for what changes nothing', async () => {
    const api = await start();
    const one = Number(versionOf(api.apply(configMap('a'))));
    const two = Number(versionOf(api.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'a' } })));
    api.apply(configMap('a'));
    api.remove('configmaps', 'default', 'a');
    expect([two - one, Number((await ask(api, configmaps)).json.metadata.resourceVersion) - two]).toEqual([1, 1]);
  });

  test('begins behind what was there at the start', async () => {
    const api = await start({ objects: [configMap('a')] });
    const watch = await open(api, `${configmaps}?watch=1&resourceVersion=1`);
    await watch.ended;
    expect(watch.events()[0]?.object.code).toBe(410);
  });
});

describe('a bookmark', () => {
  test('comes on demand, to the watches that allow it', async () => {
    const api = await start();
    const { resourceVersion } = api.apply(configMap('a')).metadata;
    const from = `watch=1&resourceVersion=${resourceVersion}`;
    const [asked, other] = await Promise.all([
      open(api, `${configmaps}?${from}&allowWatchBookmarks=true&labelSelector=none`),
      open(api, `${configmaps}?${from}`),
    ]);
    const newest = versionOf(api.apply(configMap('b')));
    api.sendBookmarks();
    await eventually('the bookmark came', () => asked.events().length === 1);
    const metadata = { resourceVersion: newest };
    expect(asked.events()).toEqual([{ type: 'BOOKMARK', object: { kind: 'ConfigMap', apiVersion: 'v1', metadata } }]);
    expect(types(other)).toEqual(['ADDED']);
  });

  test('comes again and again', async () => {
    const api = await start({ bookmarkIntervalMs: 5 });
    const watch = await open(
      api,
      '/api/v1/namespaces?watch=1&allowWatchBookmarks=true&fieldSelector=metadata.name=none',
    );
    await eventually('three came', () => types(watch).length >= 4);
    expect(new Set(types(watch))).toEqual(new Set(['BOOKMARK']));
    const ends = watch.events().filter(({ object }) => object.metadata.annotations?.['k8s.io/initial-events-end']);
    expect(ends).toEqual([watch.events()[0]]);
  });
});

describe('a watch', () => {
  test('from a resourceVersion that is not reached yet is silent up to it', async () => {
    const api = await start();
    const now = Number(versionOf(api.apply(configMap('a'))));
    const watch = await open(api, `${configmaps}?watch=1&resourceVersion=${now + 2}`);
    for (const n of ['1', '2', '3']) api.apply(configMap('a', { n }));
    await eventually('an event came', () => watch.events().length > 0);
    expect(watch.events().map(({ object }) => object.data.n)).toEqual(['3']);
    watch.destroy();
  });

  test('says nothing of an update that changes nothing', async () => {
    const api = await start({ objects: [configMap('a', { k: 'v' })] });
    const { resourceVersion } = (await ask(api, `${configmaps}/a`)).json.metadata;
    const watch = await open(api, `${configmaps}?watch=1&resourceVersion=${resourceVersion}`);
    const same = await ask(api, `${configmaps}/a`, { method: 'PUT', body: configMap('a', { k: 'v' }) });
    expect(same.json.metadata.resourceVersion).toBe(resourceVersion);
    api.apply(configMap('b'));
    await eventually('an event came', () => watch.events().length > 0);
    expect(watch.events().map(({ object }) => object.metadata.name)).toEqual(['b']);
    watch.destroy();
  });

  test('whose client does not read is dropped, and the store goes on', async () => {
    const api = await start({ historyLength: 10 });
    const deaf = await open(api, `${configmaps}?watch=1&resourceVersion=0`);
    deaf.pause();
    const text = 'x'.repeat(50_000);
    for (let i = 0; api.openWatches === 1 && i < 20_000; i += 1) {
      api.apply(configMap('a', { text: `${text}${i}` }));
      if (i % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await eventually('it is dropped', () => api.openWatches === 0);
    deaf.resume();
    expect(await deaf.ended).toBe('ECONNRESET');
    expect((await ask(api, configmaps)).json.items).toHaveLength(1);
  });

  test('whose client reads late gets everything, in order', async () => {
    const api = await start();
    const late = await open(api, `${configmaps}?watch=1&resourceVersion=0`);
    late.pause();
    for (let i = 0; i < 300; i += 1) {
      api.apply(configMap('a', { n: String(i), text: 'x'.repeat(20_000) }));
      if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    late.resume();
    await eventually('all came', () => late.text().split('\n').length === 301);
    expect(late.events().map(({ object }) => object.data.n)).toEqual(Array.from({ length: 300 }, (_, i) => String(i)));
  });

  test('begins with thousands of objects, and marks their end', async () => {
    const data = { text: 'x'.repeat(5_000) };
    const objects = Array.from({ length: 3_000 }, (_, i) => configMap(`c${i}`, data));
    const api = await start({ objects });
    const query = 'watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    const watch = await open(api, `${configmaps}?${query}`);
    await eventually('the end is marked', () => watch.text().includes('initial-events-end'));
    const events = watch.events();
    expect([events.length, events.at(-1)?.type]).toEqual([3_001, 'BOOKMARK']);
  });

  test.each([
    ['PartialObjectMetadataList', 406],
    ['Table&includeObject=Wrong', 400],
  ])('in a form that cannot be, %s, is refused before it begins', async (form, status) => {
    const api = await start();
    const [as, query = ''] = form.split('&');
    const headers = { accept: `application/json;as=${as};g=meta.k8s.io;v=v1` };
    expect((await ask(api, `${configmaps}?watch=1&${query}`, { headers })).status).toBe(status);
  });

  test('of Tables says the columns once', async () => {
    const api = await start({ objects: [configMap('a'), configMap('b')] });
    const headers = { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' };
    const watch = await open(api, `${configmaps}?watch=1&timeoutSeconds=1`, { headers });
    await watch.ended;
    const columns = watch.events().map(({ object }) => object.columnDefinitions?.length ?? 0);
    expect(columns).toEqual([3, 0]);
  });
});
