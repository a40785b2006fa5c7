import { afterEach, describe, expect, test } from 'vitest';
import { type FakeGrafana, type FakeGrafanaOptions, startFakeGrafana } from '../../../../src/testing/index.js';
import { eventually } from '../../../support/eventually.js';
import { ask, dashboardsPath, save, start } from './ask-grafana.js';

const silent = (promise: Promise<unknown>) =>
  promise.then(
    () => 'answered',
    (error: NodeJS.ErrnoException) => error.code,
  );

describe('a fault', () => {
  test('of a status answers with it, as the family would', async () => {
    const grafana = await start('13.2');
    grafana.fail({}, { type: 'status', status: 429, retryAfterSeconds: 7 });
    const legacy = await ask(grafana, '/api/org');
    expect([legacy.status, legacy.headers['retry-after']]).toEqual([429, '7']);
    expect(legacy.json).toEqual({ message: 'a fault that was asked for' });
    const { json, headers } = await ask(grafana, dashboardsPath('v1'));
    expect([headers['retry-after'], json]).toMatchObject(['7', { kind: 'Status', code: 429 }]);
  });

  test('of a status does nothing else: neither a login nor a write', async () => {
    const grafana = await start('13.2');
    grafana.fail({}, { type: 'status', status: 503, message: 'later' }, { times: 6 });
    for (let i = 0; i < 5; i += 1) await ask(grafana, '/api/org', { as: 'admin:wrong' });
    expect((await save(grafana, { uid: 'a', title: 'a' })).json).toEqual({ message: 'later' });
    expect(grafana.dashboards()).toEqual([]);
    expect((await ask(grafana, '/api/org', { as: 'admin:admin' })).status).toBe(200);
  });

  test('of a delay lets the answer begin later', async () => {
    const grafana = await start('13.2');
    grafana.fail({}, { type: 'delay', delayMs: 60 });
    const begun = performance.now();
    expect((await save(grafana, { uid: 'a', title: 'a' })).status).toBe(200);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(59);
  });

  test('of a cut resets the connection before the request is served', async () => {
    const grafana = await start('13.2');
    grafana.fail({}, { type: 'cut' }, { times: 1 });
    expect(await silent(save(grafana, { uid: 'a', title: 'a' }))).toBe('ECONNRESET');
    await eventually('it is over', () => grafana.requests[0]?.endTime !== undefined);
    expect(grafana.requests[0]).toMatchObject({ method: 'POST', status: undefined });
    expect(grafana.dashboards()).toEqual([]);
  });

  test('of a cut after bytes serves it, and the client does not learn so', async () => {
    const grafana = await start('13.2');
    grafana.fail({ method: 'POST' }, { type: 'cut', afterBytes: 0 }, { times: 1 });
    expect(await silent(save(grafana, { uid: 'a', title: 'a' }))).toBe('ECONNRESET');
    expect(grafana.dashboards()).toHaveLength(1);
  });

  test('of silence never begins the answer', async () => {
    const grafana = await start('13.2');
    grafana.fail({ path: '/api/search' }, { type: 'silence' });
    const asked = silent(ask(grafana, '/api/search'));
    expect((await ask(grafana, '/api/org')).status).toBe(200);
    expect(grafana.requests[0]).toMatchObject({ status: undefined, endTime: undefined });
    grafana.cutConnections();
    expect(await asked).toBe('ECONNRESET');
  });

  test('of silence after bytes serves the request, and the connection stays open', async () => {
    const grafana = await start('13.2');
    grafana.fail({ method: 'POST' }, { type: 'silence', afterBytes: 5 });
    const asked = silent(save(grafana, { uid: 'a', title: 'a' }));
    await eventually('it is there', () => grafana.dashboards().length === 1);
    expect(await Promise.race([asked, new Promise((resolve) => setTimeout(resolve, 50, 'open'))])).toBe('open');
    grafana.cutConnections();
    expect(await asked).toBe('ECONNRESET');
  });

  test('of a delay ends with its client', async () => {
    const grafana = await start('13.2');
    grafana.fail({}, { type: 'delay', delayMs: 60_000 });
    const asked = silent(save(grafana, { uid: 'a', title: 'a' }));
    await eventually('it was asked', () => grafana.requests.length === 1);
    grafana.cutConnections();
    expect(await asked).toBe('ECONNRESET');
    await eventually('it is over', () => grafana.requests[0]?.endTime !== undefined);
    expect(grafana.dashboards()).toEqual([]);
  });

  test('strikes what it means, the newest first, as often as it shall', async () => {
    const grafana = await start('13.2');
    const statusOf = async (path: string, options = {}) => (await ask(grafana, path, options)).status;
    grafana.fail({ path: '/api/org' }, { type: 'status', status: 500 }, { times: 1 });
    grafana.fail({ path: /uid\/b\b/g }, { type: 'status', status: 502 });
    grafana.fail({ credential: 'token:viewer' }, { type: 'status', status: 503 });
    const lift = grafana.fail({ method: 'DELETE' }, { type: 'status', status: 504 });
    expect(await statusOf('/api/org')).toBe(500);
    expect(await statusOf('/api/org')).toBe(200);
    for (let i = 0; i < 2; i += 1) expect(await statusOf('/api/dashboards/uid/b')).toBe(502);
    expect(await statusOf('/api/dashboards/uid/bc')).toBe(404);
    expect(await statusOf('/api/org', { as: 'viewer' })).toBe(503);
    expect(await statusOf('/api/dashboards/uid/b', { method: 'DELETE' })).toBe(504);
    lift();
    expect(await statusOf('/api/dashboards/uid/b', { method: 'DELETE' })).toBe(502);
  });

  test('that cannot be is refused', async () => {
    const grafana = await start('13.2');
    expect(() => grafana.fail({}, { type: 'status', status: 200 })).toThrow(RangeError);
    expect(() => grafana.fail({}, { type: 'cut' }, { times: 0 })).toThrow(RangeError);
    expect((await ask(grafana, '/api/org')).status).toBe(200);
  });
});

describe('the log of requests', () => {
  test('says who asked for what, when, and what came of it; never a password', async () => {
    let time = 1000;
    const grafana = await start('13.2', { now: () => time });
    await ask(grafana, '/api/search?tag=x');
    time = 2000;
    await ask(grafana, '/api/org', { as: 'admin:secret-password' });
    await ask(grafana, '/api/org', { as: 'secret-token' });
    await ask(grafana, '/api/health', { as: null });
    const at = (start: number) => ({ time: start, endTime: start, method: 'GET' });
    expect(grafana.requests).toEqual([
      { ...at(1000), path: '/api/search?tag=x', status: 200, credential: 'token:editor' },
      { ...at(2000), path: '/api/org', status: 401, credential: 'user:admin' },
      { ...at(2000), path: '/api/org', status: 401, credential: 'unknown' },
      { ...at(2000), path: '/api/health', status: 200, credential: 'anonymous' },
    ]);
    expect(JSON.stringify(grafana.requests)).not.toContain('secret');
  });

  test('is not changed by what comes later', async () => {
    const grafana = await start('13.2');
    const { requests } = grafana;
    await ask(grafana, '/api/org');
    expect([requests.length, grafana.requests.length]).toEqual([0, 1]);
  });
});

describe('a Grafana', () => {
  test('comes back on its port with what it had', async () => {
    const grafana = await start('13.2');
    await save(grafana, { uid: 'a', title: 'a' });
    grafana.fail({ path: '/api/search' }, { type: 'silence' });
    const open = silent(ask(grafana, '/api/search'));
    await eventually('it was asked', () => grafana.requests.length === 2);
    await grafana.stop();
    expect(await open).toBe('ECONNRESET');
    expect(await silent(ask(grafana, '/api/org'))).toBe('ECONNREFUSED');
    await grafana.stop();
    await grafana.start();
    await grafana.start();
    expect((await ask(grafana, '/api/dashboards/uid/a')).status).toBe(200);
    await grafana.restart();
    expect((await ask(grafana, '/api/dashboards/uid/a')).status).toBe(200);
  });

  test('comes back empty, with the same users', async () => {
    const grafana = await start('13.2');
    grafana.putFolder({ uid: 'f', title: 'F' });
    await save(grafana, { uid: 'a', title: 'a' }, { folderUid: 'f' });
    for (let i = 0; i < 5; i += 1) await ask(grafana, '/api/org', { as: 'admin:wrong' });
    grafana.empty();
    expect([grafana.dashboards(), grafana.folders()]).toEqual([[], []]);
    expect((await ask(grafana, '/api/org', { as: 'admin:admin' })).status).toBe(200);
    expect((await save(grafana, { uid: 'a', title: 'a' })).json.version).toBe(1);
  });

  test('is upgraded with what it had, and never set back', async () => {
    const grafana = await start('9.5');
    const { id } = (await save(grafana, { uid: 'a', title: 'a' })).json;
    await grafana.upgrade('13.2');
    expect(grafana.version).toBe('13.2.3');
    expect((await ask(grafana, '/api/dashboards/uid/a')).json.dashboard).toEqual({
      id,
      uid: 'a',
      title: 'a',
      version: 1,
    });
    expect((await ask(grafana, `${dashboardsPath('v1')}/a`)).status).toBe(200);
    await expect(grafana.upgrade('13.2.2')).rejects.toThrow('Expected `version` to be 13.2.3 or newer, got 13.2.2.');
    await grafana.upgrade('13.2');
  });

  test.each([
    ['9', '9.5.0'],
    ['11.x', '11.6.0'],
    ['12.x', '12.4.0'],
    ['13.1', '13.1.7'],
    ['13.2.1', '13.2.1'],
    ['10.4', '10.4.0'],
  ])('of version %s is %s', async (version, expected) => {
    expect((await start(version)).version).toBe(expected);
  });

  test.each(['8.5', '14.0', '13.4', 'x', '', '12.x.1', '13.2-rc1'])('of version %j there is none', async (version) => {
    await expect(startFakeGrafana({ version })).rejects.toThrow(RangeError);
  });

  test.each<[FakeGrafanaOptions, string]>([
    [{ port: -1 }, '`port`'],
    [{ host: '' }, '`host`'],
    [{ orgs: [0] }, '`orgs`'],
    [{ users: [{ login: 'a:b', password: 'secret' }] }, '`users[].login`'],
    [{ users: [{ login: 'a', password: '' }] }, '`users[].password of a`'],
    [{ users: [{ login: 'a', password: 'secret', orgIds: [2] }] }, '`users[].orgIds of a`'],
    [{ users: [{ login: 'a', password: 'secret', orgIds: [] }] }, '`users[].orgIds of a`'],
    [{ tokens: [{ name: 'a', token: 'secret secret' }] }, '`tokens[].token of a`'],
    [{ tokens: [{ name: 'a', token: 'secret', orgId: 2 }] }, '`tokens[].orgId of a`'],
  ])('refuses %j', async (options, named) => {
    const refused = startFakeGrafana(options);
    await expect(refused).rejects.toThrow(`Expected ${named} to be `);
    await expect(refused).rejects.not.toThrow('secret');
  });

  test('refuses credentials that nobody could use, later too', async () => {
    const grafana = await start('13.2');
    expect(() => grafana.setCredentials({ tokens: [{ name: 'a', token: '' }] })).toThrow(RangeError);
    expect((await ask(grafana, '/api/org')).status).toBe(200);
  });

  test('speaks TLS, with a certificate that its ca proves', async () => {
    const grafana = await start('13.2', { tls: true });
    expect(grafana.url).toBe(`https://127.0.0.1:${grafana.port}`);
    expect((await ask(grafana, '/api/org')).status).toBe(200);
    const { status } = await save(grafana, { uid: 'a', title: 'x'.repeat(100) });
    expect(status).toBe(200);
  });

  test.each(['11.6', '13.2'])('of version %s refuses more than 16 MB', async (version) => {
    const grafana = await start(version);
    const text = 'x'.repeat(16 * 1024 * 1024 - 100);
    expect((await save(grafana, { uid: 'a', title: 'a', text })).status).toBe(200);
    const { status, json } = await save(grafana, { uid: 'b', title: 'b', text: `${text}${'x'.repeat(200)}` });
    expect([status, json]).toEqual([413, { message: 'Dashboard is too large, max is 16 MB' }]);
    const apis = await ask(grafana, '/apis', { method: 'POST', body: `${text}${'x'.repeat(200)}` });
    expect(apis.json).toMatchObject({ kind: 'Status', code: 413 });
    expect(grafana.dashboards()).toHaveLength(1);
  });
});

describe('the hands of a test', () => {
  let grafana: FakeGrafana;
  afterEach(() => grafana?.close());

  test('put, edit, move and remove as somebody in Grafana', async () => {
    grafana = await startFakeGrafana();
    grafana.putFolder({ uid: 'f', title: 'F' });
    const dashboard = { uid: 'a', title: 'A', id: 9, version: 9, tags: ['t'] };
    grafana.putDashboard({ dashboard, annotations: { own: 'x' }, message: 'first' });
    dashboard.tags.push('later');
    grafana.editDashboard('a', (spec) => ({ ...spec, title: 'B' }));
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'B', tags: ['t'] }, folderUid: 'f' });
    const stored = grafana.dashboard('a');
    expect(stored).toMatchObject({ spec: { title: 'B', tags: ['t'] }, folderUid: 'f', annotations: { own: 'x' } });
    expect(stored?.history.map(({ message, createdBy }) => [message, createdBy])).toEqual([
      ['first', 'admin'],
      ['', 'admin'],
      ['', 'admin'],
    ]);
    expect(stored).not.toHaveProperty('objectUid');
    expect([grafana.removeDashboard('a'), grafana.removeDashboard('a')]).toEqual([true, false]);
    grafana.putFolder({ uid: 'f', title: 'G' });
    expect(grafana.folders()).toMatchObject([{ title: 'G', version: 2 }]);
    expect([grafana.removeFolder('f'), grafana.removeFolder('f')]).toEqual([true, false]);
    expect(grafana.changes.every(({ credential }) => credential === 'grafana')).toBe(true);
    expect(grafana.dashboard('a')).toBeUndefined();
  });

  test('refuse what cannot be stored', async () => {
    grafana = await startFakeGrafana();
    expect(() => grafana.putDashboard({ dashboard: { title: 'a' } })).toThrow(RangeError);
    expect(() => grafana.putDashboard({ dashboard: { uid: 'a' } })).toThrow('Dashboard title cannot be empty');
    expect(() => grafana.putDashboard({ dashboard: { uid: 'a', title: 'a' }, folderUid: 'none' })).toThrow(RangeError);
    expect(() => grafana.editDashboard('none', (spec) => spec)).toThrow(RangeError);
    expect(() => grafana.putFolder({ uid: 'f', title: 'f', parentUid: 'none' })).toThrow(RangeError);
    expect(() => grafana.putFolder({ uid: 'f/g', title: 'f' })).toThrow('uid contains illegal characters');
  });

  test('are let go with `await using`', async () => {
    let url = '';
    {
      await using short = await startFakeGrafana();
      url = short.url;
      expect((await ask(short, '/api/org', { as: 'admin:admin' })).status).toBe(200);
    }
    expect(await silent(ask({ url } as FakeGrafana, '/api/org'))).toBe('ECONNREFUSED');
  });
});
