import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { grafanaClient } from '../../../../../src/sinks/grafana/client/grafana-client.js';
import { start } from '../../../testing/grafana/ask-grafana.js';
import { type Answer, certificateFile, closedPort, startServer, status } from '../../http/start-server.js';
import { all, asked, clientOf, failure, run, writeOf } from './clients.js';

const folder = mkdtempSync(join(tmpdir(), 'grafana-client-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const json =
  (body: unknown, code = 200): Answer =>
  (response) => {
    response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
const health = json({ database: 'ok', version: '11.6.0' });
const dashboard = json({ meta: {}, dashboard: { uid: 'a', title: 'a', version: 1 } });
const legacy = { api: 'legacy' } as const;

describe('the base URL', () => {
  it.each(['/grafana', '/grafana/', '/a/b//'])('may have a path: %s', async (path) => {
    await using server = await startServer([health, dashboard]);
    const client = grafanaClient({ ...legacy, url: ` http://127.0.0.1:${server.port}${path} ` });
    expect(await run(client.get('a'))).toMatchObject({ uid: 'a' });
    const base = path.replace(/\/+$/, '');
    expect(server.requests.map((each) => each.path)).toEqual([`${base}/api/health`, `${base}/api/dashboards/uid/a`]);
  });

  it('may hold a login, which goes nowhere else', async () => {
    await using server = await startServer([health, status(500)]);
    const secrets: string[] = [];
    const url = `http://me:p%40ss@127.0.0.1:${server.port}`;
    const client = grafanaClient({ ...legacy, url, onSecret: (value) => secrets.push(value) });
    const { message } = await failure(client.get('a'));
    const packed = Buffer.from('me:p@ss').toString('base64');
    expect(server.requests[1]?.headers.authorization).toBe(`Basic ${packed}`);
    expect(message).not.toMatch(/me|p%40ss|p@ss/);
    expect(new Set(secrets)).toEqual(new Set(['p%40ss', 'p@ss', packed]));
  });

  it('keeps an odd uid inside its path', async () => {
    await using server = await startServer([health, dashboard]);
    await failure(grafanaClient({ ...legacy, url: `http://127.0.0.1:${server.port}` }).get('../x?y#z'));
    expect(server.requests[1]?.path).toBe('/api/dashboards/uid/..%2Fx%3Fy%23z');
  });
});

describe('credentials', () => {
  it('are a token, read from its file at each request', async () => {
    await using server = await startServer([health, dashboard]);
    const secrets: string[] = [];
    const tokenFile = fileOf('token', 'one\n');
    const url = `http://127.0.0.1:${server.port}`;
    const onSecret = (value: string) => secrets.push(value);
    const client = grafanaClient({ ...legacy, url, token: 'plain', tokenFile, onSecret });
    await run(client.get('a'));
    writeFileSync(tokenFile, 'two');
    await run(client.get('a'));
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer one',
      'Bearer one',
      'Bearer two',
    ]);
    expect(secrets).toEqual(['plain', 'one', 'one', 'two']);
  });

  it('are a login in UTF-8, with its files', async () => {
    const password = 'pässword';
    const grafana = await start('13.2', { users: [{ login: 'jürgen', password }] });
    const passwordFile = fileOf('password', `${password}\n`);
    const secrets = new Set<string>();
    const client = clientOf(grafana, { username: 'jürgen', passwordFile, onSecret: (value) => secrets.add(value) });
    await run(client.save(writeOf('a')));
    expect(secrets).toEqual(new Set([password, Buffer.from(`jürgen:${password}`).toString('base64')]));
    expect(new Set(grafana.requests.map(({ credential }) => credential))).toEqual(new Set(['user:jürgen']));
  });

  it.each([
    ['a token file that is not there', { tokenFile: '/nowhere/token' }, '/nowhere/token cannot be read (ENOENT)'],
    ['a password file that is not there', { username: 'u', passwordFile: '/nowhere/p' }, '/nowhere/p cannot be read'],
    ['a CA file that is not there', { token: 't', caFile: '/nowhere/ca' }, '/nowhere/ca cannot be used (ENOENT)'],
  ])('that cannot be read send nothing: %s', async (_, options, why) => {
    await using server = await startServer([health, dashboard]);
    const client = grafanaClient({ ...legacy, url: `http://127.0.0.1:${server.port}`, ...options });
    const { code, message } = await failure(client.get('a'));
    expect([code, message]).toEqual(['credentials', expect.stringContaining(why)]);
    expect(server.requests).toEqual([]);
  });

  it('of an empty file send nothing, and neither does a file of something else as CA', async () => {
    await using server = await startServer([health, dashboard]);
    const url = `http://127.0.0.1:${server.port}`;
    const empty = grafanaClient({ ...legacy, url, tokenFile: fileOf('empty', '\n') });
    expect((await failure(empty.get('a'))).code).toBe('credentials');
    const wrong = grafanaClient({ ...legacy, url, caFile: fileOf('wrong', 'no certificate: secret') });
    const { code, message } = await failure(wrong.get('a'));
    expect([code, message]).toEqual(['credentials', expect.not.stringContaining('secret')]);
    expect(server.requests).toEqual([]);
  });

  it('may be none', async () => {
    await using server = await startServer([health, dashboard]);
    await run(grafanaClient({ ...legacy, url: `http://127.0.0.1:${server.port}`, userAgent: 'us' }).get('a'));
    expect(server.requests[1]?.headers).toEqual({
      accept: 'application/json',
      'accept-encoding': 'identity',
      'user-agent': 'us',
      host: `127.0.0.1:${server.port}`,
      connection: 'close',
    });
  });

  it.each([
    '9.5',
    '11.6',
    '12.x',
    '13.2',
  ])('that are wrong are one bad login a call, and no word of them is told: %s', async (version) => {
    const grafana = await start(version);
    const client = clientOf(grafana, { username: 'admin', password: 'wrong-password' });
    for (const call$ of [client.get('a'), client.list(), client.save(writeOf('a'))]) {
      const before = grafana.requests.length;
      const { code, status: seen, message } = await failure(call$);
      expect([code, seen]).toEqual(['unauthorized', 401]);
      expect(message).not.toMatch(/wrong|admin|YWRtaW4/);
      expect(grafana.requests.slice(before).filter((each) => each.status === 401).length).toBe(1);
    }
  });

  it('that are mended let the next call through', async () => {
    const grafana = await start('13.2');
    const tokenFile = fileOf('mended', 'old');
    const client = clientOf(grafana, { tokenFile });
    expect((await failure(client.get('a'))).code).toBe('unauthorized');
    writeFileSync(tokenFile, 'editor');
    expect(await run(client.get('a'))).toBeUndefined();
  });

  it('of another organisation are told apart', async () => {
    const grafana = await start('13.2');
    const { code, message } = await failure(clientOf(grafana, { ...legacy, orgId: 2 }).get('a'));
    expect([code, message]).toEqual(['unauthorized', expect.stringContaining('GRAFANA_ORG_ID')]);
  });
});

describe('TLS', () => {
  it('trusts the authority of the file, or anybody where it is told so, and else nobody unknown', async () => {
    const grafana = await start('13.2', { tls: true });
    const caFile = fileOf('ca.pem', grafana.ca ?? '');
    expect(await run(clientOf(grafana, { caFile }).get('a'))).toBeUndefined();
    expect(await run(clientOf(grafana, { skipTlsVerify: true }).get('a'))).toBeUndefined();
    const { code, message } = await failure(clientOf(grafana).get('a'));
    expect([code, message]).toEqual(['unreachable', expect.stringMatching(/TLS failed \([A-Z_]+\).*GRAFANA_CA_FILE/)]);
  });

  it('goes through a proxy, which sees neither path nor credentials', async () => {
    await using server = await startServer([health, dashboard], { secure: true });
    await using proxy = await startServer([], { tunnel: { toPort: server.port } });
    const client = grafanaClient({
      ...legacy,
      url: 'https://app.example.test',
      token: 'the-token',
      caFile: certificateFile,
      proxy: { https: `http://127.0.0.1:${proxy.port}` },
    });
    expect(await run(client.get('a'))).toMatchObject({ uid: 'a' });
    expect(proxy.tunnels.map(({ authority }) => authority)).toEqual(['app.example.test:443', 'app.example.test:443']);
    expect(JSON.stringify(proxy.tunnels)).not.toContain('the-token');
  });

  it('tells a proxy that refuses', async () => {
    await using proxy = await startServer([], { tunnel: 403 });
    const client = grafanaClient({
      url: 'https://grafana.example.test',
      proxy: { https: `http://u:hidden@127.0.0.1:${proxy.port}` },
    });
    const { code, message } = await failure(client.get('a'));
    expect([code, message]).toEqual(['unreachable', expect.stringContaining('with 403')]);
    expect(message).not.toContain('hidden');
  });
});

describe('redirects', () => {
  it('are followed within the origin, with everything', async () => {
    const to = (code: number, location: string) => status(code, { location });
    const answers = [
      health,
      to(302, '/other/api?x=1'),
      dashboard,
      to(308, '/other/db'),
      json({ uid: 'b', version: 1 }),
    ];
    await using server = await startServer(answers);
    const client = grafanaClient({ ...legacy, url: `http://127.0.0.1:${server.port}`, token: 't' });
    expect(await run(client.get('a'))).toMatchObject({ uid: 'a' });
    expect(await run(client.save(writeOf('b')))).toMatchObject({ uid: 'b' });
    const [, first, second, third, fourth] = server.requests;
    expect([second?.method, second?.path, second?.headers.authorization]).toEqual([
      'GET',
      '/other/api?x=1',
      'Bearer t',
    ]);
    expect([fourth?.method, fourth?.path, fourth?.body]).toEqual(['POST', '/other/db', third?.body]);
    expect(first?.path).toBe('/api/dashboards/uid/a');
  });

  it.each([
    ['to another host', 'http://evil.example.test/x', 'http://evil.example.test'],
    ['to https', 'https://127.0.0.1/x', 'https://127.0.0.1'],
    ['to nowhere', undefined, 'without a readable Location'],
    ['in a circle', '/api/again', 'more than 3 times'],
  ])('end elsewhere, and the credentials stay: %s', async (_, location, why) => {
    await using server = await startServer([health, status(301, location === undefined ? {} : { location })]);
    const client = grafanaClient({ ...legacy, url: `http://127.0.0.1:${server.port}`, token: 't' });
    const { code, message, status: seen } = await failure(client.get('a'));
    expect([code, message, seen]).toEqual(['malformed', expect.stringContaining(why), 301]);
    expect(server.requests.length).toBe(location?.startsWith('/') ? 5 : 2);
  });

  it('never turn a write into a GET', async () => {
    await using server = await startServer([health, status(302, { location: '/login' })]);
    const client = grafanaClient({ ...legacy, url: `http://127.0.0.1:${server.port}` });
    expect((await failure(client.save(writeOf('a')))).code).toBe('malformed');
    expect(server.requests.length).toBe(2);
  });
});

describe('answers that are none', () => {
  const page = status(200, { 'content-type': 'text/html; charset=utf-8' }, '<html>secret');

  it.each([
    ['a page', page, 'a web page'],
    ['a page without a type', status(200, {}, ' <!doctype html>secret'), 'a web page'],
    ['text', status(200, { 'content-type': 'application/json' }, 'secret {'), 'something else'],
    ['nothing', status(204), 'something else'],
    ['a list', json([]), 'something else'],
    ['no dashboard', json({ meta: {} }), 'something else'],
    ['no meta', json({ dashboard: { uid: 'a', title: 'a', version: 1 } }), 'something else'],
    ['no version', json({ meta: {}, dashboard: { uid: 'a', title: 'a' } }), 'something else'],
    ['another 404', status(404, { 'content-type': 'text/html' }, '<h1>secret</h1>'), 'no such path'],
    ['a path that is not there', json({ message: 'Not found' }, 404), 'no such path'],
    ['a method that is not there', status(405), 'no such path'],
  ])('are malformed, and not shown: %s', async (_, answer, why) => {
    await using server = await startServer([health, answer, health, answer]);
    const client = grafanaClient({ ...legacy, url: `http://127.0.0.1:${server.port}` });
    const { code, message } = await failure(client.get('a'));
    expect([code, message]).toEqual(['malformed', expect.stringContaining(why)]);
    expect(message).not.toContain('secret');
    expect(message).toContain(`GET http://127.0.0.1:${server.port}/api/dashboards/uid/a`);
  });

  it('are never taken for "there is none", nor for "it is gone"', async () => {
    await using server = await startServer([health, status(404, {}, 'default backend - 404')]);
    const client = grafanaClient({ ...legacy, url: `http://127.0.0.1:${server.port}` });
    expect((await failure(client.get('a'))).code).toBe('malformed');
    const remote = {
      uid: 'a',
      title: 'a',
      folderUid: '',
      version: '1',
      resourceVersion: undefined,
      management: 'stamped',
      stamp: undefined,
      apiVersion: undefined,
      spec: {},
    } as const;
    expect((await failure(client.remove(remote))).code).toBe('malformed');
    expect((await failure(client.folderUid({ uid: 'f' }))).code).toBe('malformed');
  });

  it.each([
    ['another uid', { uid: 'b', version: 1 }, 'exists'],
    ['no uid', { version: 1 }, 'malformed'],
    ['no version', { uid: 'a' }, 'malformed'],
  ])('to a save of the old family: %s', async (_, body, expected) => {
    await using server = await startServer([health, json(body)]);
    const client = grafanaClient({ ...legacy, url: `http://127.0.0.1:${server.port}` });
    expect((await failure(client.save(writeOf('a')))).code).toBe(expected);
  });

  it('about a uid that a database does not tell from ours say so', async () => {
    await using server = await startServer([health, json({ meta: {}, dashboard: { uid: 'A', version: 1 } })]);
    const client = grafanaClient({ ...legacy, url: `http://127.0.0.1:${server.port}` });
    expect((await failure(client.get('a'))).code).toBe('exists');
  });

  it('that are too long are dropped', async () => {
    await using server = await startServer([health, status(200, {}, ' '.repeat(1_001))]);
    const client = grafanaClient({ ...legacy, url: `http://127.0.0.1:${server.port}`, maxAnswerBytes: 1_000 });
    const { code, message } = await failure(client.get('a'));
    expect([code, message]).toEqual(['malformed', expect.stringContaining('more than 1000 bytes')]);
  });

  it('in an encoding that nobody knows are dropped', async () => {
    await using server = await startServer([health, status(200, { 'content-encoding': 'zap' }, 'x')]);
    const client = grafanaClient({ ...legacy, url: `http://127.0.0.1:${server.port}` });
    expect((await failure(client.get('a'))).message).toContain('encoding');
  });
});

describe('a request', () => {
  it('that is larger than Grafana takes is not sent', async () => {
    const grafana = await start('13.2');
    const client = clientOf(grafana);
    await run(client.get('a'));
    const before = grafana.requests.length;
    const { code, message } = await failure(client.save(writeOf('a', { spec: { x: 'x'.repeat(16 * 1_024 * 1_024) } })));
    expect([code, message]).toEqual(['rejected', expect.stringContaining('16777216')]);
    expect(grafana.requests.length).toBe(before);
  });

  it.each([
    ['cut', { type: 'cut' } as const, /\(ECONNRESET\)/],
    ['cut inside its answer', { type: 'cut', afterBytes: 10 } as const, /broke before the whole answer/],
    ['silent', { type: 'silence' } as const, /no whole answer within 200 ms \(GRAFANA_TIMEOUT\)/],
    ['silent inside its answer', { type: 'silence', afterBytes: 10 } as const, /no whole answer within 200 ms/],
    ['slow', { type: 'delay', delayMs: 60_000 } as const, /no whole answer within 200 ms/],
  ])('is tried once, and ends: %s', async (_, fault, why) => {
    const grafana = await start('13.2');
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'a' } });
    const client = clientOf(grafana, { timeoutMs: 200 });
    await run(client.get('b'));
    const before = grafana.requests.length;
    grafana.fail({ path: /dashboards/ }, fault);
    const { code, message } = await failure(client.get('a'));
    expect([code, message]).toEqual(['unreachable', expect.stringMatching(why)]);
    expect(asked(grafana, before).length).toBe(1);
  });

  it('to nobody says so', async () => {
    const client = grafanaClient({ url: `http://127.0.0.1:${await closedPort()}` });
    const { code, message } = await failure(client.get('a'));
    expect([code, message]).toEqual(['unreachable', expect.stringContaining('nothing listens there (ECONNREFUSED)')]);
  });

  it('is dropped with its subscriber, while another that waits for the same discovery goes on', async () => {
    const grafana = await start('13.2');
    grafana.fail({ path: '/api/health' }, { type: 'delay', delayMs: 50 });
    const client = clientOf(grafana);
    const dropped: unknown[] = [];
    const subscription = client.get('a').subscribe((found) => dropped.push(found));
    const other = run(client.get('b'));
    subscription.unsubscribe();
    expect(await other).toBeUndefined();
    expect(dropped).toEqual([]);
    expect(asked(grafana).filter((line) => /health|dashboards\/a/.test(line))).toEqual(['GET /api/health']);
  });

  it('is made for each subscription', async () => {
    const grafana = await start('13.2');
    const client = clientOf(grafana);
    const get$ = client.get('a');
    await run(get$);
    grafana.putDashboard({ dashboard: { uid: 'a', title: 'a' } });
    expect(await run(get$)).toMatchObject({ uid: 'a' });
  });

  it('leaves no connection behind, also one that was dropped', async () => {
    await using server = await startServer([health, () => undefined]);
    const client = grafanaClient({ ...legacy, url: `http://127.0.0.1:${server.port}` });
    const subscription = client.get('a').subscribe();
    await expect.poll(() => server.requests.length).toBe(2);
    subscription.unsubscribe();
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  it('is the next one after a restart of Grafana without a word', async () => {
    const grafana = await start('13.2');
    const client = clientOf(grafana);
    await run(client.save(writeOf('a')));
    await grafana.restart();
    await run(client.save(writeOf('b')));
    expect((await all(client.list())).length).toBe(2);
  });
});
