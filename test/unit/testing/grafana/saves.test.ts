import { describe, expect, test } from 'vitest';
import { ask, EVERY_VERSION, save, start } from './ask-grafana.js';

const OLD = EVERY_VERSION.filter((version) => !version.startsWith('13'));
const NEW = EVERY_VERSION.filter((version) => version.startsWith('13'));
const UNIQUE = ['9.5', '10.0', '10.4', '11.2'];

describe.each(EVERY_VERSION)('POST /api/dashboards/db of Grafana %s', (version) => {
  test('makes a dashboard, and says where it is', async () => {
    const grafana = await start(version);
    const { status, json } = await save(grafana, { uid: 'a', title: 'CPU & Memory', tags: ['x'], id: null });
    expect(status).toBe(200);
    const { id, url, slug } = json;
    expect(json).toEqual({ status: 'success', slug, version: 1, id, uid: 'a', url, folderUid: '' });
    expect([slug, url]).toEqual(['cpu-memory', '/d/a/cpu-memory']);
    expect(Number.isSafeInteger(id) && id > 0).toBe(true);
    const { spec, tags, createdBy } = grafana.dashboard('a') ?? {};
    expect({ spec, tags }).toEqual({ spec: { title: 'CPU & Memory', tags: ['x'] }, tags: ['x'] });
    expect(createdBy).toBe(version.startsWith('13') ? 'editor' : 'sa-1-editor');
  });

  test('makes up a uid where none is given, each time another', async () => {
    const grafana = await start(version);
    const uids = [await save(grafana, { title: 'a' }), await save(grafana, { title: 'b' })].map(({ json }) => json.uid);
    expect(new Set(uids).size).toBe(2);
    expect(grafana.dashboards().map(({ uid }) => uid)).toEqual(uids);
  });

  test('moves by folderUid: uid, id and history stay, and without one it goes to the root', async () => {
    const grafana = await start(version);
    grafana.putFolder({ uid: 'f', title: 'F' });
    const first = await save(grafana, { uid: 'a', title: 'a' }, { message: 'first' });
    const moved = await save(grafana, { uid: 'a', title: 'a' }, { folderUid: 'f', overwrite: true, message: 'moved' });
    expect(moved.json).toMatchObject({ uid: 'a', id: first.json.id, folderUid: 'f', version: 2 });
    await save(grafana, { uid: 'a', title: 'a' }, { overwrite: true, message: 'root' });
    const { history, folderUid, id } = grafana.dashboard('a') ?? {};
    expect([folderUid, id]).toEqual(['', first.json.id]);
    expect(history?.map((line) => [line.version, line.folderUid, line.message])).toEqual([
      [1, '', 'first'],
      [2, 'f', 'moved'],
      [3, '', 'root'],
    ]);
  });

  test.each([
    ['no body', '', 400, 'bad request data'],
    ['no JSON', '{', 400, 'bad request data'],
    ['a list', [], 400, 'bad request data'],
    ['no dashboard', { overwrite: true }, 400, 'bad request data'],
    ['a dashboard of null', { dashboard: null }, 400, 'bad request data'],
    ['a dashboard that is a text', { dashboard: '{}' }, 400, 'Failed to read dashboard'],
    ['an overwrite that is a text', { dashboard: { title: 'a' }, overwrite: 'true' }, 400, 'bad request data'],
    ['a folderUid that is a number', { dashboard: { title: 'a' }, folderUid: 1 }, 400, 'bad request data'],
    ['a folderId that is a text', { dashboard: { title: 'a' }, folderId: '1' }, 400, 'bad request data'],
    ['a folder', { dashboard: { title: 'a' }, isFolder: true }, 400, 'Use folders endpoint for saving folders.'],
    [
      'a long message',
      { dashboard: { title: 'a' }, message: 'm'.repeat(501) },
      400,
      'message too long, max 500 characters',
    ],
    ['a uid with a blank', { dashboard: { uid: 'a b', title: 'a' } }, 400, 'uid contains illegal characters'],
    ['a uid with a dot', { dashboard: { uid: 'a.b', title: 'a' } }, 400, 'uid contains illegal characters'],
    ['a long uid', { dashboard: { uid: 'u'.repeat(41), title: 'a' } }, 400, 'uid too long, max 40 characters'],
  ])('refuses %s', async (_, body, status, message) => {
    const grafana = await start(version);
    const answer = await ask(grafana, '/api/dashboards/db', { method: 'POST', body });
    expect([answer.status, answer.json.message]).toEqual([status, message]);
    expect(grafana.dashboards()).toEqual([]);
  });

  test('takes what is just short enough', async () => {
    const grafana = await start(version);
    const dashboard = { uid: `${'u'.repeat(38)}_-`, title: 't'.repeat(5000) };
    expect((await save(grafana, dashboard, { message: 'm'.repeat(500) })).status).toBe(200);
    const long = { uid: 'b', title: 't'.repeat(5001) };
    expect((await save(grafana, long)).json.message).toBe('Dashboard title cannot contain more than 5 000 characters');
  });

  test('refuses one that a file has brought, whatever it says, unless its provider allows it', async () => {
    const grafana = await start(version);
    grafana.provisionDashboard({ dashboard: { uid: 'a', title: 'a' } });
    grafana.provisionDashboard({ dashboard: { uid: 'b', title: 'b' }, allowUiUpdates: true });
    const refused = await save(grafana, { uid: 'a', title: 'mine' }, { overwrite: true });
    expect([refused.status, refused.json]).toEqual([400, { message: 'Cannot save provisioned dashboard' }]);
    expect((await save(grafana, { uid: 'b', title: 'mine' }, { overwrite: true })).status).toBe(200);
    expect(grafana.dashboards().map(({ title }) => title)).toEqual(['a', 'mine']);
  });

  test('refuses a folder that is not there', async () => {
    const grafana = await start(version);
    const { status, json } = await save(grafana, { uid: 'a', title: 'a' }, { folderUid: 'none' });
    const isNotFound = version === '13.0';
    expect([status, json.message]).toEqual(isNotFound ? [404, 'Folder not found'] : [400, 'folder not found']);
  });

  test('knows the root by two names', async () => {
    const grafana = await start(version);
    expect((await save(grafana, { uid: 'a', title: 'a' }, { folderUid: 'general' })).json.folderUid).toBe('');
  });

  test('tells what may not be done', async () => {
    const permissions = ['dashboards:read', 'dashboards:write'] as const;
    const tokens = [
      { name: 'reader', token: 'reader', permissions: ['dashboards:read' as const] },
      { name: 'writer', token: 'writer', permissions },
    ];
    const grafana = await start(version, { tokens });
    grafana.putFolder({ uid: 'f', title: 'F' });
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'a' } });
    const denied = await save(grafana, { uid: 'a', title: 'a' }, {}, { as: 'reader' });
    expect([denied.status, denied.json.title]).toEqual([403, 'Access denied']);
    expect(denied.json.message).toContain('Permissions needed: any of dashboards:create, dashboards:write');
    const asWriter = { as: 'writer' };
    const statuses = [
      await save(grafana, { uid: 'a', title: 'b' }, { overwrite: true }, asWriter),
      await save(grafana, { uid: 'a', title: 'b' }, { overwrite: true, folderUid: 'f' }, asWriter),
      await save(grafana, { uid: 'new', title: 'new' }, {}, asWriter),
    ].map(({ status, json }) => [status, json.message]);
    const refused = [403, 'Access denied to save dashboard'];
    expect(statuses).toEqual([[200, undefined], refused, refused]);
  });
});

describe.each(OLD)('POST /api/dashboards/db of Grafana %s', (version) => {
  test('refuses a title of nothing but blanks', async () => {
    const grafana = await start(version);
    const { status, json } = await save(grafana, { uid: 'a', title: ' ' });
    expect([status, json]).toEqual([400, { status: 'empty-name', message: 'Dashboard title cannot be empty' }]);
    expect((await save(grafana, { uid: 'a' })).status).toBe(400);
  });

  test('cuts blanks off title and uid', async () => {
    const grafana = await start(version);
    expect((await save(grafana, { uid: ' a ', title: ' A ' })).json).toMatchObject({ uid: 'a', slug: 'a' });
    expect(grafana.dashboard('a')?.spec).toEqual({ title: 'A' });
  });

  test('counts every save, also one that changes nothing', async () => {
    const grafana = await start(version);
    for (const overwrite of [false, true, true]) await save(grafana, { uid: 'a', title: 'a' }, { overwrite });
    expect(grafana.dashboard('a')).toMatchObject({ version: 3, history: { length: 3 } });
    expect(grafana.changes.map(({ verb, isChange }) => [verb, isChange])).toEqual([
      ['create', true],
      ['update', false],
      ['update', false],
    ]);
  });

  test('refuses a version that is not the current one, unless it overwrites', async () => {
    const grafana = await start(version);
    await save(grafana, { uid: 'a', title: 'a' });
    const mismatch = { status: 'version-mismatch', message: 'The dashboard has been changed by someone else' };
    for (const old of [{}, { version: 0 }, { version: 2 }, { version: '1' }]) {
      const { status, json } = await save(grafana, { uid: 'a', title: 'a', ...old });
      expect([status, json]).toEqual([412, mismatch]);
    }
    expect((await save(grafana, { uid: 'a', title: 'a', version: 1 })).json.version).toBe(2);
    expect((await save(grafana, { uid: 'a', title: 'a', version: 1 }, { overwrite: true })).json.version).toBe(3);
  });

  test('looks for a numeric id first', async () => {
    const grafana = await start(version);
    const { id } = (await save(grafana, { uid: 'a', title: 'a' })).json;
    const other = (await save(grafana, { uid: 'b', title: 'b' })).json;
    const unknown = await save(grafana, { id: 4711, title: 'c' });
    expect([unknown.status, unknown.json]).toEqual([404, { status: 'not-found', message: 'Dashboard not found' }]);
    const both = await save(grafana, { id, uid: 'b', title: 'c' }, { overwrite: true });
    expect([both.status, both.json.message]).toEqual([400, 'A dashboard with the same uid already exists']);
    expect((await save(grafana, { id, title: 'A' }, { overwrite: true })).json).toMatchObject({ uid: 'a', version: 2 });
    expect((await save(grafana, { id, uid: 'z', title: 'A' }, { overwrite: true })).json).toMatchObject({
      uid: 'z',
      id,
    });
    expect(grafana.dashboards().map(({ uid }) => uid)).toEqual(['b', 'z']);
    expect(other.id).not.toBe(id);
  });

  test('refuses a numeric id of a dashboard that a file has brought', async () => {
    const grafana = await start(version);
    const { id } = grafana.provisionDashboard({ dashboard: { uid: 'a', title: 'a' } });
    expect((await save(grafana, { id, title: 'mine' }, { overwrite: true })).status).toBe(400);
  });

  test('does not make a dashboard of a folder', async () => {
    const grafana = await start(version);
    grafana.putFolder({ uid: 'f', title: 'F' });
    const { status, json } = await save(grafana, { uid: 'f', title: 'a' }, { overwrite: true });
    expect([status, json.message]).toEqual([400, 'Dashboard cannot be changed to a folder']);
  });

  test('takes a folderId where there is no folderUid', async () => {
    const grafana = await start(version);
    const { id } = grafana.putFolder({ uid: 'f', title: 'F' });
    grafana.putFolder({ uid: 'g', title: 'G' });
    const uidOf = async (more: object) =>
      (await save(grafana, { uid: 'a', title: 'a' }, { overwrite: true, ...more })).json.folderUid;
    expect(await uidOf({ folderId: id })).toBe('f');
    expect(await uidOf({ folderId: id, folderUid: 'g' })).toBe('g');
    expect(await uidOf({ folderId: 0 })).toBe('');
    const { status, json } = await save(grafana, { uid: 'b', title: 'b' }, { folderId: 4711 });
    expect([status, json.message]).toEqual(
      version.startsWith('12') ? [400, 'folder not found'] : [404, 'Folder not found'],
    );
  });

  test('refuses everything without an id once the quota is reached, also updates', async () => {
    const grafana = await start(version);
    const { id } = (await save(grafana, { uid: 'a', title: 'a' })).json;
    grafana.setQuota(1);
    for (const uid of ['a', 'b']) {
      const { status, json } = await save(grafana, { uid, title: uid }, { overwrite: true });
      expect([status, json]).toEqual([403, { message: 'Quota reached' }]);
    }
    expect((await save(grafana, { id, title: 'a' }, { overwrite: true })).status).toBe(200);
    grafana.setQuota(2);
    expect((await save(grafana, { uid: 'b', title: 'b' })).status).toBe(200);
  });

  test('corrects too short a refresh interval without a word', async () => {
    const grafana = await start(version);
    const refreshes = ['', 'auto', '5s', '1m', '1.5m', false, '1s', '500ms', 'often'];
    for (const [i, refresh] of refreshes.entries()) await save(grafana, { uid: `d${i}`, title: `d${i}`, refresh });
    expect(grafana.dashboards().map(({ spec }) => spec['refresh'])).toEqual([
      ...['', 'auto', '5s', '1m', '1.5m', false],
      ...['5s', '5s', '5s'],
    ]);
  });

  test('refuses a plugin dashboard unless it overwrites', async () => {
    const grafana = await start(version);
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'a' }, pluginId: 'clock' });
    const { status, json } = await save(grafana, { uid: 'a', title: 'a', version: 1 });
    expect([status, json]).toEqual([
      412,
      { status: 'plugin-dashboard', message: 'The dashboard belongs to plugin clock.' },
    ]);
    expect((await save(grafana, { uid: 'a', title: 'a', version: 1 }, { overwrite: true })).status).toBe(200);
  });
});

describe.each(UNIQUE)('a title in a folder of Grafana %s', (version) => {
  test('may not be twice', async () => {
    const grafana = await start(version);
    await save(grafana, { uid: 'a', title: 'CPU' });
    const { status, json } = await save(grafana, { uid: 'b', title: 'CPU' });
    const message = 'A dashboard with the same name in the folder already exists';
    expect([status, json]).toEqual([412, { status: 'name-exists', message }]);
    expect(grafana.dashboards().map(({ uid }) => uid)).toEqual(['a']);
  });

  test('with overwrite makes it take over the other dashboard, which keeps its uid', async () => {
    const grafana = await start(version);
    const { id } = (await save(grafana, { uid: 'theirs', title: 'CPU', panels: [1] })).json;
    const { status, json } = await save(grafana, { uid: 'ours', title: 'CPU', panels: [] }, { overwrite: true });
    expect([status, json]).toMatchObject([200, { uid: 'theirs', id, version: 2 }]);
    expect(grafana.dashboards().map(({ uid, spec }) => [uid, spec])).toEqual([
      ['theirs', { title: 'CPU', panels: [] }],
    ]);
  });

  test('with overwrite leaves the dashboard that was named as it was', async () => {
    const grafana = await start(version);
    await save(grafana, { uid: 'a', title: 'A' });
    await save(grafana, { uid: 'b', title: 'B' });
    expect((await save(grafana, { uid: 'a', title: 'B', n: 1 }, { overwrite: true })).json).toMatchObject({ uid: 'b' });
    expect(grafana.dashboards().map(({ uid, title, version: v }) => [uid, title, v])).toEqual([
      ['a', 'A', 1],
      ['b', 'B', 2],
    ]);
  });

  test('with overwrite takes even one that a file has brought', async () => {
    const grafana = await start(version);
    grafana.provisionDashboard({ dashboard: { uid: 'file', title: 'CPU' } });
    expect((await save(grafana, { uid: 'ours', title: 'CPU' }, { overwrite: true })).json.uid).toBe('file');
    expect(grafana.dashboard('file')?.provisioned).toBeDefined();
  });

  test('of several leads to the oldest', async () => {
    const grafana = await start(version);
    for (const uid of ['z', 'b', 'a']) grafana.putDashboard({ dashboard: { uid, title: 'CPU' } });
    expect((await save(grafana, { uid: 'ours', title: 'CPU' }, { overwrite: true })).json.uid).toBe('z');
  });

  test('may be again in another folder, and its own is no conflict', async () => {
    const grafana = await start(version);
    grafana.putFolder({ uid: 'f', title: 'F' });
    await save(grafana, { uid: 'a', title: 'CPU' });
    expect((await save(grafana, { uid: 'b', title: 'CPU' }, { folderUid: 'f' })).status).toBe(200);
    expect((await save(grafana, { uid: 'a', title: 'CPU', version: 1 })).json.uid).toBe('a');
  });

  test('may not be that of a folder there', async () => {
    const grafana = await start(version);
    grafana.putFolder({ uid: 'f', title: 'CPU' });
    const { status, json } = await save(grafana, { uid: 'a', title: 'CPU' }, { overwrite: true });
    expect([status, json.status]).toEqual([400, 'name-match']);
    const inside = await save(grafana, { uid: 'a', title: 'CPU' }, { folderUid: 'f' });
    expect(inside.status).toBe(version === '9.5' || version === '10.0' ? 400 : 200);
  });
});

test.each([
  ['9.5', 412],
  ['10.0', 412],
  ['10.4', 200],
  ['11.2', 200],
])('two titles with one slug in Grafana %s: %i', async (version, expected) => {
  const grafana = await start(version);
  await save(grafana, { uid: 'a', title: 'CPU (all)' });
  expect((await save(grafana, { uid: 'b', title: 'CPU: all' })).status).toBe(expected);
});

test.each(['11.6', '12.x', '13.2'])('one title may be twice in a folder of Grafana %s', async (version) => {
  const grafana = await start(version);
  await save(grafana, { uid: 'a', title: 'CPU' });
  expect((await save(grafana, { uid: 'b', title: 'CPU' }, { overwrite: true })).json.uid).toBe('b');
  expect((await save(grafana, { title: 'CPU' })).status).toBe(200);
  expect(grafana.dashboards()).toHaveLength(3);
});

describe.each(NEW)('POST /api/dashboards/db of Grafana %s', (version) => {
  test('needs a title, and leaves blanks alone', async () => {
    const grafana = await start(version);
    const { status, json } = await save(grafana, { uid: 'a' });
    expect([status, json]).toEqual([400, { message: 'Dashboard spec is missing required title property' }]);
    expect((await save(grafana, { uid: 'a', title: ' A ' })).status).toBe(200);
    expect(grafana.dashboard('a')?.title).toBe(' A ');
  });

  test('makes no version of a save that changes nothing', async () => {
    const grafana = await start(version);
    await save(grafana, { uid: 'a', title: 'a' }, { message: 'm' });
    const before = grafana.dashboard('a');
    const again = await save(grafana, { uid: 'a', title: 'a', version: 7 }, { message: 'm', overwrite: true });
    expect(again.json.version).toBe(1);
    expect(grafana.dashboard('a')).toEqual(before);
    await save(grafana, { uid: 'a', title: 'a' }, { message: 'other', overwrite: true });
    expect(grafana.dashboard('a')?.history).toEqual(before?.history);
    expect(grafana.dashboard('a')?.resourceVersion).not.toBe(before?.resourceVersion);
  });

  test('asks for the version that is there, unless it overwrites', async () => {
    const grafana = await start(version);
    await save(grafana, { uid: 'a', title: 'a' });
    for (const old of [{}, { version: 2 }]) {
      const { status, json } = await save(grafana, { uid: 'a', title: 'b', ...old });
      expect([status, json]).toEqual([409, { message: 'Dashboard already exists. Use overwrite flag to update.' }]);
    }
    expect((await save(grafana, { uid: 'a', title: 'b', version: 1 })).json.version).toBe(2);
    expect((await save(grafana, { uid: 'a', title: 'c' }, { overwrite: true })).json.version).toBe(3);
    expect((await save(grafana, { uid: 'a', title: 'c', version: '3' })).status).toBe(400);
  });

  test('ignores folderId: the dashboard goes to the root', async () => {
    const grafana = await start(version);
    const { id } = grafana.putFolder({ uid: 'f', title: 'F' });
    expect((await save(grafana, { uid: 'a', title: 'a' }, { folderId: id })).json.folderUid).toBe('');
    expect((await save(grafana, { uid: 'b', title: 'b' }, { folderId: 4711 })).status).toBe(200);
  });

  test('takes a numeric id for what it is the id of', async () => {
    const grafana = await start(version);
    const { id } = (await save(grafana, { uid: 'a', title: 'a' })).json;
    await save(grafana, { uid: 'b', title: 'b' });
    const unknown = await save(grafana, { id: 4711, title: 'c' });
    expect([unknown.status, unknown.json]).toEqual([404, { message: 'Dashboard not found' }]);
    const both = await save(grafana, { id, uid: 'b', title: 'c' }, { overwrite: true });
    expect([both.status, both.json.message]).toEqual([400, 'A dashboard with the same uid already exists']);
    expect((await save(grafana, { id, title: 'A' }, { overwrite: true })).json).toMatchObject({ uid: 'a', version: 2 });
    expect((await save(grafana, { id, uid: 'new', title: 'c' })).status).toBe(409);
    expect((await save(grafana, { id: 4711, uid: 'new', title: 'c' })).json.id).toBe(4711);
    expect((await save(grafana, { id: 'x', uid: 'new', title: 'c' })).status).toBe(400);
  });

  test('refuses new ones alone once the quota is reached', async () => {
    const grafana = await start(version);
    await save(grafana, { uid: 'a', title: 'a' });
    grafana.setQuota(1);
    expect((await save(grafana, { uid: 'a', title: 'b' }, { overwrite: true })).status).toBe(200);
    expect((await save(grafana, { uid: 'b', title: 'b' })).json).toEqual({ message: 'Quota reached' });
  });

  test('refuses too short a refresh interval', async () => {
    const grafana = await start(version);
    const { status, json } = await save(grafana, { uid: 'a', title: 'a', refresh: '1s' });
    expect([status, json.message]).toEqual([400, 'Dashboard refresh interval is too low']);
  });

  test('erases the stamp of a manager, or is refused where that allows no edits', async () => {
    const grafana = await start(version);
    const annotations = { 'grafana.app/managedBy': 'kubectl', 'grafana.app/managerId': 'me', own: 'x' };
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'a' }, annotations });
    const refused = await save(grafana, { uid: 'a', title: 'b' }, { overwrite: true });
    expect([refused.status, refused.json.message]).toEqual([400, 'Cannot save provisioned dashboard']);
    const open = { ...annotations, 'grafana.app/managerAllowsEdits': 'true' };
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'a' }, annotations: open });
    expect((await save(grafana, { uid: 'a', title: 'b' }, { overwrite: true })).status).toBe(200);
    expect(grafana.dashboard('a')?.annotations).toEqual({});
  });

  test('takes a Kubernetes-style document of its own group', async () => {
    const grafana = await start(version);
    const apiVersion = 'dashboard.grafana.app/v1beta1';
    const document = { apiVersion, kind: 'Dashboard', metadata: { name: 'a' }, spec: { title: 'A', uid: 'x' } };
    expect((await save(grafana, document)).json).toMatchObject({ uid: 'a', slug: 'a' });
    expect((await save(grafana, { ...document, uid: 'b' })).json.uid).toBe('b');
    expect(grafana.dashboard('a')?.spec).toEqual({ title: 'A' });
  });

  test.each([
    ['an id at its root', { id: 1 }, 'The k8s style dashboard must not include an id on the root element'],
    [
      'no spec',
      { spec: undefined },
      'The k8s style dashboard must include the dashboard contents in the spec property',
    ],
    [
      'no apiVersion',
      { apiVersion: '' },
      'Dashboard appears to be a k8s style resource, but is missing an explicit apiVersion.',
    ],
    [
      'another group',
      { apiVersion: 'folder.grafana.app/v1' },
      'The dashboard payload references a non dashboard apiVersion.  This should be sent to the requested api directly',
    ],
  ])('refuses a Kubernetes-style document with %s', async (_, wrong, message) => {
    const grafana = await start(version);
    const apiVersion = 'dashboard.grafana.app/v1beta1';
    const document = { apiVersion, kind: 'Dashboard', metadata: { name: 'a' }, spec: { title: 'A' }, ...wrong };
    const { status, json } = await save(grafana, document);
    expect([status, json.message]).toEqual([400, message]);
  });

  test('takes the elements of v2 in their wrapper', async () => {
    const grafana = await start(version);
    const spec = { title: 'A', elements: {}, layout: {} };
    const document = { apiVersion: 'dashboard.grafana.app/v2', kind: 'Dashboard', metadata: { name: 'a' }, spec };
    expect((await save(grafana, document)).status).toBe(200);
    expect(grafana.dashboard('a')).toMatchObject({ schema: 'v2', spec });
  });

  test('takes the uid of the contents where a document has no name', async () => {
    const grafana = await start(version);
    const apiVersion = 'dashboard.grafana.app/v1beta1';
    expect((await save(grafana, { apiVersion, kind: 'Dashboard', spec: { title: 'A', uid: 'x' } })).json.uid).toBe('x');
  });

  test('refuses the elements of v2 without their wrapper', async () => {
    const grafana = await start(version);
    const { status, json } = await save(grafana, { title: 'a', elements: {}, layout: {} });
    expect([status, json.message]).toEqual([400, expect.stringContaining('v2')]);
  });

  test('knows no titles that conflict, and no folders among dashboards', async () => {
    const grafana = await start(version);
    grafana.putFolder({ uid: 'f', title: 'CPU' });
    expect((await save(grafana, { uid: 'f', title: 'CPU' })).status).toBe(200);
  });
});

test.each([
  '12.0',
  '12.x',
])('a Kubernetes-style document is refused by POST /api/dashboards/db of Grafana %s', async (version) => {
  const grafana = await start(version);
  const document = {
    apiVersion: 'dashboard.grafana.app/v1beta1',
    kind: 'Dashboard',
    metadata: { name: 'a' },
    spec: { title: 'A' },
  };
  expect((await save(grafana, document)).status).toBe(400);
  expect((await save(grafana, { metadata: {}, spec: {}, title: 'a' })).status).toBe(400);
});

test('a save of Grafana 12 erases the stamp that /apis has put there', async () => {
  const grafana = await start('12.x');
  grafana.putDashboard({ dashboard: { uid: 'a', title: 'a' }, annotations: { 'grafana.app/managedBy': 'kubectl' } });
  expect((await save(grafana, { uid: 'a', title: 'b' }, { overwrite: true })).status).toBe(200);
  expect(grafana.dashboard('a')?.annotations).toEqual({});
});
