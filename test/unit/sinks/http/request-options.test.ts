import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lastValueFrom, of, Subject, toArray } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import { readConfig } from '../../../../src/config/read-config.js';
import type { Notification, NotificationOutcome } from '../../../../src/model.js';
import type { HttpTargetOptions } from '../../../../src/sinks/http/http-target-options.js';
import { notifyHttp } from '../../../../src/sinks/http/notify-http.js';
import { requestOptions } from '../../../../src/sinks/http/request-options.js';
import { certificateFile, closedPort, startServer, status } from './start-server.js';

const folder = mkdtempSync(join(tmpdir(), 'request-options-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const batch: Notification = { reason: 'change', covers: 1, changes: [] };

function optionsOf(env: Record<string, string>, ...argv: string[]) {
  const result = readConfig({ env: { LABEL: 'a', FOLDER: '/data', ...env }, argv });
  if (!('ok' in result)) throw new Error(JSON.stringify(result));
  return requestOptions(result.ok, { env, onSecret: () => undefined, instance: 'default/a', life: 'l' });
}

/** Tells of one batch by these variables; the outcomes until it is told or given up. */
function tell(env: Record<string, string>, ...argv: string[]): Promise<readonly NotificationOutcome[]> {
  const options = optionsOf(env, ...argv);
  if (options.url === undefined) throw new Error('Expected a URL');
  return lastValueFrom(of(batch).pipe(notifyHttp({ ...options, url: options.url }), toArray()));
}

const basic = (text: string, encoding: BufferEncoding = 'latin1') =>
  `Basic ${Buffer.from(text, encoding).toString('base64')}`;

describe('the rows of the established contract', () => {
  it('REQ_URL, REQ_METHOD: a GET, or a POST, in any case', async () => {
    await using server = await startServer([status(200)]);
    const url = `http://127.0.0.1:${server.port}/reload?x=1`;
    await tell({ REQ_URL: url });
    await tell({ REQ_URL: url, REQ_METHOD: 'post' });
    await tell({ REQ_URL: url, REQ_METHOD: '' });
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /reload?x=1',
      'POST /reload?x=1',
      'GET /reload?x=1',
    ]);
  });

  it('REQ_PAYLOAD: JSON as it stands, anything else as a JSON string, with POST', async () => {
    await using server = await startServer([status(200)]);
    const env = { REQ_URL: `http://127.0.0.1:${server.port}/`, REQ_METHOD: 'POST' };
    for (const payload of ['{"a":1}', 'reload', '"reload"', 'true', '']) await tell({ ...env, REQ_PAYLOAD: payload });
    await tell({ ...env, REQ_METHOD: 'GET', REQ_PAYLOAD: '{}' });
    expect(server.requests.map(({ body }) => body)).toEqual(['{"a":1}', '"reload"', '"reload"', 'true', '', '']);
    expect(server.requests[1]?.headers['content-type']).toBe('application/json');
  });

  it('REQ_USERNAME, REQ_PASSWORD, REQ_BASIC_AUTH_ENCODING: Latin-1 unless told otherwise, by Python’s names', async () => {
    await using server = await startServer([status(200)]);
    const env = { REQ_URL: `http://127.0.0.1:${server.port}/`, REQ_USERNAME: 'ü', REQ_PASSWORD: 'pä' };
    for (const encoding of ['', 'latin-1', 'ISO-8859-1', 'utf-8', 'UTF8']) {
      await tell({ ...env, REQ_BASIC_AUTH_ENCODING: encoding });
    }
    await tell({ ...env, REQ_PASSWORD: '' });
    const [latin1, utf8] = [basic('ü:pä'), basic('ü:pä', 'utf8')];
    const sent = server.requests.map(({ headers }) => headers.authorization);
    expect(sent).toEqual([latin1, latin1, latin1, utf8, utf8, undefined]);
  });

  it('REQ_USERNAME_FILE, REQ_PASSWORD_FILE win over the plain ones, the flags over all', async () => {
    await using server = await startServer([status(200)]);
    const env = {
      REQ_URL: `http://127.0.0.1:${server.port}/`,
      REQ_USERNAME: 'plain',
      REQ_PASSWORD: 'plain',
      REQ_USERNAME_FILE: fileOf('user', 'file\n'),
      REQ_PASSWORD_FILE: fileOf('password', 'secret\n'),
    };
    await tell(env);
    await tell(env, '--req-username-file', fileOf('user2', 'flag'), '--req-password-file', fileOf('password2', 'best'));
    const sent = server.requests.map(({ headers }) => headers.authorization);
    expect(sent).toEqual([basic('file:secret'), basic('flag:best')]);
  });

  it('REQ_RETRY_TOTAL, REQ_RETRY_CONNECT, REQ_RETRY_READ, REQ_RETRY_BACKOFF_FACTOR, REQ_TIMEOUT: as numbers', () => {
    expect(optionsOf({})).toMatchObject({
      retryTotal: 5,
      retryConnect: 10,
      retryRead: 5,
      backoffFactor: 1.1,
      timeoutMs: 10_000,
    });
    const env = {
      REQ_RETRY_TOTAL: '1',
      REQ_RETRY_CONNECT: '2',
      REQ_RETRY_READ: '3',
      REQ_RETRY_BACKOFF_FACTOR: '0.5',
      REQ_TIMEOUT: '2.5',
    };
    expect(optionsOf(env)).toMatchObject({
      retryTotal: 1,
      retryConnect: 2,
      retryRead: 3,
      backoffFactor: 0.5,
      timeoutMs: 2_500,
    });
  });

  it('REQ_SKIP_TLS_VERIFY: any certificate, only for `true` in any case', async () => {
    await using server = await startServer([status(200)], { secure: true });
    const env = { REQ_URL: `https://127.0.0.1:${server.port}/`, METHOD: 'LIST', REQ_RETRY_TOTAL: '0' };
    expect(await tell({ ...env, REQ_SKIP_TLS_VERIFY: 'True' })).toMatchObject([{ op: 'told' }]);
    expect(await tell({ ...env, REQ_SKIP_TLS_VERIFY: '1' })).toMatchObject([{ op: 'failed' }]);
    expect(server.requests).toHaveLength(1);
  });

  it('METHOD=LIST: a refused connection is tried once, and nothing is owed', async () => {
    const env = { REQ_URL: `http://127.0.0.1:${await closedPort()}/`, METHOD: 'LIST' };
    expect(await tell(env)).toMatchObject([{ op: 'failed', tries: 1, retryInMs: undefined }]);
  });

  it('HTTP_PROXY, HTTPS_PROXY, NO_PROXY: honoured, also in lower case and as flags', () => {
    const proxies = { HTTP_PROXY: 'http://one', https_proxy: 'http://two', NO_PROXY: 'a.test' };
    expect(optionsOf(proxies).proxy).toEqual({ http: 'http://one', https: 'http://two', no: 'a.test' });
    expect(optionsOf(proxies, '--http-proxy', 'http://three').proxy?.http).toBe('http://three');
    expect(optionsOf({ ALL_PROXY: 'http://all' }).proxy?.https).toBe('http://all');
  });

  it('SSL_CERT_FILE, REQUESTS_CA_BUNDLE: the second wins, and over both REQ_CA_FILE', () => {
    const env = { SSL_CERT_FILE: '/ssl' };
    expect(optionsOf(env).caFile).toBe('/ssl');
    expect(optionsOf({ ...env, REQUESTS_CA_BUNDLE: '/bundle' }).caFile).toBe('/bundle');
    expect(optionsOf({ ...env, REQUESTS_CA_BUNDLE: '/bundle', REQ_CA_FILE: '/own' }).caFile).toBe('/own');
  });
});

describe('the rows of ours', () => {
  it('REQ_TOKEN_FILE, REQ_HEADERS, REQ_CA_FILE, REQ_PAYLOAD_CHANGES, REQ_SUCCESS reach the target', async () => {
    await using server = await startServer([status(200, {}, '{"status":0}')], { secure: true });
    const outcomes = await tell({
      REQ_URL: `https://localhost:${server.port}/`,
      REQ_METHOD: 'PUT',
      REQ_TOKEN: 'plain',
      REQ_TOKEN_FILE: fileOf('token', 'rotating\n'),
      REQ_HEADERS: 'X-Scope-OrgID: team\n',
      REQ_CA_FILE: certificateFile,
      REQ_PAYLOAD_CHANGES: 'true',
      REQ_SUCCESS: '200,json:status=0',
    });
    expect(outcomes).toMatchObject([{ op: 'told', status: 200 }]);
    expect(server.requests[0]?.headers).toMatchObject({
      authorization: 'Bearer rotating',
      'x-scope-orgid': 'team',
      'idempotency-key': expect.stringMatching(/^[0-9a-f]{32}$/),
    });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({ instance: 'default/a', folder: '/data' });
  });

  it('an application that says 400 and "not yet" is told again by the policy, as the same batch', async () => {
    const answers = [
      status(400, {}, '{"status":-2}'),
      status(200, {}, '{"status":-1}'),
      status(200, {}, '{"status":0}'),
    ];
    await using server = await startServer(answers);
    const outcomes = await tell({
      REQ_URL: `http://127.0.0.1:${server.port}/api/v2/reload`,
      REQ_METHOD: 'POST',
      REQ_SUCCESS: '200,json:status=0',
      REQ_PAYLOAD_CHANGES: 'true',
      REQ_RETRY_BACKOFF_FACTOR: '0.001',
    });
    expect(outcomes).toMatchObject([
      { op: 'failed', status: 400, retryInMs: 1 },
      { op: 'failed', status: 200, retryInMs: 2 },
      { op: 'told', tries: 3 },
    ]);
    expect(new Set(server.requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(server.requests.map(({ body }) => JSON.parse(body).attempt)).toEqual([1, 2, 3]);
  });

  it('a refused token holds the request until its file changes', async () => {
    await using server = await startServer([status(401), status(200)]);
    const tokenFile = fileOf('refused', 'old');
    const options = optionsOf({ REQ_URL: `http://127.0.0.1:${server.port}/`, REQ_TOKEN_FILE: tokenFile });
    const seen: NotificationOutcome[] = [];
    const source = new Subject<Notification>();
    const subscription = source
      .pipe(notifyHttp(options as HttpTargetOptions))
      .subscribe((outcome) => seen.push(outcome));
    source.next(batch);
    await expect.poll(() => seen).toMatchObject([{ op: 'failed', status: 401 }]);
    writeFileSync(tokenFile, 'new');
    await expect.poll(() => seen, { timeout: 10_000 }).toMatchObject([{ op: 'failed' }, { op: 'told', tries: 2 }]);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer old', 'Bearer new']);
    subscription.unsubscribe();
  });

  it('nothing configured is nothing sent', () => {
    expect(optionsOf({})).toMatchObject({
      url: undefined,
      payload: undefined,
      payloadChanges: undefined,
      token: undefined,
      headers: undefined,
      certFile: undefined,
      caFile: undefined,
      once: false,
    });
  });
});
