import { describe, expect, test } from 'vitest';
import type { FakeGrafana } from '../../../../src/testing/index.js';
import {
  type AskOptions,
  ask,
  dashboardsPath,
  EVERY_VERSION,
  folderResource,
  foldersPath,
  resource,
  save,
  start,
} from './ask-grafana.js';

const SERVED = [
  ['12.x', 'v1beta1'],
  ['12.x', 'v0alpha1'],
  ['13.0', 'v1'],
  ['13.2', 'v1beta1'],
] as const;
const MANAGER = { 'grafana.app/managedBy': 'kubectl', 'grafana.app/managerId': 'me' };

describe('GET /apis', () => {
  test.each(['9.5', '10.4'])('is not there in Grafana %s', async (version) => {
    const grafana = await start(version);
    for (const path of ['/apis', dashboardsPath('v1')]) {
      const { status, json } = await ask(grafana, path);
      expect([status, json]).toEqual([404, { message: 'Not found' }]);
    }
  });

  test('has no dashboards in Grafana 11', async () => {
    const grafana = await start('11.6');
    expect((await ask(grafana, '/apis')).json).toEqual({ kind: 'APIGroupList', apiVersion: 'v1', groups: [] });
    expect((await ask(grafana, dashboardsPath('v1'))).json).toMatchObject({ kind: 'Status', code: 404 });
  });

  test.each([
    ['12.0', ['v1beta1', 'v0alpha1', 'v2alpha1'], ['v1beta1']],
    ['13.2', ['v1', 'v1beta1', 'v2', 'v0alpha1'], ['v1', 'v1beta1']],
  ])('says in Grafana %s which versions there are, the preferred first', async (version, dashboards, folders) => {
    const grafana = await start(version);
    const group = (name: string, versions: readonly string[]) => {
      const all = versions.map((one) => ({ groupVersion: `${name}/${one}`, version: one }));
      return { name, versions: all, preferredVersion: all[0] };
    };
    const groups = [group('dashboard.grafana.app', dashboards), group('folder.grafana.app', folders)];
    expect((await ask(grafana, '/apis')).json).toEqual({ kind: 'APIGroupList', apiVersion: 'v1', groups });
    const one = await ask(grafana, '/apis/folder.grafana.app');
    expect(one.json).toEqual({ kind: 'APIGroup', apiVersion: 'v1', ...groups[1] });
    const list = await ask(grafana, `/apis/dashboard.grafana.app/${dashboards[0]}`);
    expect(list.json).toMatchObject({
      kind: 'APIResourceList',
      groupVersion: `dashboard.grafana.app/${dashboards[0]}`,
      resources: [{ name: 'dashboards', kind: 'Dashboard', namespaced: true }],
    });
  });

  test('asks who it is', async () => {
    const grafana = await start('13.2');
    expect((await ask(grafana, '/apis', { as: null })).status).toBe(401);
    expect((await ask(grafana, dashboardsPath('v1'), { as: 'wrong' })).status).toBe(401);
  });

  test.each([
    ['GET', '/apis/nothing.grafana.app', 404],
    ['GET', '/apis/dashboard.grafana.app/v9', 404],
    ['POST', '/apis', 405],
    ['GET', '/apis/dashboard.grafana.app/v1/dashboards', 404],
    ['GET', '/apis/dashboard.grafana.app/v9/namespaces/default/dashboards', 404],
    ['GET', '/apis/dashboard.grafana.app/v1/namespaces/default/folders', 404],
    ['GET', '/apis/dashboard.grafana.app/v1/namespaces/default', 404],
    ['GET', `${dashboardsPath('v1')}/a/dto`, 404],
    ['GET', dashboardsPath('v1', 'org-1'), 403],
    ['GET', dashboardsPath('v1', 'mine'), 403],
    ['PUT', dashboardsPath('v1'), 405],
    ['DELETE', dashboardsPath('v1'), 405],
    ['POST', `${dashboardsPath('v1')}/a`, 405],
    ['PATCH', `${dashboardsPath('v1')}/a`, 405],
    ['GET', `${dashboardsPath('v1')}?watch=true`, 501],
    ['GET', `${dashboardsPath('v1')}?labelSelector=grafana.app/get-trash=true`, 501],
    ['GET', `${dashboardsPath('v1')}?limit=x`, 400],
    ['GET', `${dashboardsPath('v1')}?continue=x`, 400],
    ['GET', `${dashboardsPath('v1')}?fieldSelector=spec.title=x`, 400],
    ['GET', `${dashboardsPath('v1')}?labelSelector=a=b=c`, 400],
    ['POST', `${dashboardsPath('v1')}?dryRun=All`, 501],
  ])('refuses %s %s: %i', async (method, path, code) => {
    const grafana = await start('13.2');
    const { status, json } = await ask(grafana, path, { method });
    expect([status, json]).toMatchObject([code, { kind: 'Status', status: 'Failure', code }]);
  });
});

describe.each(SERVED)('/apis of Grafana %s, %s', (version, api) => {
  const path = dashboardsPath(api);
  const create = (grafana: FakeGrafana, body: unknown, options: AskOptions = {}) =>
    ask(grafana, path, { method: 'POST', body, ...options });
  const replace = (grafana: FakeGrafana, name: string, body: unknown, options: AskOptions = {}) =>
    ask(grafana, `${path}/${name}`, { method: 'PUT', body, ...options });
  const remove = (grafana: FakeGrafana, name: string, body?: unknown) =>
    ask(grafana, `${path}/${name}`, { method: 'DELETE', ...(body !== undefined && { body }) });

  test('makes a dashboard: version, folder, message and old id are metadata', async () => {
    const grafana = await start(version, { now: () => Date.UTC(2026, 0, 1) });
    grafana.putFolder({ uid: 'f', title: 'F' });
    const annotations = {
      ...MANAGER,
      'grafana.app/folder': 'f',
      'grafana.app/message': 'why',
      'grafana.app/createdBy': 'x',
    };
    const spec = { title: 'A', tags: ['t'], id: 7, uid: 'x', version: 9 };
    const { status, json } = await create(grafana, resource(api, 'a', { annotations, labels: { own: 'l' } }, spec));
    const { id, resourceVersion } = grafana.dashboard('a') ?? {};
    expect(status).toBe(201);
    expect(json).toEqual({
      kind: 'Dashboard',
      apiVersion: `dashboard.grafana.app/${api}`,
      metadata: {
        name: 'a',
        namespace: 'default',
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        resourceVersion,
        generation: 1,
        creationTimestamp: '2026-01-01T00:00:00Z',
        labels: { own: 'l', 'grafana.app/deprecatedInternalID': String(id) },
        annotations: { ...annotations, 'grafana.app/createdBy': expect.stringMatching(/^user:/) },
      },
      spec: { title: 'A', tags: ['t'] },
      status: {},
    });
    expect(Number(resourceVersion)).toBeGreaterThan(Number.MAX_SAFE_INTEGER);
    expect(grafana.dashboard('a')).toMatchObject({
      folderUid: 'f',
      tags: ['t'],
      history: [{ message: 'why', version: 1 }],
    });
    expect((await ask(grafana, `${path}/a`)).json).toEqual(json);
    expect((await ask(grafana, '/api/dashboards/uid/a')).json.meta).toMatchObject({ folderUid: 'f', version: 1 });
  });

  test('makes up a name from its beginning', async () => {
    const grafana = await start(version);
    const { json } = await create(grafana, { ...resource(api, 'a'), metadata: { generateName: 'gen-' } });
    expect(json.metadata.name).toMatch(/^gen-[a-z0-9]+$/);
  });

  test('counts what changes content or folder, and nothing else', async () => {
    const grafana = await start(version);
    grafana.putFolder({ uid: 'f', title: 'F' });
    const generations: number[] = [];
    const put = async (metadata: object, spec: object) => {
      const { json } = await replace(grafana, 'a', resource(api, 'a', metadata, spec));
      generations.push(json.metadata.generation);
      return json.metadata;
    };
    const first = (await create(grafana, resource(api, 'a'))).json.metadata;
    const same = await put({}, { title: 'a' });
    const labelled = await put({ labels: { l: 'x' } }, { title: 'a' });
    await put({}, { title: 'b' });
    const moved = await put({ annotations: { 'grafana.app/folder': 'f' } }, { title: 'b' });
    expect(generations).toEqual(version === '12.x' ? [2, 3, 4, 5] : [1, 1, 2, 3]);
    expect(labelled.resourceVersion).not.toBe(same.resourceVersion);
    if (version !== '12.x') expect(same.resourceVersion).toBe(first.resourceVersion);
    expect(moved.uid).toBe(first.uid);
    expect(moved.annotations).toMatchObject({ 'grafana.app/folder': 'f', 'grafana.app/updatedBy': expect.any(String) });
  });

  test('locks optimistically: an old resourceVersion is a conflict, none is taken', async () => {
    const grafana = await start(version);
    const { resourceVersion } = (await create(grafana, resource(api, 'a'))).json.metadata;
    const put = (metadata: object, title: string) => replace(grafana, 'a', resource(api, 'a', metadata, { title }));
    expect((await put({ resourceVersion }, 'b')).status).toBe(200);
    const { status, json } = await put({ resourceVersion }, 'c');
    expect([status, json]).toMatchObject([409, { reason: 'Conflict', details: { name: 'a', kind: 'dashboards' } }]);
    expect((await put({}, 'd')).status).toBe(200);
    expect(grafana.dashboard('a')?.title).toBe('d');
  });

  test('creates what is not there, and replaces what is', async () => {
    const grafana = await start(version);
    expect((await replace(grafana, 'a', resource(api, 'a'))).json).toMatchObject({
      code: 404,
      reason: 'NotFound',
      message: 'dashboards.dashboard.grafana.app "a" not found',
    });
    await create(grafana, resource(api, 'a'));
    expect((await create(grafana, resource(api, 'a'))).json).toMatchObject({ code: 409, reason: 'AlreadyExists' });
    expect((await ask(grafana, `${path}/b`)).status).toBe(404);
  });

  test.each([
    ['no JSON', '{', 400],
    ['a list', [], 400],
    ['another apiVersion', { apiVersion: 'dashboard.grafana.app/v9' }, 400],
    ['another kind', { kind: 'Folder' }, 400],
    ['another namespace', { metadata: { name: 'a', namespace: 'org-2' } }, 400],
    ['no name', { metadata: {} }, 422],
    ['no metadata', { metadata: null }, 422],
    ['no spec', { spec: null }, 400],
    ['no title', { spec: {} }, 400],
    ['too short a refresh interval', { spec: { title: 'a', refresh: '1s' } }, 400],
    ['a wrong uid', { metadata: { name: 'a.b' } }, 400],
    ['a long uid', { metadata: { name: 'a'.repeat(41) } }, 400],
    ['a resourceVersion', { metadata: { name: 'a', resourceVersion: '1' } }, 400],
    ['labels that are no texts', { metadata: { name: 'a', labels: { a: 1 } } }, 400],
    ['a long message', { metadata: { name: 'a', annotations: { 'grafana.app/message': 'm'.repeat(501) } } }, 400],
    ['a folder that is not there', { metadata: { name: 'a', annotations: { 'grafana.app/folder': 'none' } } }, 404],
    ['a repository as its manager', { metadata: { name: 'a', annotations: { 'grafana.app/managedBy': 'repo' } } }, 403],
  ])('refuses to create one with %s', async (_, wrong, code) => {
    const grafana = await start(version);
    const body = typeof wrong === 'string' || Array.isArray(wrong) ? wrong : { ...resource(api, 'a'), ...wrong };
    const { status, json } = await create(grafana, body);
    expect([status, json]).toMatchObject([code, { kind: 'Status', status: 'Failure', code }]);
    expect(grafana.dashboards()).toEqual([]);
  });

  test('refuses to replace one under another name', async () => {
    const grafana = await start(version);
    await create(grafana, resource(api, 'a'));
    expect((await replace(grafana, 'a', resource(api, 'b'))).status).toBe(400);
  });

  test('keeps a numeric id that is free', async () => {
    const grafana = await start(version);
    const labels = { 'grafana.app/deprecatedInternalID': '4711' };
    await create(grafana, resource(api, 'a', { labels }));
    expect(grafana.dashboard('a')).toMatchObject({ id: 4711, labels: {} });
    expect((await create(grafana, resource(api, 'b', { labels }))).status).toBe(409);
  });

  test('gives and takes a manager, but changes neither its kind nor its identity', async () => {
    const grafana = await start(version);
    await create(grafana, resource(api, 'a'));
    const put = async (annotations: object) => {
      const { status, json } = await replace(grafana, 'a', resource(api, 'a', { annotations }));
      return [status, json.message];
    };
    expect(await put(MANAGER)).toEqual([200, undefined]);
    expect(await put({ ...MANAGER, 'grafana.app/managedBy': 'terraform' })).toEqual([
      403,
      expect.stringContaining('Cannot change resource manager kind from "kubectl" (identity "me")'),
    ]);
    expect(await put({ ...MANAGER, 'grafana.app/managerId': 'you' })).toEqual([
      403,
      expect.stringContaining('Cannot change resource manager identity'),
    ]);
    expect(await put({ ...MANAGER, 'grafana.app/sourcePath': 'p' })).toEqual([200, undefined]);
    expect(await put({ 'grafana.app/managedBy': 'nothing known' })).toEqual([200, undefined]);
    expect(await put({ ...MANAGER, 'grafana.app/managedBy': 'terraform' })).toEqual([200, undefined]);
  });

  test('refuses to save and to delete what a file has brought', async () => {
    const grafana = await start(version);
    grafana.provisionDashboard({ dashboard: { uid: 'a', title: 'a' } });
    const { json } = await ask(grafana, `${path}/a`);
    expect(json.metadata.annotations).toMatchObject({
      'grafana.app/managedBy': 'classic-file-provisioning',
      'grafana.app/managerId': 'default',
      'grafana.app/sourcePath': 'a.json',
    });
    expect((await replace(grafana, 'a', { ...json, spec: { title: 'b' } })).status).toBe(403);
    expect((await remove(grafana, 'a')).json).toMatchObject({
      code: 400,
      message: 'provisioned dashboard cannot be deleted',
    });
    expect((await remove(grafana, 'a', { gracePeriodSeconds: 0 })).status).toBe(200);
  });

  test('deletes, where the preconditions hold', async () => {
    const grafana = await start(version);
    const { metadata } = (await create(grafana, resource(api, 'a'))).json;
    for (const preconditions of [{ uid: 'x' }, { resourceVersion: '1' }]) {
      expect((await remove(grafana, 'a', { preconditions })).json).toMatchObject({ code: 409, reason: 'Conflict' });
    }
    expect((await remove(grafana, 'a', '{')).status).toBe(400);
    const { uid, resourceVersion } = metadata;
    const gone = await remove(grafana, 'a', { preconditions: { uid, resourceVersion } });
    expect(gone.json).toMatchObject({ kind: 'Status', status: 'Success', details: { name: 'a', uid } });
    expect((await remove(grafana, 'a')).status).toBe(404);
  });

  test('lists by name, in pages and by label', async () => {
    const grafana = await start(version);
    for (const [name, own] of [
      ['c', 'x'],
      ['a', 'x'],
      ['b', 'y'],
    ] as const) {
      await create(grafana, resource(api, name, { labels: { own } }));
    }
    const list = async (query: string) => {
      const { json } = await ask(grafana, `${path}${query}`);
      return { ...json, names: json.items.map((one: { metadata: { name: string } }) => one.metadata.name) };
    };
    const all = await list('');
    expect(all).toMatchObject({
      kind: 'DashboardList',
      apiVersion: `dashboard.grafana.app/${api}`,
      names: ['a', 'b', 'c'],
    });
    expect(all.metadata).toEqual({ resourceVersion: expect.stringMatching(/^\d+$/) });
    const first = await list('?limit=2');
    expect([first.names, first.metadata.remainingItemCount]).toEqual([['a', 'b'], 1]);
    const second = await list(`?limit=2&continue=${first.metadata.continue}`);
    expect([second.names, second.metadata.continue]).toEqual([['c'], undefined]);
    expect((await list('?labelSelector=own%3Dx')).names).toEqual(['a', 'c']);
    expect((await list('?fieldSelector=metadata.name%3Db')).names).toEqual(['b']);
    expect((await list('?labelSelector=grafana.app%2FdeprecatedInternalID')).names).toHaveLength(3);
  });

  test('refuses new ones once the quota is reached', async () => {
    const grafana = await start(version);
    await create(grafana, resource(api, 'a'));
    grafana.setQuota(1);
    expect((await create(grafana, resource(api, 'b'))).json).toMatchObject({ code: 403, message: 'Quota reached' });
    expect((await replace(grafana, 'a', resource(api, 'a', {}, { title: 'x' }))).status).toBe(200);
  });

  test('tells who may not, and what', async () => {
    const tokens = [
      { name: 'viewer', token: 'viewer', role: 'Viewer' as const },
      { name: 'writer', token: 'writer', permissions: ['dashboards:write' as const] },
    ];
    const grafana = await start(version, { tokens });
    grafana.putFolder({ uid: 'f', title: 'F' });
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'a' } });
    const as = { as: 'viewer' };
    const answers = [
      await create(grafana, resource(api, 'b'), as),
      await replace(grafana, 'a', resource(api, 'a'), as),
      await ask(grafana, `${path}/a`, { method: 'DELETE', ...as }),
      await ask(grafana, path, { as: 'writer' }),
      await ask(grafana, `${path}/a`, { as: 'writer' }),
    ];
    expect(answers.map(({ json }) => [json.code, /cannot (\w+)/.exec(json.message)?.[1]])).toEqual([
      [403, 'create'],
      [403, 'update'],
      [403, 'delete'],
      [403, 'list'],
      [403, 'get'],
    ]);
    const move = resource(api, 'a', { annotations: { 'grafana.app/folder': 'f' } });
    expect((await replace(grafana, 'a', move, { as: 'writer' })).status).toBe(403);
    expect((await replace(grafana, 'a', resource(api, 'a'), { as: 'writer' })).status).toBe(200);
  });

  test('has a namespace for each organisation', async () => {
    const grafana = await start(version);
    const other = dashboardsPath(api, 'org-2');
    expect((await ask(grafana, other, { method: 'POST', body: resource(api, 'a'), as: 'other' })).status).toBe(201);
    expect(grafana.dashboards(2)).toMatchObject([{ uid: 'a', orgId: 2 }]);
    expect((await ask(grafana, `${other}/a`, { as: 'other' })).json.metadata.namespace).toBe('org-2');
    const headers = { 'x-grafana-org-id': '1' };
    expect((await ask(grafana, `${other}/a`, { as: 'other', headers })).status).toBe(200);
    expect((await ask(grafana, other)).status).toBe(401);
    expect((await ask(grafana, other, { as: 'admin:admin' })).status).toBe(403);
  });
});

test.each([
  ['12.x', 'v2alpha1', 'v1beta1'],
  ['13.2', 'v2', 'v1'],
])('Grafana %s keeps the elements of %s, which the double does not convert to %s', async (version, v2, classic) => {
  const grafana = await start(version);
  const body = resource(v2, 'a', {}, { title: 'A', elements: {}, timeSettings: { autoRefresh: '5s' } });
  expect((await ask(grafana, dashboardsPath(v2), { method: 'POST', body })).status).toBe(201);
  expect(grafana.dashboard('a')?.schema).toBe('v2');
  expect((await ask(grafana, `${dashboardsPath(classic)}/a`)).status).toBe(501);
  expect((await ask(grafana, '/api/dashboards/uid/a')).status).toBe(406);
  const often = resource(v2, 'b', {}, { title: 'B', timeSettings: { autoRefresh: '1s' } });
  expect((await ask(grafana, dashboardsPath(v2), { method: 'POST', body: often })).status).toBe(400);
  expect((await ask(grafana, dashboardsPath(v2), { method: 'POST', body: resource(v2, 'c') })).status).toBe(201);
});

test.each([
  ['13.0', 201],
  ['13.1.6', 201],
  ['13.1.7', 403],
  ['13.1', 403],
  ['13.2.2', 201],
  ['13.2.3', 403],
  ['13.2', 403],
  ['13.3', 403],
])('who calls itself classic-file-provisioning gets from Grafana %s: %i', async (version, expected) => {
  const grafana = await start(version);
  const annotations = { 'grafana.app/managedBy': 'classic-file-provisioning' };
  const body = resource('v1', 'a', { annotations });
  expect((await ask(grafana, dashboardsPath('v1'), { method: 'POST', body })).status).toBe(expected);
  grafana.provisionDashboard({ dashboard: { uid: 'p', title: 'p' }, allowUiUpdates: true });
  const { json } = await ask(grafana, `${dashboardsPath('v1')}/p`);
  const again = { ...json, spec: { title: 'q' } };
  expect((await ask(grafana, `${dashboardsPath('v1')}/p`, { method: 'PUT', body: again })).status).toBe(200);
});

describe.each([
  ['12.x', 'v1beta1'],
  ['13.2', 'v1'],
])('folders of /apis, Grafana %s, %s', (version, api) => {
  const path = foldersPath(api);
  const create = (grafana: FakeGrafana, body: unknown) => ask(grafana, path, { method: 'POST', body });
  const replace = (grafana: FakeGrafana, name: string, body: unknown) =>
    ask(grafana, `${path}/${name}`, { method: 'PUT', body });
  const inside = (parent: string) => ({ annotations: { 'grafana.app/folder': parent } });

  test('are made, read, listed, moved and renamed', async () => {
    const grafana = await start(version);
    const { status, json } = await create(grafana, folderResource(api, 'f', {}, { title: 'F', description: 'd' }));
    expect([status, json]).toMatchObject([
      201,
      { kind: 'Folder', metadata: { name: 'f', generation: 1 }, spec: { title: 'F', description: 'd' } },
    ]);
    await create(grafana, folderResource(api, 'g', inside('f')));
    expect((await ask(grafana, `${path}/f`)).json).toEqual(json);
    expect((await ask(grafana, path)).json).toMatchObject({
      kind: 'FolderList',
      items: [{}, { metadata: inside('f') }],
    });
    expect(grafana.folders()).toMatchObject([{ uid: 'f' }, { uid: 'g', parentUid: 'f' }]);
    expect((await replace(grafana, 'g', folderResource(api, 'g', {}, { title: 'G' }))).json.metadata.generation).toBe(
      2,
    );
    expect(grafana.folders()).toMatchObject([{ uid: 'f' }, { uid: 'g', parentUid: '', title: 'G' }]);
  });

  test('are refused like dashboards', async () => {
    const grafana = await start(version);
    const { metadata } = (await create(grafana, folderResource(api, 'f'))).json;
    await create(grafana, folderResource(api, 'g', inside('f')));
    const codes = [
      await create(grafana, folderResource(api, 'f')),
      await create(grafana, folderResource(api, 'x', {}, { title: ' ' })),
      await create(grafana, folderResource(api, 'x.y')),
      await create(grafana, folderResource(api, 'x', inside('none'))),
      await create(grafana, folderResource(api, 'x', { resourceVersion: '1' })),
      await create(grafana, folderResource(api, 'x', { annotations: { 'grafana.app/managedBy': 'repo' } })),
      await replace(grafana, 'f', folderResource(api, 'f', { resourceVersion: '1' })),
      await replace(grafana, 'f', folderResource(api, 'f', inside('g'))),
      await replace(grafana, 'none', folderResource(api, 'none')),
      await ask(grafana, path, { method: 'POST', body: folderResource(api, 'x'), as: 'viewer' }),
      await ask(grafana, `${path}/f`, { method: 'PUT', body: folderResource(api, 'f'), as: 'viewer' }),
      await ask(grafana, `${path}/f`, { method: 'DELETE', as: 'viewer' }),
    ].map(({ json }) => json.code);
    expect(codes).toEqual([409, 400, 400, 404, 400, 403, 409, 400, 404, 403, 403, 403]);
    expect(
      (await replace(grafana, 'f', folderResource(api, 'f', { resourceVersion: metadata.resourceVersion }))).status,
    ).toBe(200);
    expect(grafana.folders()).toHaveLength(2);
  });

  test('stay while something is in them, unless they are forced', async () => {
    const grafana = await start(version);
    grafana.putFolder({ uid: 'f', title: 'F' });
    grafana.putFolder({ uid: 'g', title: 'G', parentUid: 'f' });
    const remove = (name: string, body?: object) => ask(grafana, `${path}/${name}`, { method: 'DELETE', body });
    expect((await remove('f')).json).toMatchObject({ code: 400, message: 'folder is not empty, contains 1 folders' });
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'a' }, folderUid: 'g' });
    expect((await remove('g')).json).toMatchObject({
      code: 400,
      message: 'folder is not empty, contains 1 dashboards',
    });
    grafana.removeDashboard('a');
    expect((await remove('g')).json).toMatchObject({ status: 'Success', details: { kind: 'folders' } });
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'a' }, folderUid: 'f' });
    expect((await remove('f', { gracePeriodSeconds: 0 })).status).toBe(200);
    expect([grafana.folders(), grafana.dashboards()]).toEqual([[], []]);
    expect((await remove('f')).status).toBe(404);
  });
});

test.each(EVERY_VERSION)('both families of Grafana %s show the same dashboards', async (version) => {
  const grafana = await start(version);
  await save(grafana, { uid: 'a', title: 'A' }, { message: 'm' });
  const groups = (await ask(grafana, '/apis')).json.groups ?? [];
  const [first] = groups;
  if (!first) return expect(version).toMatch(/^(9|10|11)/);
  const { json } = await ask(grafana, `${dashboardsPath(first.preferredVersion.version)}/a`);
  expect(json).toMatchObject({
    metadata: { generation: 1, annotations: { 'grafana.app/message': 'm' } },
    spec: { title: 'A' },
  });
});
