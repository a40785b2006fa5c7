import { describe, expect, it, test } from 'vitest';
import { STAMP_KEY, STAMP_TAG } from '../../../../../src/sinks/grafana/documents/stamp.js';
import { ask, dashboardsPath, resource, start } from '../../../testing/grafana/ask-grafana.js';
import { all, asked, clientOf, codeOf, EVERY_WAY, failure, run, stampOf, update, writeOf } from './clients.js';

const UNIQUE_TITLES = ['9.5', '10.0', '10.4', '11.2'];

describe.each(EVERY_WAY)('dashboards of Grafana %s by %s', (version, api) => {
  const isApis = api === 'apis';

  it('are made, found again as they were written, and say who made them', async () => {
    const grafana = await start(version);
    const client = clientOf(grafana, { api });
    expect(await run(client.get('a'))).toBeUndefined();
    const spec = { tags: ['x'], panels: [{ type: 'text' }] };
    expect(await run(client.save(writeOf('a', { spec })))).toEqual({ uid: 'a', version: '1', folderUid: '' });
    const { resourceVersion, apiVersion, ...found } = (await run(client.get('a'))) ?? {};
    expect(found).toEqual({
      uid: 'a',
      title: 'a',
      folderUid: '',
      version: '1',
      management: 'stamped',
      stamp: stampOf('a'),
      spec: { title: 'a', ...spec },
    });
    expect([resourceVersion !== undefined, apiVersion?.startsWith('dashboard.grafana.app/v1') ?? false]).toEqual([
      isApis,
      isApis,
    ]);
    expect(grafana.dashboard('a')?.tags).toEqual(['x', STAMP_TAG]);
    expect(grafana.dashboard('a')?.spec[STAMP_KEY]).toEqual(stampOf('a'));
    expect(grafana.dashboard('a')?.annotations['grafana.app/managerId']).toBe(isApis ? 'ns/label' : undefined);
    // A message of the first version is shown as "Initial save" by the old API; it is stored nevertheless.
    expect(grafana.dashboard('a')?.history[0]?.message).toBe('Automatic update from configMap cm');
  });

  it('send neither ids nor versions of another Grafana', async () => {
    const grafana = await start(version);
    const client = clientOf(grafana, { api });
    await run(client.save(writeOf('a', { spec: { id: 77, version: 33, uid: 'other' } })));
    expect(grafana.dashboards().map(({ uid }) => uid)).toEqual(['a']);
    expect(grafana.dashboard('a')?.id).not.toBe(77);
    await update(client, 'a', { spec: { id: 77, version: 33, uid: 'other', x: 1 } });
    expect(grafana.dashboard('a')?.spec).toEqual({ title: 'a', panels: [], x: 1, ...ourMark('a') });
  });

  it('are updated and moved with their history, and stay in their folder where none is named', async () => {
    const grafana = await start(version);
    grafana.putFolder({ uid: 'f', title: 'F' });
    grafana.putFolder({ uid: 'g', title: 'G' });
    const client = clientOf(grafana, { api });
    await run(client.save(writeOf('a', { folderUid: 'f' })));
    const edited = await update(client, 'a', { spec: { x: 1 }, stamp: stampOf('a', 'b'), message: 'edited' });
    expect(edited).toEqual({ uid: 'a', version: '2', folderUid: 'f' });
    const moved = await update(client, 'a', { spec: { x: 1 }, folderUid: 'g', message: 'moved' });
    expect(moved).toEqual({ uid: 'a', version: '3', folderUid: 'g' });
    const home = await update(client, 'a', { spec: { x: 1 }, folderUid: '', message: 'home' });
    expect(home).toEqual({ uid: 'a', version: '4', folderUid: '' });
    expect(await run(client.get('a'))).toMatchObject({ folderUid: '', version: '4' });
    const { history, id } = grafana.dashboard('a') ?? {};
    expect(id).toBe(grafana.dashboard('a')?.id);
    expect(history?.map((line) => [line.folderUid, line.message])).toEqual([
      ['f', 'Automatic update from configMap cm'],
      ['f', 'edited'],
      ['g', 'moved'],
      ['', 'home'],
    ]);
  });

  it('that exist are never overwritten by who believed them new', async () => {
    const grafana = await start(version);
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'theirs' } });
    const client = clientOf(grafana, { api });
    const { code, message } = await failure(client.save(writeOf('a')));
    expect(code).toBe('exists');
    expect(message).toContain('dashboard a');
    expect(grafana.dashboard('a')?.title).toBe('theirs');
    expect(grafana.changes.filter(({ credential }) => credential !== 'grafana')).toEqual([]);
  });

  it('of the same title are never taken over, neither by a new one nor by an update nor by a move', async () => {
    const grafana = await start(version);
    grafana.putFolder({ uid: 'f', title: 'F' });
    const client = clientOf(grafana, { api });
    await run(client.save(writeOf('a', { folderUid: 'f' })));
    grafana.putDashboard({ dashboard: { uid: 'theirs', title: 'CPU' } });
    const theirs = grafana.dashboard('theirs');
    const expected = UNIQUE_TITLES.includes(version) ? 'exists' : 'ok';
    expect(await codeOf(client.save(writeOf('b', { title: 'CPU' })))).toBe(expected);
    const remote = await run(client.get('a'));
    const renamed = writeOf('a', { title: 'CPU', folderUid: '', replaces: remote });
    expect(await codeOf(client.save(renamed))).toBe(expected);
    expect(grafana.dashboard('theirs')).toEqual(theirs);
  });

  it('that somebody changed since they were read are neither overwritten nor, where it can be told, removed', async () => {
    const grafana = await start(version);
    const client = clientOf(grafana, { api });
    await run(client.save(writeOf('a')));
    const stale = await run(client.get('a'));
    if (!stale) throw new Error('not found');
    grafana.editDashboard('a', (spec) => ({ ...spec, title: 'edited' }));
    expect(await codeOf(client.save(writeOf('a', { replaces: stale })))).toBe('conflict');
    expect(grafana.dashboard('a')?.title).toBe('edited');
    expect(await codeOf(client.remove(stale))).toBe(isApis ? 'conflict' : 'ok');
  });

  it('that went since they were read are a conflict, or made again', async () => {
    const grafana = await start(version);
    const client = clientOf(grafana, { api });
    await run(client.save(writeOf('a')));
    const stale = await run(client.get('a'));
    grafana.removeDashboard('a');
    expect(await codeOf(client.save(writeOf('a', { replaces: stale })))).toBe(isApis ? 'conflict' : 'ok');
    expect(grafana.dashboards().length).toBe(isApis ? 0 : 1);
  });

  it('are removed, and gone is gone', async () => {
    const grafana = await start(version);
    const client = clientOf(grafana, { api });
    await run(client.save(writeOf('a')));
    const remote = await run(client.get('a'));
    if (!remote) throw new Error('not found');
    expect(await all(client.remove(remote))).toEqual([undefined]);
    expect(grafana.dashboards()).toEqual([]);
    await run(client.remove(remote));
    expect(await run(client.get('a'))).toBeUndefined();
  });

  it('that a file has brought are told, and neither written nor removed', async () => {
    const grafana = await start(version);
    grafana.provisionDashboard({ dashboard: { uid: 'a', title: 'a' } });
    const client = clientOf(grafana, { api });
    const remote = await run(client.get('a'));
    expect(remote).toMatchObject({ management: 'provisioned', stamp: undefined });
    if (!remote) throw new Error('not found');
    expect(await codeOf(client.save(writeOf('a', { replaces: remote })))).toBe('provisioned');
    expect(await codeOf(client.remove(remote))).toBe('provisioned');
    expect(grafana.dashboards().length).toBe(1);
  });

  it('that a file has brought are so also where its provider lets users save them', async () => {
    const grafana = await start(version);
    grafana.provisionDashboard({ dashboard: { uid: 'a', title: 'a' }, allowUiUpdates: true });
    expect(await run(clientOf(grafana, { api }).get('a'))).toMatchObject({ management: 'provisioned' });
  });

  it("of users are nobody's, and adopted in place", async () => {
    const grafana = await start(version);
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'theirs', tags: ['mine'] } });
    const client = clientOf(grafana, { api });
    expect(await run(client.get('a'))).toMatchObject({
      management: 'nobody',
      stamp: undefined,
      spec: { tags: ['mine'] },
    });
    await update(client, 'a');
    expect(await run(client.get('a'))).toMatchObject({ management: 'stamped', version: '2' });
    expect(grafana.dashboard('a')?.history.length).toBe(2);
  });

  it('without their folder are told so', async () => {
    const grafana = await start(version);
    const client = clientOf(grafana, { api });
    const { code, status } = await failure(client.save(writeOf('a', { folderUid: 'none' })));
    expect(code).toBe('folder-missing');
    expect([400, 404]).toContain(status);
    await run(client.save(writeOf('a')));
    const replaces = await run(client.get('a'));
    expect(await codeOf(client.save(writeOf('a', { folderUid: 'none', replaces })))).toBe('folder-missing');
  });

  it('beyond the quota are told so; what is there is written nevertheless', async () => {
    const grafana = await start(version);
    const client = clientOf(grafana, { api });
    await run(client.save(writeOf('a')));
    grafana.setQuota(1);
    expect(await codeOf(client.save(writeOf('b')))).toBe('quota');
    expect((await update(client, 'a', { spec: { x: 1 } })).version).toBe('2');
    expect(grafana.dashboard('a')?.spec['x']).toBe(1);
  });

  it('that are refused for good say what is wrong, and nothing of it', async () => {
    const grafana = await start(version);
    const client = clientOf(grafana, { api });
    const cases: [string, Parameters<typeof writeOf>[1], string][] = [
      ['a', { title: '' }, 'no title'],
      ['a', { title: `secret ${'t'.repeat(5000)}` }, 'more than 5000 characters'],
      ['a', { message: `secret ${'m'.repeat(500)}` }, 'more than 500 characters'],
      ['a b', {}, 'other characters'],
      ['u'.repeat(41), {}, 'more than 40 characters'],
    ];
    for (const [uid, more, why] of cases) {
      const { code, message } = await failure(client.save(writeOf(uid, more)));
      expect([code, message]).toEqual(['rejected', expect.stringContaining(why)]);
      expect(message).not.toContain('secret');
    }
    expect(grafana.dashboards()).toEqual([]);
  });

  it('that may not be written or seen name the permissions that are missing', async () => {
    const grafana = await start(version);
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'a' } });
    const client = clientOf(grafana, { api, token: 'viewer' });
    const remote = await run(client.get('a'));
    if (!remote) throw new Error('not found');
    for (const call$ of [
      client.save(writeOf('b')),
      client.remove(remote),
      client.createFolder({ uid: 'f', title: 'F' }),
    ]) {
      const { code, message } = await failure(call$);
      expect([code, message]).toEqual(['forbidden', expect.stringContaining('403')]);
      if (!isApis) expect(message).toMatch(/it needs (dashboards|folders):/);
    }
  });

  it('of 1 MiB go there and back', async () => {
    const grafana = await start(version);
    const client = clientOf(grafana, { api });
    const panels = Array.from({ length: 1024 }, (_, id) => ({ id, text: 'é'.repeat(512) }));
    await run(client.save(writeOf('a', { spec: { panels } })));
    expect((await run(client.get('a')))?.spec['panels']).toEqual(panels);
  });

  it('belong to the organisation of the token, or to the one that is asked for', async () => {
    const grafana = await start(version, {
      users: [{ login: 'both', password: 'p', role: 'Admin', orgIds: [1, 2] }],
    });
    await run(clientOf(grafana, { api, token: 'other' }).save(writeOf('a')));
    await run(clientOf(grafana, { api, username: 'both', password: 'p', orgId: 2 }).save(writeOf('b')));
    await run(clientOf(grafana, { api, username: 'both', password: 'p' }).save(writeOf('c')));
    expect([grafana.dashboards(2), grafana.dashboards(1)].map((list) => list.map(({ uid }) => uid))).toEqual([
      ['a', 'b'],
      ['c'],
    ]);
  });
});

describe.each(EVERY_WAY.filter(([, api]) => api === 'apis'))('below /apis of Grafana %s', (version) => {
  test('labels and annotations of others are kept, also where the reader has kept a copy', async () => {
    const grafana = await start(version);
    const annotations = { 'example.test/note': 'keep' };
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'a' }, annotations });
    const client = clientOf(grafana, { api: 'apis' });
    await update(client, 'a');
    const { id } = grafana.dashboard('a') ?? {};
    expect(grafana.dashboard('a')?.annotations).toMatchObject({ 'example.test/note': 'keep' });
    const remote = await run(client.get('a'));
    if (!remote) throw new Error('not found');
    await run(client.save(writeOf('a', { spec: { x: 1 }, replaces: { ...remote } })));
    expect(grafana.dashboard('a')?.annotations).toMatchObject({
      'example.test/note': 'keep',
      'grafana.app/managedBy': 'kubectl',
      'grafana.app/managerId': 'ns/label',
      'grafana.app/managerAllowsEdits': 'true',
      'grafana.app/sourcePath': 'ns/configmap/a/board.json',
      'grafana.app/sourceChecksum': 'a'.repeat(64),
    });
    expect(grafana.dashboard('a')?.id).toBe(id);
    grafana.editDashboard('a', (spec) => ({ ...spec, x: 2 }));
    expect(await codeOf(client.save(writeOf('a', { replaces: { ...remote } })))).toBe('conflict');
    grafana.removeDashboard('a');
    expect(await codeOf(client.save(writeOf('a', { replaces: { ...remote } })))).toBe('conflict');
  });

  test('labels of others are kept', async () => {
    const grafana = await start(version);
    const [served = ''] = version.startsWith('12') ? ['v1beta1'] : ['v1'];
    const body = resource(served, 'a', { labels: { 'example.test/team': 'x' } });
    await ask(grafana, dashboardsPath(served), { method: 'POST', body });
    await update(clientOf(grafana), 'a');
    expect(grafana.dashboard('a')?.labels).toEqual({ 'example.test/team': 'x' });
  });

  test('what was just read costs one request to write', async () => {
    const grafana = await start(version);
    const client = clientOf(grafana);
    await run(client.save(writeOf('a')));
    const replaces = await run(client.get('a'));
    const before = grafana.requests.length;
    await run(client.save(writeOf('a', { replaces })));
    expect(asked(grafana, before).map((line) => line.slice(0, 3))).toEqual(['PUT']);
  });

  test('what another tool manages is theirs: never ours, never written', async () => {
    const grafana = await start(version);
    for (const [uid, kind, id] of [
      ['a', 'terraform', 'stack'],
      ['b', 'kubectl', 'grafanactl'],
    ] as const) {
      const annotations = { 'grafana.app/managedBy': kind, 'grafana.app/managerId': id };
      grafana.putDashboard({ dashboard: { uid, title: uid }, annotations });
    }
    const client = clientOf(grafana);
    for (const uid of ['a', 'b']) {
      const remote = await run(client.get(uid));
      expect(remote).toMatchObject({ management: 'managed', stamp: undefined });
      expect(await codeOf(client.save(writeOf(uid, { replaces: remote })))).toBe('provisioned');
    }
    expect(await all(client.list())).toEqual([]);
  });

  test("a broken stamp makes it nobody's, whatever its annotations say", async () => {
    const grafana = await start(version);
    const client = clientOf(grafana);
    await run(client.save(writeOf('a')));
    grafana.editDashboard('a', (spec) => ({ ...spec, [STAMP_KEY]: 'x' }));
    expect(await run(client.get('a'))).toMatchObject({ management: 'nobody', stamp: undefined });
    await update(client, 'a');
    expect(await run(client.get('a'))).toMatchObject({ management: 'stamped', stamp: stampOf('a') });
  });

  test('a save of the stamp alone is a new resourceVersion, and the next write knows it', async () => {
    const grafana = await start(version);
    const client = clientOf(grafana);
    await run(client.save(writeOf('a')));
    await update(client, 'a', { message: 'again' });
    await update(client, 'a', { message: 'and again' });
    expect(grafana.dashboard('a')?.annotations['grafana.app/message']).toBe('and again');
  });
});

function ourMark(uid: string) {
  // The document has no tags of its own.
  return { tags: [STAMP_TAG], [STAMP_KEY]: { ...stampOf(uid), tags: {} } };
}
