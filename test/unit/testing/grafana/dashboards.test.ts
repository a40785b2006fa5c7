import { describe, expect, test } from 'vitest';
import { ask, EVERY_VERSION, save, start } from './ask-grafana.js';

describe.each(EVERY_VERSION)('a dashboard of Grafana %s', (version) => {
  test('is read with its identity, and where it is', async () => {
    let time = Date.UTC(2026, 0, 1);
    const grafana = await start(version, { now: () => time });
    const folder = grafana.putFolder({ uid: 'f', title: 'My F' });
    const { id } = (await save(grafana, { uid: 'a', title: 'A', panels: [] }, { folderUid: 'f' })).json;
    time += 1000;
    await save(grafana, { uid: 'a', title: 'B', panels: [] }, { folderUid: 'f', overwrite: true });
    const { status, json } = await ask(grafana, '/api/dashboards/uid/a');
    expect([status, json.dashboard]).toEqual([200, { id, uid: 'a', version: 2, title: 'B', panels: [] }]);
    expect(json.meta).toMatchObject({
      version: 2,
      folderUid: 'f',
      folderId: folder.id,
      folderTitle: 'My F',
      folderUrl: '/dashboards/f/f/my-f',
      url: '/d/a/b',
      slug: 'b',
      created: '2026-01-01T00:00:00.000Z',
      updated: '2026-01-01T00:00:01.000Z',
      provisioned: false,
      provisionedExternalId: '',
      canSave: true,
      canDelete: true,
    });
  });

  test('in the root says so, and what its reader may do', async () => {
    const grafana = await start(version);
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'A' } });
    const { meta } = (await ask(grafana, '/api/dashboards/uid/a', { as: 'viewer' })).json;
    expect(meta).toMatchObject({ folderUid: '', folderId: 0, folderTitle: 'General', folderUrl: '' });
    expect(meta).toMatchObject({ canSave: false, canEdit: false, canDelete: false, createdBy: 'admin' });
  });

  test('of a file says so, unless it may be edited', async () => {
    const grafana = await start(version);
    grafana.provisionDashboard({ dashboard: { uid: 'a', title: 'a' } });
    grafana.provisionDashboard({ dashboard: { uid: 'b', title: 'b' }, allowUiUpdates: true });
    const metaOf = async (uid: string) => (await ask(grafana, `/api/dashboards/uid/${uid}`)).json.meta;
    expect(await metaOf('a')).toMatchObject({ provisioned: true, provisionedExternalId: 'a.json' });
    expect(await metaOf('b')).toMatchObject({ provisioned: false, provisionedExternalId: 'b.json' });
  });

  test('is deleted, and then gone', async () => {
    const grafana = await start(version);
    const { id } = (await save(grafana, { uid: 'a', title: 'A' })).json;
    const { status, json } = await ask(grafana, '/api/dashboards/uid/a', { method: 'DELETE' });
    const old = version.startsWith('9') || version.startsWith('10') ? { id } : {};
    expect([status, json]).toEqual([200, { title: 'A', message: 'Dashboard A deleted', uid: 'a', ...old }]);
    for (const method of ['GET', 'DELETE']) {
      const gone = await ask(grafana, '/api/dashboards/uid/a', { method });
      expect([gone.status, gone.json]).toEqual([404, { message: 'Dashboard not found' }]);
    }
    expect(grafana.dashboards()).toEqual([]);
    expect(grafana.changes.at(-1)).toMatchObject({ verb: 'delete', uid: 'a', credential: 'token:editor' });
  });

  test('of a file cannot be deleted', async () => {
    const grafana = await start(version);
    grafana.provisionDashboard({ dashboard: { uid: 'a', title: 'a' }, allowUiUpdates: true });
    const { status, json } = await ask(grafana, '/api/dashboards/uid/a', { method: 'DELETE' });
    expect([status, json]).toEqual([400, { message: 'provisioned dashboard cannot be deleted' }]);
    expect(grafana.dashboards()).toHaveLength(1);
  });

  test('has a history, the newest first, with message and author', async () => {
    const grafana = await start(version);
    for (const n of [1, 2, 3]) await save(grafana, { uid: 'a', title: 'a', n }, { overwrite: true, message: `m${n}` });
    const listOf = (json: unknown) =>
      version.startsWith('12') || version.startsWith('13')
        ? (json as { versions: unknown[] }).versions
        : (json as unknown[]);
    const all = listOf((await ask(grafana, '/api/dashboards/uid/a/versions')).json);
    expect(all).toMatchObject([
      { version: 3, parentVersion: 2, message: 'm3', uid: 'a' },
      { version: 2, parentVersion: 1, message: 'm2' },
      { version: 1, parentVersion: 0, message: 'Initial save' },
    ]);
    const some = listOf((await ask(grafana, '/api/dashboards/uid/a/versions?limit=1&start=1')).json);
    expect(some).toMatchObject([{ version: 2 }]);
    const one = await ask(grafana, '/api/dashboards/uid/a/versions/2');
    expect(one.json).toMatchObject({ message: 'm2', data: { uid: 'a', n: 2, version: 2 } });
    const none = await ask(grafana, '/api/dashboards/uid/a/versions/9');
    expect([none.status, none.json.message]).toEqual([500, expect.stringMatching(/^Dashboard version 9 not found/)]);
  });

  test('keeps 20 versions for the API, and all for the test', async () => {
    const grafana = await start(version);
    for (let n = 1; n <= 22; n += 1) grafana.putDashboard({ dashboard: { uid: 'a', title: 'a', n } });
    const { json } = await ask(grafana, '/api/dashboards/uid/a/versions');
    expect(json.versions ?? json).toHaveLength(20);
    expect((await ask(grafana, '/api/dashboards/uid/a/versions/2')).status).toBe(500);
    expect(grafana.dashboard('a')?.history).toHaveLength(22);
  });

  test('may not be touched by who only reads', async () => {
    const grafana = await start(version);
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'a' } });
    const needs = async (method: string, path: string) => {
      const { status, json } = await ask(grafana, path, { method, as: 'viewer' });
      return [status, /needed: (.*)/.exec(json.message)?.[1]];
    };
    expect(await needs('DELETE', '/api/dashboards/uid/a')).toEqual([403, 'dashboards:delete']);
    expect(await needs('GET', '/api/dashboards/uid/a/versions')).toEqual([403, 'dashboards:write']);
    expect(await needs('POST', '/api/folders')).toEqual([403, 'folders:create']);
    expect(await needs('GET', '/api/dashboards/uid/a')).toEqual([200, undefined]);
    expect(grafana.dashboards()).toHaveLength(1);
  });

  test.each([
    ['GET', '/api/nothing'],
    ['GET', '/nothing'],
    ['PUT', '/api/dashboards/db'],
    ['GET', '/api/dashboards/db'],
    ['PATCH', '/api/dashboards/uid/a'],
    ['GET', '/api/dashboards/uid/'],
    ['GET', '/api/dashboards/uid/a/versions/1/2'],
    ['POST', '/api/search'],
    ['GET', '/api/folders/f/nothing'],
  ])('is not found behind %s %s', async (method, path) => {
    const grafana = await start(version);
    const { status, json } = await ask(grafana, path, { method });
    expect([status, json]).toEqual([404, { message: 'Not found' }]);
  });
});

test('a uid in a path may be escaped, and a wrong escape stands for itself', async () => {
  const grafana = await start('13.2');
  grafana.putDashboard({ dashboard: { uid: 'a_b', title: 'a' } });
  expect((await ask(grafana, '/api/dashboards/uid/a%5Fb')).status).toBe(200);
  expect((await ask(grafana, '/api/dashboards/uid/a%5Fb/')).status).toBe(200);
  expect((await ask(grafana, '/api/dashboards/uid/%zz')).status).toBe(404);
});

test('a title of other signs alone has a slug nevertheless', async () => {
  const grafana = await start('13.2');
  expect((await save(grafana, { uid: 'a', title: '温度' })).json.slug).toMatch(/^[A-Za-z0-9_-]+$/);
  expect((await save(grafana, { uid: 'b', title: ' Größe: 50 % ' })).json.slug).toBe('gro-e-50');
});
