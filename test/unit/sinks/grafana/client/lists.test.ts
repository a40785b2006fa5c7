import { describe, expect, it } from 'vitest';
import { grafanaClient } from '../../../../../src/sinks/grafana/client/grafana-client.js';
import { STAMP_TAG, stampAnnotations, stampedSpec } from '../../../../../src/sinks/grafana/documents/stamp.js';
import type { FakeGrafana } from '../../../../../src/testing/index.js';
import { EVERY_VERSION, start } from '../../../testing/grafana/ask-grafana.js';
import { type Answer, startServer } from '../../http/start-server.js';
import { all, asked, clientOf, EVERY_WAY, failure, run, stampOf, writeOf } from './clients.js';

/** Past the API, for speed: by the legacy family. */
function putOurs(grafana: FakeGrafana, uid: string, text = ''): void {
  grafana.putDashboard({ dashboard: { ...stampedSpec({ title: uid, text }, stampOf(uid)), uid } });
}

const json =
  (body: unknown): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

describe.each(EVERY_WAY)('the list of Grafana %s by %s', (version, api) => {
  it('has what is ours, of any instance, with its folder, and nobody else', async () => {
    const grafana = await start(version);
    grafana.putFolder({ uid: 'f', title: 'F' });
    const client = clientOf(grafana, { api });
    await run(client.save(writeOf('a', { folderUid: 'f' })));
    await run(client.save(writeOf('b', { stamp: stampOf('b', 'b', 'other') })));
    grafana.putDashboard({ dashboard: { uid: 'theirs', title: 'theirs', tags: ['k8s'] } });
    const listed = await all(client.list());
    const isApis = api === 'apis';
    expect([...listed].sort((x, y) => (x.uid < y.uid ? -1 : 1))).toEqual([
      { uid: 'a', folderUid: 'f', version: isApis ? '1' : undefined, stamp: isApis ? stampOf('a') : undefined },
      {
        uid: 'b',
        folderUid: '',
        version: isApis ? '1' : undefined,
        stamp: isApis ? stampOf('b', 'b', 'other') : undefined,
      },
    ]);
  });

  it('has what carries our tag, without a stamp: a copy, and one whose stamp a save has dropped', async () => {
    const grafana = await start(version);
    grafana.putDashboard({ dashboard: { ...stampedSpec({ title: 'copy' }, stampOf('a')), uid: 'copy' } });
    grafana.putDashboard({ dashboard: { uid: 'dropped', title: 'dropped', tags: [STAMP_TAG] } });
    const client = clientOf(grafana, { api });
    const listed = await all(client.list());
    expect(listed.map(({ uid, stamp }) => [uid, stamp])).toEqual([
      ['copy', undefined],
      ['dropped', undefined],
    ]);
    expect(await run(client.get('copy'))).toMatchObject({ management: 'nobody', stamp: undefined });
    expect(await run(client.get('dropped'))).toMatchObject({ management: 'nobody', spec: { tags: [STAMP_TAG] } });
  });

  it('is empty where there is nothing', async () => {
    const grafana = await start(version);
    expect(await all(clientOf(grafana, { api }).list())).toEqual([]);
  });
});

describe('a list of 5,000', () => {
  const uids = Array.from({ length: 5_000 }, (_, index) => `d${String(index).padStart(4, '0')}`);

  it.each([
    ['11.6', 6],
    ['13.2', 50],
  ])('comes in pages from Grafana %s', async (version, requests) => {
    const grafana = await start(version);
    for (const uid of uids) putOurs(grafana, uid);
    const client = clientOf(grafana);
    const listed = await all(client.list());
    expect(listed.map(({ uid }) => uid).sort()).toEqual(uids);
    expect(asked(grafana).filter((line) => /search|dashboards$/.test(line)).length).toBe(requests);
  });
});

describe('a list of large dashboards', () => {
  it('comes in smaller pages, of one where it has to be', async () => {
    const grafana = await start('13.2');
    for (const uid of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) putOurs(grafana, uid, 'x'.repeat(1_500_000));
    expect((await all(clientOf(grafana).list())).length).toBe(7);
    const limits = grafana.requests.map(({ path }) => /limit=(\d+)/.exec(path)?.[1]).filter((limit) => limit);
    expect(limits).toEqual(['100', '25', '7', '2', '2', '2', '2']);
  });

  it('ends where a single one is larger than what may be read', async () => {
    const grafana = await start('13.2');
    putOurs(grafana, 'a', 'x'.repeat(200_000));
    const { code, message } = await failure(clientOf(grafana, { maxAnswerBytes: 100_000 }).list());
    expect([code, message]).toEqual(['malformed', expect.stringContaining('more than 100000 bytes')]);
  });
});

describe('a list of metadata alone', () => {
  it('asks for it, and lets the search tell what the annotations do not', async () => {
    const item = (name: string, annotations: object) => ({ metadata: { name, generation: 3, annotations } });
    const pages: unknown[] = [
      { database: 'ok', version: '13.2.3' },
      {
        groups: [
          { name: 'dashboard.grafana.app', versions: [{ version: 'v1' }], preferredVersion: { version: 'v1' } },
          { name: 'folder.grafana.app', versions: [{ version: 'v1' }] },
        ],
      },
      { metadata: { continue: 'more' }, items: [item('apis', stampAnnotations(stampOf('apis')))] },
      { metadata: {}, items: [item('legacy', { 'grafana.app/folder': 'f' }), item('theirs', {})] },
      [{ uid: 'legacy' }, { uid: 'apis' }],
    ];
    await using server = await startServer(pages.map(json));
    const client = grafanaClient({ url: `http://127.0.0.1:${server.port}`, orgId: 1 });
    expect(await all(client.list())).toEqual([
      { uid: 'apis', folderUid: '', version: '3', stamp: stampOf('apis') },
      { uid: 'legacy', folderUid: 'f', version: '3', stamp: undefined },
    ]);
    expect(server.requests.slice(2).map(({ path }) => path)).toEqual([
      '/apis/dashboard.grafana.app/v1/namespaces/default/dashboards?limit=100',
      '/apis/dashboard.grafana.app/v1/namespaces/default/dashboards?limit=100&continue=more',
      `/api/search?type=dash-db&tag=${STAMP_TAG}&limit=1000&page=1`,
    ]);
    expect(server.requests[2]?.headers['accept']).toContain('as=PartialObjectMetadataList');
  });
});

describe('a list that cannot be read', () => {
  const health = json({ database: 'ok', version: '13.2.3' });
  const groups = json({
    groups: ['dashboard', 'folder'].map((name) => ({ name: `${name}.grafana.app`, versions: [{ version: 'v1' }] })),
  });

  it.each([
    ['no list', { metadata: {} }],
    ['an item that is none', { metadata: {}, items: [{}] }],
    ['an item without a name', { metadata: {}, items: [{ metadata: { name: '' } }] }],
  ])('is malformed: %s', async (_, body) => {
    await using server = await startServer([health, groups, json(body)]);
    const client = grafanaClient({ url: `http://127.0.0.1:${server.port}`, orgId: 1 });
    expect((await failure(client.list())).code).toBe('malformed');
  });

  it('is malformed where a page leads to itself', async () => {
    const page = json({ metadata: { continue: 'again' }, items: [] });
    await using server = await startServer([health, groups, page]);
    const client = grafanaClient({ url: `http://127.0.0.1:${server.port}`, orgId: 1 });
    expect((await failure(client.list())).code).toBe('malformed');
    expect(server.requests.length).toBe(4);
  });

  it("takes null for Go's empty list", async () => {
    await using server = await startServer([health, groups, json({ metadata: {}, items: null })]);
    expect(await all(grafanaClient({ url: `http://127.0.0.1:${server.port}`, orgId: 1 }).list())).toEqual([]);
  });

  it.each([
    ['an object', {}],
    ['hits that are none', [1]],
    ['hits without a uid', [{ title: 'a' }]],
  ])('is malformed on the legacy family: %s', async (_, body) => {
    await using server = await startServer([json({ database: 'ok', version: '9.5.0' }), json(body)]);
    const client = grafanaClient({ url: `http://127.0.0.1:${server.port}`, api: 'legacy' });
    expect((await failure(client.list())).code).toBe('malformed');
  });

  it('ends where a search gives the same page again and again', async () => {
    const hits = Array.from({ length: 1_000 }, (_, index) => ({ uid: `d${index}` }));
    await using server = await startServer([json({ database: 'ok', version: '9.5.0' }), json(hits)]);
    const client = grafanaClient({ url: `http://127.0.0.1:${server.port}`, api: 'legacy' });
    expect((await all(client.list())).length).toBe(1_000);
    expect(server.requests.length).toBe(3);
  });

  it('gives nothing of itself where its second page fails', async () => {
    const grafana = await start('13.2');
    for (let index = 0; index < 150; index += 1) putOurs(grafana, `d${index}`);
    grafana.fail({ path: /continue=/ }, { type: 'status', status: 503, retryAfterSeconds: 7 });
    const seen: unknown[] = [];
    const error = await new Promise((resolve) => {
      clientOf(grafana)
        .list()
        .subscribe({ next: (one) => seen.push(one), error: resolve });
    });
    expect(error).toMatchObject({ code: 'server', status: 503, retryAfterMs: 7_000 });
    expect(seen).toEqual([]);
  });

  it('is told by the search where one dashboard has no form in the version that is listed', async () => {
    const grafana = await start('13.2');
    const client = clientOf(grafana);
    await run(client.save(writeOf('a')));
    const spec = { elements: {}, layout: {} };
    await run(client.save(writeOf('b', { apiVersion: 'dashboard.grafana.app/v2', spec })));
    expect((await all(client.list())).map(({ uid }) => uid)).toEqual(['a']);
  });
});

describe.each(EVERY_VERSION)('folders of Grafana %s', (version) => {
  const isNested = !/^(9|10)\./.test(version);

  it('are found by uid and by id, folders in folders too', async () => {
    const grafana = await start(version);
    const parent = grafana.putFolder({ uid: 'p', title: 'P' });
    const child = grafana.putFolder({ uid: 'c', title: 'C', ...(isNested && { parentUid: 'p' }) });
    const client = clientOf(grafana);
    const found = [{ uid: 'p' }, { uid: 'c' }, { id: parent.id }, { id: child.id }].map((one) =>
      run(client.folderUid(one)),
    );
    expect(await Promise.all(found)).toEqual(['p', 'c', 'p', 'c']);
    expect(await run(client.folderUid({ uid: 'none' }))).toBeUndefined();
    expect(await run(client.folderUid({ id: 4_711 }))).toBeUndefined();
  });

  it('that are the root are known without a question', async () => {
    const grafana = await start(version);
    const client = clientOf(grafana);
    await run(client.get('a'));
    const before = grafana.requests.length;
    const root = [{ id: 0 }, { uid: '' }, { uid: 'general' }].map((one) => run(client.folderUid(one)));
    expect(await Promise.all(root)).toEqual(['', '', '']);
    expect(grafana.requests.length).toBe(before);
  });

  it('are remembered until a write misses one, or the next list', async () => {
    const grafana = await start(version);
    const { id } = grafana.putFolder({ uid: 'f', title: 'F' });
    const client = clientOf(grafana);
    await run(client.folderUid({ id }));
    const before = grafana.requests.length;
    await run(client.folderUid({ id }));
    expect(grafana.requests.length).toBe(before);
    grafana.removeFolder('f');
    expect(await run(client.folderUid({ id }))).toBe('f');
    expect((await failure(client.save(writeOf('a', { folderUid: 'f' })))).code).toBe('folder-missing');
    expect(await run(client.folderUid({ id }))).toBeUndefined();
    grafana.putFolder({ uid: 'g', title: 'G' });
    await run(client.folderUid({ uid: 'g' }));
    grafana.removeFolder('g');
    await all(client.list());
    expect(await run(client.folderUid({ uid: 'g' }))).toBeUndefined();
  });

  it('are made, once', async () => {
    const grafana = await start(version);
    const client = clientOf(grafana);
    await run(client.createFolder({ uid: 'f', title: 'F' }));
    await run(client.createFolder({ uid: 'f', title: 'Another' }));
    expect(grafana.folders().map(({ uid, title, parentUid }) => [uid, title, parentUid])).toEqual([['f', 'F', '']]);
    await run(client.save(writeOf('a', { folderUid: 'f' })));
    expect(grafana.dashboard('a')?.folderUid).toBe('f');
  });

  it('that cannot be made say why', async () => {
    const grafana = await start(version);
    const client = clientOf(grafana);
    expect((await failure(client.createFolder({ uid: 'f', title: '' }))).code).toBe('rejected');
    grafana.putFolder({ uid: 'other', title: 'F' });
    if (!/^(9|10|11\.2)/.test(version)) return;
    const { code, message } = await failure(client.createFolder({ uid: 'f', title: 'F' }));
    expect([code, message]).toEqual(['exists', expect.stringContaining('folderTitle')]);
  });
});

describe('the id of a folder', () => {
  it('is searched for where Grafana says neither its version nor that the path is there', async () => {
    const grafana = await start('13.2');
    const { id } = grafana.putFolder({ uid: 'f', title: 'F' });
    const { id: second } = grafana.putFolder({ uid: 'g', title: 'G' });
    grafana.fail({ path: '/api/health' }, { type: 'status', status: 404 });
    const client = clientOf(grafana);
    expect(await run(client.folderUid({ id }))).toBe('f');
    const before = grafana.requests.length;
    // The last folder of the page had been seen on the way, or not yet: either way it is found.
    expect(await run(client.folderUid({ id: second }))).toBe('g');
    expect(grafana.requests.length - before).toBeLessThanOrEqual(2);
  });
});
