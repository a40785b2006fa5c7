import { describe, expect, test } from 'vitest';
import { ask, EVERY_VERSION, start } from './ask-grafana.js';

async function filled(version: string) {
  const grafana = await start(version);
  grafana.putFolder({ uid: 'f', title: 'Folder' });
  grafana.putDashboard({ dashboard: { uid: 'a', title: 'Zulu', tags: ['x', 'y'] } });
  grafana.putDashboard({ dashboard: { uid: 'b', title: 'Alpha', tags: ['x'] }, folderUid: 'f' });
  grafana.putDashboard({ dashboard: { uid: 'c', title: 'alp', tags: 'x' } });
  const found = async (query: string, as = 'editor') =>
    (await ask(grafana, `/api/search${query}`, { as })).json.map(({ uid }: { uid: string }) => uid);
  return { grafana, found };
}

describe.each(EVERY_VERSION)('GET /api/search of Grafana %s', (version) => {
  test('finds by type, tags, title and uid, by title', async () => {
    const { found } = await filled(version);
    expect(await found('')).toEqual(['b', 'f', 'a', 'c']);
    expect(await found('?type=dash-db')).toEqual(['b', 'a', 'c']);
    expect(await found('?type=dash-folder')).toEqual(['f']);
    expect(await found('?tag=x')).toEqual(['b', 'a']);
    expect(await found('?tag=x&tag=y')).toEqual(['a']);
    expect(await found('?query=ALP')).toEqual(['b', 'c']);
    expect(await found('?dashboardUIDs=a&dashboardUIDs=c')).toEqual(['a', 'c']);
    expect(await found('?type=dash-db&tag=none')).toEqual([]);
  });

  test('finds in pages, of 5000 at most', async () => {
    const { grafana, found } = await filled(version);
    expect(await found('?limit=3')).toEqual(['b', 'f', 'a']);
    expect(await found('?limit=3&page=2')).toEqual(['c']);
    expect(await found('?limit=3&page=3')).toEqual([]);
    expect(await found('?limit=5000')).toHaveLength(4);
    const { status, json } = await ask(grafana, '/api/search?limit=5001');
    expect([status, json.message]).toEqual([422, expect.stringContaining('maximum allowed (5000)')]);
  });

  test('finds 1000 unless it is asked for more', async () => {
    const grafana = await start(version);
    for (let i = 0; i < 1001; i += 1) grafana.putDashboard({ dashboard: { uid: `d${i}`, title: `d${i}` } });
    expect((await ask(grafana, '/api/search')).json).toHaveLength(1000);
    expect((await ask(grafana, '/api/search?page=2')).json).toHaveLength(1);
  });

  test('finds by folder, since 10', async () => {
    const { found } = await filled(version);
    const all = ['b', 'a', 'c'];
    const isOld = version.startsWith('9');
    expect(await found('?type=dash-db&folderUIDs=f')).toEqual(isOld ? all : ['b']);
    expect(await found('?type=dash-db&folderUIDs=general')).toEqual(isOld ? all : ['a', 'c']);
  });

  test('says what and where a hit is', async () => {
    const { grafana } = await filled(version);
    const [hit] = (await ask(grafana, '/api/search?dashboardUIDs=b')).json;
    const { id } = grafana.dashboard('b') ?? {};
    const [folder] = grafana.folders();
    expect(hit).toEqual({
      id,
      uid: 'b',
      title: 'Alpha',
      uri: 'db/alpha',
      url: '/d/b/alpha',
      slug: '',
      type: 'dash-db',
      tags: ['x'],
      isStarred: false,
      sortMeta: 0,
      folderId: folder?.id,
      folderUid: 'f',
      folderTitle: 'Folder',
      folderUrl: '/dashboards/f/f/folder',
    });
    const [inRoot] = (await ask(grafana, '/api/search?dashboardUIDs=a')).json;
    expect(inRoot).not.toHaveProperty('folderUid');
  });
});

test('finds nothing that may not be read, and deleted ones for administrators alone', async () => {
  const tokens = [
    { name: 'a', token: 'a', permissions: ['folders:read' as const] },
    { name: 'b', token: 'b', permissions: ['dashboards:read' as const] },
    { name: 'c', token: 'c', role: 'Admin' as const },
  ];
  const grafana = await start('12.x', { tokens });
  grafana.putFolder({ uid: 'f', title: 'f' });
  grafana.putFolder({ uid: 'g', title: 'g', parentUid: 'f' });
  grafana.putDashboard({ dashboard: { uid: 'd', title: 'd' } });
  const found = async (as: string) => (await ask(grafana, '/api/search', { as })).json;
  expect(await found('a')).toMatchObject([{ uid: 'f' }, { uid: 'g', folderUid: 'f' }]);
  expect(await found('b')).toMatchObject([{ uid: 'd' }]);
  expect((await ask(grafana, '/api/search?deleted=true', { as: 'a' })).status).toBe(401);
  expect((await ask(grafana, '/api/search?deleted=true', { as: 'c' })).status).toBe(200);
});
