import { describe, expect, test } from 'vitest';
import { ask, EVERY_VERSION, start } from './ask-grafana.js';

const NESTED = EVERY_VERSION.filter((version) => !/^(9|10)/.test(version));
const FLAT = EVERY_VERSION.filter((version) => /^(9|10)/.test(version));
const post = (body: object) => ({ method: 'POST', body });

describe.each(EVERY_VERSION)('a folder of Grafana %s', (version) => {
  test('is made with the uid that is asked for, or another', async () => {
    const grafana = await start(version);
    const { status, json } = await ask(grafana, '/api/folders', post({ uid: 'f', title: 'My F' }));
    expect([status, json]).toMatchObject([
      200,
      { uid: 'f', title: 'My F', url: '/dashboards/f/f/my-f', version: 1, canSave: true },
    ]);
    expect(json).not.toHaveProperty('parentUid');
    const other = await ask(grafana, '/api/folders', post({ title: 'G' }));
    expect(other.json.uid).toMatch(/^[a-z0-9]{14}$/);
    expect((await ask(grafana, '/api/folders/f')).json).toEqual(json);
    expect(
      grafana
        .folders()
        .map(({ uid }) => uid)
        .sort(),
    ).toEqual([other.json.uid, 'f'].sort());
  });

  test.each([
    ['no title', { uid: 'f' }, 'folder title cannot be empty'],
    ['a blank title', { uid: 'f', title: ' ' }, 'folder title cannot be empty'],
    ["the root's title", { uid: 'f', title: 'general' }, 'A folder with that name already exists'],
    ['a wrong uid', { uid: 'f/g', title: 'F' }, 'uid contains illegal characters'],
    ['a long uid', { uid: 'f'.repeat(41), title: 'F' }, 'uid too long, max 40 characters'],
    ['a title that is a number', { title: 1 }, 'bad request data'],
  ])('is refused with %s', async (_, body, message) => {
    const grafana = await start(version);
    const { status, json } = await ask(grafana, '/api/folders', post(body));
    expect([status, json.message]).toEqual([400, message]);
    expect(grafana.folders()).toEqual([]);
  });

  test('is refused with a uid that is taken', async () => {
    const grafana = await start(version);
    grafana.putFolder({ uid: 'f', title: 'F' });
    grafana.putDashboard({ dashboard: { uid: 'd', title: 'D' } });
    const isNew = /^1[23]/.test(version);
    const taken = await ask(grafana, '/api/folders', post({ uid: 'f', title: 'G' }));
    expect([taken.status, taken.json.status]).toEqual(isNew ? [412, 'version-mismatch'] : [409, undefined]);
    const dashboard = await ask(grafana, '/api/folders', post({ uid: 'd', title: 'G' }));
    expect(dashboard.status).toBe(version.startsWith('13') ? 200 : isNew ? 412 : 409);
  });

  test('is renamed where its version is named, or overwritten', async () => {
    const grafana = await start(version);
    grafana.putFolder({ uid: 'f', title: 'F' });
    const put = (body: object) => ask(grafana, '/api/folders/f', { method: 'PUT', body });
    const mismatch = { status: 'version-mismatch', message: 'the folder has been changed by someone else' };
    expect(await put({ title: 'G' })).toMatchObject({ status: 412, json: mismatch });
    expect((await put({ title: 'G', version: 1 })).json).toMatchObject({ title: 'G', version: 2 });
    expect((await put({ title: 'H', overwrite: true })).json).toMatchObject({ title: 'H', version: 3 });
    expect((await put({ description: 'd', version: 3 })).json).toMatchObject({ title: 'H', version: 4 });
    expect((await put({ title: '', version: 4 })).status).toBe(400);
  });

  test('goes with all that is in it', async () => {
    const grafana = await start(version);
    grafana.putFolder({ uid: 'f', title: 'F' });
    grafana.putFolder({ uid: 'g', title: 'G', parentUid: 'f' });
    for (const folderUid of ['', 'f', 'g']) {
      grafana.putDashboard({ dashboard: { uid: `in-${folderUid}`, title: 'a' }, folderUid });
    }
    const counts = await ask(grafana, '/api/folders/f/counts');
    expect(counts.json).toEqual({ folder: 1, dashboard: 2, librarypanel: 0, alertrule: 0 });
    const { status, json } = await ask(grafana, '/api/folders/f', { method: 'DELETE' });
    expect([status, json]).toEqual([200, { message: 'Folder deleted' }]);
    expect(grafana.folders()).toEqual([]);
    expect(grafana.dashboards().map(({ uid }) => uid)).toEqual(['in-']);
  });

  test('stays while a dashboard of a file is in it', async () => {
    const grafana = await start(version);
    grafana.putFolder({ uid: 'f', title: 'F' });
    grafana.provisionDashboard({ dashboard: { uid: 'a', title: 'a' }, folderUid: 'f' });
    const { status, json } = await ask(grafana, '/api/folders/f', { method: 'DELETE' });
    expect([status, json.message]).toEqual([400, 'provisioned dashboard cannot be deleted']);
  });

  test.each([
    ['GET', ''],
    ['PUT', ''],
    ['DELETE', ''],
    ['GET', '/counts'],
  ])('that is not there is not found: %s %s', async (method, rest) => {
    const grafana = await start(version);
    const { status, json } = await ask(grafana, `/api/folders/none${rest}`, { method });
    expect([status, json]).toEqual([404, { status: 'not-found', message: 'folder not found' }]);
  });

  test('is listed with its id, by title and in pages', async () => {
    const grafana = await start(version);
    for (const [uid, title] of [
      ['a', 'Z'],
      ['b', 'Y'],
      ['c', 'X'],
    ] as const)
      grafana.putFolder({ uid, title });
    const uidsOf = async (query: string) =>
      (await ask(grafana, `/api/folders${query}`)).json.map(({ uid }: { uid: string }) => uid);
    expect(await uidsOf('')).toEqual(['c', 'b', 'a']);
    expect(await uidsOf('?limit=2')).toEqual(['c', 'b']);
    expect(await uidsOf('?limit=2&page=2')).toEqual(['a']);
    const [first] = (await ask(grafana, '/api/folders')).json;
    const ids = Object.fromEntries(grafana.folders().map(({ uid, id }) => [uid, id]));
    expect(first).toEqual({ id: ids['c'], uid: 'c', title: 'X' });
    expect(Number.isSafeInteger(first.id)).toBe(true);
    if (version.startsWith('13')) expect(first.id).toBeGreaterThan(2 ** 50);
  });

  test('is found by its number, until 13', async () => {
    const grafana = await start(version);
    const { id } = grafana.putFolder({ uid: 'f', title: 'F' });
    const found = await ask(grafana, `/api/folders/id/${id}`);
    if (version.startsWith('13')) {
      expect([found.status, found.json]).toEqual([404, { message: 'Not found' }]);
      return;
    }
    expect([found.status, found.json.uid]).toEqual([200, 'f']);
    expect((await ask(grafana, '/api/folders/id/4711')).json).toEqual({
      status: 'not-found',
      message: 'folder not found',
    });
    expect((await ask(grafana, '/api/folders/id/f')).json).toEqual({ message: 'id is invalid' });
  });
});

describe.each(NESTED)('a folder in a folder of Grafana %s', (version) => {
  test('is made, listed and moved there', async () => {
    const grafana = await start(version);
    grafana.putFolder({ uid: 'f', title: 'F' });
    const { json } = await ask(grafana, '/api/folders', post({ uid: 'g', title: 'G', parentUid: 'f' }));
    expect(json.parentUid).toBe('f');
    const listed = async (query: string) => (await ask(grafana, `/api/folders${query}`)).json;
    expect(await listed('')).toMatchObject([{ uid: 'f' }]);
    expect(await listed('?parentUid=f')).toMatchObject([{ uid: 'g', parentUid: 'f' }]);
    expect(await listed('?parentUid=none')).toMatchObject({ status: 'not-found' });
    const moved = await ask(grafana, '/api/folders/g/move', post({ parentUid: '' }));
    expect(moved.status).toBe(200);
    expect(moved.json).not.toHaveProperty('parentUid');
    expect(grafana.folders()).toMatchObject([{ uid: 'f' }, { uid: 'g', parentUid: '' }]);
  });

  test('is refused where the other is not there, or is below it', async () => {
    const grafana = await start(version);
    grafana.putFolder({ uid: 'f', title: 'F' });
    grafana.putFolder({ uid: 'g', title: 'G', parentUid: 'f' });
    expect((await ask(grafana, '/api/folders', post({ title: 'x', parentUid: 'none' }))).status).toBe(404);
    for (const parentUid of ['f', 'g']) {
      const { status, json } = await ask(grafana, '/api/folders/f/move', post({ parentUid }));
      expect([status, json.message]).toEqual([400, 'folder cannot be parent of itself']);
    }
  });
});

describe.each(FLAT)('Grafana %s', (version) => {
  test('knows no folders in folders', async () => {
    const grafana = await start(version);
    grafana.putFolder({ uid: 'f', title: 'F' });
    expect((await ask(grafana, '/api/folders', post({ uid: 'g', title: 'G', parentUid: 'f' }))).status).toBe(200);
    expect(grafana.folders()).toMatchObject([{ uid: 'f' }, { uid: 'g', parentUid: '' }]);
    expect((await ask(grafana, '/api/folders?parentUid=f')).json).toHaveLength(2);
    expect((await ask(grafana, '/api/folders/g/move', post({ parentUid: 'f' }))).json).toEqual({
      message: 'Not found',
    });
  });
});

test.each([
  ['9.5', 409],
  ['11.2', 409],
  ['11.6', 200],
  ['13.2', 200],
])('two folders of one title in Grafana %s: %i', async (version, expected) => {
  const grafana = await start(version);
  grafana.putFolder({ uid: 'f', title: 'F' });
  grafana.putFolder({ uid: 'g', title: 'G' });
  expect((await ask(grafana, '/api/folders', post({ title: 'F' }))).status).toBe(expected);
  const put = (title: string) => ask(grafana, '/api/folders/g', { method: 'PUT', body: { title, overwrite: true } });
  expect((await put('G')).status).toBe(200);
  expect((await put('F')).status).toBe(expected);
});
