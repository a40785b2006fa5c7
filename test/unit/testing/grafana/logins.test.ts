import { describe, expect, test } from 'vitest';
import { ask, EVERY_VERSION, start } from './ask-grafana.js';

const MINUTE_MS = 60_000;

describe.each(EVERY_VERSION)('Grafana %s', (version) => {
  const isOld = version.startsWith('9');
  const bodyOf = (message: string, messageId: string) =>
    isOld ? { message } : { message, messageId, statusCode: 401 };
  const wrong = isOld
    ? { message: 'invalid username or password' }
    : bodyOf('Invalid username or password', 'password-auth.failed');

  test('lets in who has a token or a password', async () => {
    const grafana = await start(version);
    expect((await ask(grafana, '/api/org')).status).toBe(200);
    expect((await ask(grafana, '/api/org', { as: 'admin:admin' })).status).toBe(200);
    expect((await ask(grafana, '/api/org', { as: 'ADMIN:admin' })).status).toBe(200);
  });

  test.each([
    ['nothing', { as: null }, 'Unauthorized', 'auth.unauthorized'],
    ['a token of nobody', { as: 'nobody' }, 'Invalid API key', 'api-key.invalid'],
    ['another scheme', { as: null, headers: { authorization: 'Digest editor' } }, 'Invalid API key', 'api-key.invalid'],
    [
      'a token for another organisation',
      { headers: { 'x-grafana-org-id': '2' } },
      'API key does not belong to the requested organization',
      'api-key.organization-mismatch',
    ],
  ])('does not let in who has %s', async (_, options, message, messageId) => {
    const grafana = await start(version);
    const { status, json } = await ask(grafana, '/api/dashboards/uid/a', options);
    expect([status, json]).toEqual([401, bodyOf(message, messageId)]);
  });

  test('locks a user out for five minutes after five wrong passwords', async () => {
    let time = 1_000_000;
    const grafana = await start(version, { now: () => time });
    const login = async (as: string) => (await ask(grafana, '/api/org', { as })).status;
    for (let i = 1; i <= 4; i += 1) expect(await login('admin:wrong')).toBe(401);
    expect(await login('admin:admin')).toBe(200);
    time += MINUTE_MS;
    expect(await login('Admin:wrong')).toBe(401);
    const locked = await ask(grafana, '/api/org', { as: 'admin:admin' });
    expect([locked.status, locked.json]).toEqual([401, wrong]);
    expect((await ask(grafana, '/api/org', { as: 'admin:wrong' })).json).toEqual(wrong);
    // The first four are forgotten, and what was refused while it was locked did not count.
    time += 4 * MINUTE_MS;
    expect(await login('admin:admin')).toBe(200);
    for (let i = 1; i <= 4; i += 1) await login('admin:wrong');
    expect(await login('admin:admin')).toBe(401);
    expect(await login('editor')).toBe(200);
  });

  test('counts neither who is unknown nor who sends no password', async () => {
    const grafana = await start(version);
    for (let i = 1; i <= 9; i += 1) {
      expect((await ask(grafana, '/api/org', { as: 'nobody:wrong' })).json).toEqual(wrong);
      expect((await ask(grafana, '/api/org', { as: 'admin:' })).json).toEqual(wrong);
    }
    expect((await ask(grafana, '/api/org', { as: 'admin:admin' })).status).toBe(200);
    grafana.setCredentials({ users: [{ login: 'nobody', password: 'known' }] });
    expect((await ask(grafana, '/api/org', { as: 'nobody:known' })).status).toBe(200);
  });

  test('knows who works where', async () => {
    const users = [
      { login: 'both', password: 'p:w', orgIds: [2, 1] },
      { login: 'one', password: 'p' },
    ];
    const grafana = await start(version, { users });
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'a' }, orgId: 2 });
    const statusOf = async (as: string, orgId?: string) =>
      (await ask(grafana, '/api/dashboards/uid/a', { as, ...(orgId && { headers: { 'x-grafana-org-id': orgId } }) }))
        .status;
    expect(await statusOf('both:p:w')).toBe(200);
    expect(await statusOf('both:p:w', '1')).toBe(404);
    expect(await statusOf('both:p:w', 'x')).toBe(200);
    expect(await statusOf('one:p', '2')).toBe(403);
    expect(await statusOf('other')).toBe(200);
    expect(grafana.dashboards()).toEqual([]);
    expect(grafana.dashboards(2)).toHaveLength(1);
    expect((await ask(grafana, '/api/org', { as: 'other' })).json).toEqual({ id: 2, name: 'Org 2' });
  });

  test('says who asks, but not of a token', async () => {
    const grafana = await start(version);
    const { json } = await ask(grafana, '/api/user', { as: 'admin:admin' });
    expect(json).toMatchObject({ login: 'admin', orgId: 1, isGrafanaAdmin: true });
    expect((await ask(grafana, '/api/user')).status).toBe(404);
    expect((await ask(grafana, '/api/org')).json).toEqual({ id: 1, name: 'Main Org.' });
  });

  test('tells everybody that it is well, and which it is', async () => {
    const grafana = await start(version);
    const { status, json } = await ask(grafana, '/api/health', { as: null });
    expect([status, json]).toMatchObject([200, { database: 'ok', version: grafana.version }]);
    expect(json.version.startsWith(version.replace('x', ''))).toBe(true);
    expect((await ask(grafana, '/api/health', { as: 'admin:wrong' })).status).toBe(200);
  });

  test('reloads for administrators of the server alone', async () => {
    const users = [
      { login: 'root', password: 'r', serverAdmin: true },
      { login: 'admin', password: 'a' },
    ];
    const grafana = await start(version, { users });
    const reload = (what: string, as: string) =>
      ask(grafana, `/api/admin/provisioning/${what}/reload`, { method: 'POST', as });
    expect(await reload('dashboards', 'root:r')).toMatchObject({
      status: 200,
      json: { message: 'Dashboards config reloaded' },
    });
    for (const as of ['admin:a', 'editor']) expect((await reload('datasources', as)).status).toBe(403);
    expect((await reload('notifications', 'root:r')).status).toBe(404);
  });

  test('takes other credentials when they are changed', async () => {
    const grafana = await start(version);
    grafana.setCredentials({ users: [{ login: 'admin', password: 'new' }] });
    const statuses = [];
    for (const as of ['admin:admin', 'editor', 'admin:new'])
      statuses.push((await ask(grafana, '/api/org', { as })).status);
    expect(statuses).toEqual([401, 401, 200]);
    expect(grafana.requests.map(({ credential, status }) => [credential, status])).toEqual([
      ['user:admin', 401],
      ['unknown', 401],
      ['user:admin', 200],
    ]);
  });
});
