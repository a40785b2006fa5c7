import { describe, expect, it } from 'vitest';
import { grafanaClient } from '../../../../../src/sinks/grafana/client/grafana-client.js';
import type { GrafanaErrorCode, RemoteDashboard } from '../../../../../src/sinks/grafana/grafana-api.js';
import { type Answer, startServer } from '../../http/start-server.js';
import { failure, run, stampOf, writeOf } from './clients.js';

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
const health = json(200, { database: 'ok', version: '11.6.0' });
const newHealth = json(200, { database: 'ok', version: '13.2.3' });
const groups = json(200, {
  groups: ['dashboard', 'folder'].map((name) => ({ name: `${name}.grafana.app`, versions: [{ version: 'v1' }] })),
});

const legacyRemote: RemoteDashboard = {
  uid: 'a',
  title: 'a',
  folderUid: 'f',
  version: '3',
  resourceVersion: undefined,
  management: 'stamped',
  stamp: stampOf('a'),
  apiVersion: undefined,
  spec: {},
};
const apisRemote: RemoteDashboard = { ...legacyRemote, resourceVersion: '17', apiVersion: 'dashboard.grafana.app/v1' };

type Row = readonly [status: number, body: unknown, code: GrafanaErrorCode, says: string];
const message = (text: string, more: object = {}) => ({ message: text, ...more });
const refused = (text: string, more: object = {}) => ({ kind: 'Status', status: 'Failure', message: text, ...more });

/** What means the same for every request. */
const GENERAL: readonly Row[] = [
  [401, message('Invalid username or password'), 'unauthorized', 'GRAFANA_TOKEN'],
  [401, message('API key does not belong to the requested organization'), 'unauthorized', 'GRAFANA_ORG_ID'],
  [403, message('Access denied to save dashboard secret'), 'forbidden', '403'],
  [
    403,
    message("You'll need additional permissions. Permissions needed: any of dashboards:create, dashboards:write"),
    'forbidden',
    'it needs dashboards:create or dashboards:write;',
  ],
  [407, '', 'unreachable', 'proxy'],
  [408, '', 'server', '408'],
  [410, '', 'server', '410'],
  [429, message('secret'), 'throttled', '429'],
  [500, message('secret'), 'server', '500'],
  [502, 'secret', 'server', '502'],
  [503, message('secret'), 'server', '503'],
  [504, message('secret'), 'server', '504'],
];

const SAVE: readonly Row[] = [
  ...GENERAL,
  [202, { status: 'pending', message: 'secret' }, 'pending', 'repository'],
  [400, message('Cannot save provisioned dashboard'), 'provisioned', 'provisioned'],
  [400, message('folder not found'), 'folder-missing', 'folder does not exist'],
  [404, message('Folder not found'), 'folder-missing', 'folder does not exist'],
  [400, message('bad request data: secret'), 'rejected', 'Grafana refuses the document (400)'],
  [400, message('Dashboard title cannot be empty'), 'rejected', 'no title'],
  [400, message('Dashboard refresh interval is too low'), 'rejected', 'refreshes more often'],
  [
    400,
    message('Dashboard name cannot be the same as folder', { status: 'name-match' }),
    'rejected',
    'a folder has its title',
  ],
  [400, message('A dashboard with the same uid already exists'), 'exists', 'uid'],
  [400, message('Dashboard cannot be changed to a folder'), 'exists', 'uid'],
  [403, message('Quota reached'), 'quota', 'quota'],
  [
    403,
    refused('Cannot change resource manager kind from "terraform" (identity "secret")'),
    'provisioned',
    'another tool',
  ],
  [
    403,
    refused('x', { details: { causes: [{ reason: 'ResourceManagerKindConflict' }] } }),
    'provisioned',
    'another tool',
  ],
  [412, message('x', { status: 'name-exists' }), 'exists', 'title'],
  [412, message('x', { status: 'plugin-dashboard' }), 'provisioned', 'plugin'],
  [413, 'secret', 'rejected', 'too large'],
  [422, refused('secret'), 'rejected', '422'],
  [409, message('Dashboard already exists. Use overwrite flag to update.'), 'exists', 'already'],
  [412, message('x', { status: 'version-mismatch' }), 'exists', 'already'],
];
const UPDATE: readonly Row[] = [
  ...SAVE.slice(0, -2).filter(([, body]) => !JSON.stringify(body).includes('Quota')),
  [409, message('Dashboard already exists. Use overwrite flag to update.'), 'conflict', '130334'],
  [412, message('x', { status: 'version-mismatch' }), 'conflict', 'changed since it was read'],
  [412, 'a proxy', 'conflict', 'changed since it was read'],
  [404, message('Dashboard not found'), 'conflict', 'gone'],
];

async function legacyClient(answer: Answer) {
  const server = await startServer([health, answer, answer, answer]);
  return { server, client: grafanaClient({ url: `http://127.0.0.1:${server.port}`, api: 'legacy', token: 'secret' }) };
}

async function apisClient(answer: Answer) {
  const server = await startServer([newHealth, groups, answer, answer, answer]);
  return { server, client: grafanaClient({ url: `http://127.0.0.1:${server.port}`, orgId: 1, token: 'secret' }) };
}

async function expectRow(call: ReturnType<typeof failure>, [status, , code, says]: Row): Promise<void> {
  const error = await call;
  expect([error.code, error.status, error.retryAfterMs]).toEqual([code, status, 7_000]);
  expect(error.message).toContain(says);
  expect(error.message).not.toContain('secret');
  expect(error.message).toMatch(/^[A-Z]+ http:\/\/127\.0\.0\.1:\d+\/api.*\.$/);
}

const late = { 'retry-after': '7' };

describe('the status map of a save', () => {
  it.each(SAVE)('of a new one by the old family: %d %j', async (...row) => {
    const { server, client } = await legacyClient(json(row[0], row[1], late));
    await using _ = server;
    await expectRow(failure(client.save(writeOf('a'))), row);
  });

  it.each(UPDATE)('of one that was read, by the old family: %d %j', async (...row) => {
    const { server, client } = await legacyClient(json(row[0], row[1], late));
    await using _ = server;
    await expectRow(failure(client.save(writeOf('a', { replaces: legacyRemote }))), row);
  });

  it.each([
    ...SAVE,
    [409, refused('dashboards.dashboard.grafana.app "a" already exists'), 'exists', 'already'],
    [404, refused('x', { details: { group: 'folder.grafana.app', name: 'f' } }), 'folder-missing', 'folder'],
    [400, refused('folder not found'), 'folder-missing', 'folder'],
  ] satisfies Row[])('of a new one below /apis: %d %j', async (...row) => {
    const { server, client } = await apisClient(json(row[0], row[1], late));
    await using _ = server;
    await expectRow(failure(client.save(writeOf('a'))), row as unknown as Row);
  });

  it('names the dashboard that a POST does not name', async () => {
    const { server, client } = await legacyClient(json(500, {}));
    await using _ = server;
    const error = await failure(client.save(writeOf('cpu')));
    expect(error.message).toContain('/api/dashboards/db (dashboard cpu) failed');
  });

  it('sends the version that it replaces, its folder and never overwrite', async () => {
    const { server, client } = await legacyClient(json(200, { uid: 'a', version: 4 }));
    await using _ = server;
    expect(await run(client.save(writeOf('a', { replaces: legacyRemote })))).toEqual({
      uid: 'a',
      version: '4',
      folderUid: undefined,
    });
    const body = JSON.parse(server.requests[1]?.body ?? '');
    expect(body).toMatchObject({ folderUid: 'f', overwrite: false, dashboard: { uid: 'a', version: 3 } });
    expect('id' in body.dashboard).toBe(false);
  });

  it('tries a full quota once more with the id, if it is still what was read', async () => {
    const quota = json(403, message('Quota reached'));
    const read = (dashboard: object) => json(200, { meta: {}, dashboard: { uid: 'a', title: 'a', ...dashboard } });
    const cases: [Answer, GrafanaErrorCode | 'ok', number][] = [
      [read({ id: 5, version: 3 }), 'ok', 4],
      [read({ id: 5, version: 4 }), 'conflict', 3],
      [read({ id: 0, version: 3 }), 'quota', 3],
      [json(404, message('Dashboard not found')), 'conflict', 3],
    ];
    for (const [answer, expected, requests] of cases) {
      await using server = await startServer([health, quota, answer, json(200, { uid: 'a', version: 4 })]);
      const client = grafanaClient({ url: `http://127.0.0.1:${server.port}`, api: 'legacy' });
      const write = writeOf('a', { replaces: legacyRemote });
      const code = await run(client.save(write)).then(
        () => 'ok',
        (error) => error.code,
      );
      expect([code, server.requests.length]).toEqual([expected, requests]);
      if (expected === 'ok')
        expect(JSON.parse(server.requests[3]?.body ?? '').dashboard).toMatchObject({ id: 5, version: 3 });
    }
    await using server = await startServer([health, quota]);
    const client = grafanaClient({ url: `http://127.0.0.1:${server.port}`, api: 'legacy' });
    expect((await failure(client.save(writeOf('a')))).code).toBe('quota');
    expect(server.requests.length).toBe(2);
  });
});

describe('the status map of a removal', () => {
  const rows: readonly Row[] = [
    ...GENERAL,
    [400, message('provisioned dashboard cannot be deleted'), 'provisioned', 'provisioned'],
    [400, message('secret'), 'rejected', '400'],
    [409, refused('Precondition failed'), 'conflict', 'changed since'],
    [500, message('Dashboard not found'), 'server', '500'],
  ];

  it.each(rows)('by the old family: %d %j', async (...row) => {
    const { server, client } = await legacyClient(json(row[0], row[1], late));
    await using _ = server;
    await expectRow(failure(client.remove(legacyRemote)), row);
  });

  it.each(rows)('below /apis: %d %j', async (...row) => {
    const { server, client } = await apisClient(json(row[0], row[1], late));
    await using _ = server;
    await expectRow(failure(client.remove(apisRemote)), row);
  });

  it('names below /apis what it has read', async () => {
    const { server, client } = await apisClient(json(200, {}));
    await using _ = server;
    await run(client.remove(apisRemote));
    const { method, path, body } = server.requests[2] ?? {};
    expect([method, path]).toEqual(['DELETE', '/apis/dashboard.grafana.app/v1/namespaces/default/dashboards/a']);
    expect(JSON.parse(body ?? '').preconditions).toEqual({ resourceVersion: '17' });
  });

  it.each([
    ['a path that is not there', refused('the server could not find the requested resource', { details: {} })],
    ['a 404 without a name', refused('x', { details: { group: 'dashboard.grafana.app' } })],
    ['a page', 'x'],
  ])('is no success for %s', async (_, body) => {
    const answer = json(404, body);
    await using server = await startServer([newHealth, groups, answer, newHealth, groups, answer]);
    const client = grafanaClient({ url: `http://127.0.0.1:${server.port}`, orgId: 1 });
    expect((await failure(client.remove(apisRemote))).code).toBe('malformed');
  });
});

describe('the status map of a read', () => {
  it.each([
    ...GENERAL,
    [400, message('secret'), 'rejected', '400'],
  ] satisfies Row[])('by the old family: %d %j', async (...row) => {
    const { server, client } = await legacyClient(json(row[0], row[1], late));
    await using _ = server;
    await expectRow(failure(client.get('a')), row as unknown as Row);
    await expectRow(failure(client.folderUid({ id: 5 })), row as unknown as Row);
  });

  it.each(GENERAL)('below /apis: %d %j', async (...row) => {
    const { server, client } = await apisClient(json(row[0], row[1], late));
    await using _ = server;
    await expectRow(failure(client.get('a')), row);
    await expectRow(failure(client.folderUid({ uid: 'f' })), row);
  });

  it('of a folder whose name says dashboard, and the other way round', async () => {
    const missing = (group: string, name: string) =>
      json(
        404,
        refused(`${group}.grafana.app "${name}" not found`, { details: { group: `${group}.grafana.app`, name } }),
      );
    await using server = await startServer([
      newHealth,
      groups,
      missing('folder', 'dashboard'),
      missing('dashboard', 'folder'),
    ]);
    const client = grafanaClient({ url: `http://127.0.0.1:${server.port}`, orgId: 1 });
    expect(await run(client.folderUid({ uid: 'dashboard' }))).toBeUndefined();
    expect(await run(client.get('folder'))).toBeUndefined();
    const { server: old, client: oldClient } = await legacyClient(json(404, message('dashboard "folder x" not found')));
    await using _ = old;
    expect(await run(oldClient.get('a'))).toBeUndefined();
  });

  it('below /apis of what was converted asks for what is stored', async () => {
    const object = (version: string, more: object = {}) =>
      json(200, {
        apiVersion: `dashboard.grafana.app/${version}`,
        metadata: { name: 'a', generation: 2, resourceVersion: '9' },
        spec: { title: version, tags: [] },
        ...more,
      });
    const versions = json(200, {
      groups: [
        { name: 'dashboard.grafana.app', versions: [{ version: 'v1' }, { version: 'v2beta1' }, { version: 'v2' }] },
        { name: 'folder.grafana.app', versions: [{ version: 'v1' }] },
      ],
    });
    const converted = object('v1', { status: { conversion: { failed: false, storedVersion: 'v2' } } });
    await using server = await startServer([newHealth, versions, converted, object('v2')]);
    const client = grafanaClient({ url: `http://127.0.0.1:${server.port}`, orgId: 1 });
    expect(await run(client.get('a'))).toMatchObject({ title: 'v2', apiVersion: 'dashboard.grafana.app/v2' });
    expect(await run(client.get('a'))).toMatchObject({ title: 'v2' });
    expect(server.requests.slice(2).map(({ path }) => /\/(v\w+)\//.exec(path)?.[1])).toEqual(['v1', 'v2', 'v2']);
  });

  it('below /apis is malformed where another answers', async () => {
    const other = { apiVersion: 'dashboard.grafana.app/v1', metadata: { name: 'b' }, spec: {} };
    for (const body of [other, { metadata: { name: 'a' }, spec: {} }, { ...other, metadata: { name: 'a' }, spec: 1 }]) {
      const { server, client } = await apisClient(json(200, body));
      await using _ = server;
      expect((await failure(client.get('a'))).code).toBe('malformed');
    }
    const { server, client } = await apisClient(json(201, other));
    await using _ = server;
    expect((await failure(client.save(writeOf('a')))).code).toBe('malformed');
  });
});
