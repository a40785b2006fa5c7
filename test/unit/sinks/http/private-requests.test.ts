import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { httpTarget } from '../../../../src/sinks/http/http-target.js';
import type { HttpTargetOptions } from '../../../../src/sinks/http/http-target-options.js';
import { sendRequest } from '../../../../src/sinks/http/send-request.js';
import type { TryResult } from '../../../../src/sinks/http/try-result.js';
import { createAuthority } from '../../kubernetes/certificates.js';
import { type Answer, certificateFile, closedPort, startServer, status } from './start-server.js';

/** Nothing here takes as long; a test that hits it fails by what it expects. */
const PLENTY_MS = 20_000;

const folder = mkdtempSync(join(tmpdir(), 'private-requests-'));
afterAll(() => rmSync(folder, { recursive: true }));

function fileOf(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function send(options: HttpTargetOptions): Promise<TryResult> {
  return firstValueFrom(sendRequest(httpTarget(options), PLENTY_MS));
}

const authority = createAuthority('clients');
const pair = authority.issue('the sidecar');
const certFile = fileOf('tls.crt', pair.cert);
const keyFile = fileOf('tls.key', pair.key);
const mutual = { secure: true, clientAuthority: authority.cert } as const;

describe('headers', () => {
  it('go out, and win over our own but for those of the connection', async () => {
    await using server = await startServer([status(200)]);
    const headers = { 'X-Scope-OrgID': 'team', 'User-Agent': 'us', Accept: 'text/plain', 'content-type': 'text/json' };
    const url = `http://127.0.0.1:${server.port}/`;
    expect(await send({ url, headers, method: 'POST', payload: '{}' })).toMatchObject({ op: 'told' });
    expect(server.requests[0]?.headers).toEqual({
      'x-scope-orgid': 'team',
      'user-agent': 'us',
      accept: 'text/plain',
      'content-type': 'text/json',
      'content-length': '2',
      'accept-encoding': 'identity',
      host: `127.0.0.1:${server.port}`,
      connection: 'close',
    });
  });

  it('from a file are read at each try, announced, and its faults are a failed try', async () => {
    await using server = await startServer([status(200)]);
    const secrets: (string | undefined)[][] = [];
    const headersFile = fileOf('headers', 'X-Api-Key: one\n');
    const url = `http://127.0.0.1:${server.port}/`;
    const options: HttpTargetOptions = { url, headersFile, onSecret: (...secret) => secrets.push(secret) };
    await send(options);
    writeFileSync(headersFile, 'X-Api-Key: two\n');
    await send(options);
    expect(server.requests.map(({ headers }) => headers['x-api-key'])).toEqual(['one', 'two']);
    expect(secrets).toEqual([
      ['one', 'header x-api-key of the request'],
      ['two', 'header x-api-key of the request'],
    ]);
    writeFileSync(headersFile, 'X-Api-Key: s3cret\rContent-Length: 5');
    expect(await send(options)).toEqual({
      op: 'failed',
      kind: 'credentials',
      message: `GET ${url} was not sent: the headers file ${headersFile} cannot be used, its line 1 has a character that a header cannot carry.`,
    });
    expect(server.requests).toHaveLength(2);
  });
});

describe('a token', () => {
  it('goes out as a bearer, read from its file at each try, and is announced without its scheme', async () => {
    await using server = await startServer([status(200)]);
    const secrets: string[] = [];
    const tokenFile = fileOf('token', 'first\n');
    const options: HttpTargetOptions = {
      url: `http://127.0.0.1:${server.port}/`,
      tokenFile,
      onSecret: (secret) => secrets.push(secret),
    };
    await send(options);
    writeFileSync(tokenFile, 'second');
    await send(options);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer first', 'Bearer second']);
    expect(secrets).toEqual(['first', 'second']);
  });

  it('that was refused can be told from others', async () => {
    await using server = await startServer([status(401)]);
    const url = `http://127.0.0.1:${server.port}/`;
    const [one, same, other] = await Promise.all(['a', 'a', 'b'].map((token) => send({ url, token })));
    expect(one).toMatchObject({ kind: 'auth', credentialsId: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(same).toEqual(one);
    expect(other).not.toEqual(one);
  });
});

describe('a client certificate', () => {
  const trust = { caFile: certificateFile, certFile, keyFile };

  it('is shown to a server that asks for one, and read at each try', async () => {
    await using server = await startServer([status(200)], mutual);
    const url = `https://localhost:${server.port}/`;
    const rotated = { ...trust, certFile: fileOf('rotated.crt', pair.cert), keyFile: fileOf('rotated.key', pair.key) };
    expect(await send({ url, ...rotated })).toEqual({ op: 'told', status: 200 });
    const next = authority.issue('the next one');
    writeFileSync(rotated.certFile, next.cert);
    writeFileSync(rotated.keyFile, next.key);
    expect(await send({ url, ...rotated })).toEqual({ op: 'told', status: 200 });
    expect(server.requests.map(({ client }) => client)).toEqual(['the sidecar', 'the next one']);
  });

  it('that cannot be used is a failed try, and nothing is sent', async () => {
    await using server = await startServer([status(200)], mutual);
    const url = `https://localhost:${server.port}/`;
    const badKey = fileOf('bad.key', 's3cret');
    const result = await send({ url, ...trust, keyFile: badKey });
    expect(result).toMatchObject({
      kind: 'credentials',
      message: expect.stringContaining(
        `the client certificate ${certFile} cannot be used with the key ${badKey} (ERR_`,
      ),
    });
    expect(JSON.stringify(result)).not.toContain('s3cret');
    expect(server.requests).toEqual([]);
  });

  it.each([
    undefined,
    'TLSv1.2',
  ] as const)('that is missing is said to be the fault, and one that is not trusted does not help (%s at most)', async (maxVersion) => {
    await using server = await startServer([status(200)], { ...mutual, ...(maxVersion && { maxVersion }) });
    const url = `https://localhost:${server.port}/`;
    expect(await send({ url, caFile: certificateFile })).toMatchObject({
      op: 'failed',
      message: expect.stringMatching(
        /the server ended TLS \(alert (40|116)\), most likely since it wants a client certificate, or another one; see REQ_CERT_FILE\.$/,
      ),
    });
    const stranger = createAuthority('others').issue('the sidecar');
    const foreign = { certFile: fileOf('foreign.crt', stranger.cert), keyFile: fileOf('foreign.key', stranger.key) };
    expect(await send({ url, ...trust, ...foreign })).toMatchObject({ op: 'failed' });
    expect(server.requests).toEqual([]);
  });

  it('passes through a tunnel to the target, and is not shown to the proxy', async () => {
    await using server = await startServer([status(200)], mutual);
    // Would take the certificate, and trust it: what it does not see was not shown.
    await using proxy = await startServer([], { ...mutual, optional: true, tunnel: { toPort: server.port } });
    const url = 'https://app.example.test/';
    expect(await send({ url, ...trust, proxy: { https: `https://localhost:${proxy.port}` } })).toMatchObject({
      op: 'told',
    });
    expect(server.requests[0]?.client).toBe('the sidecar');
    expect(proxy.tunnels).toMatchObject([{ client: undefined }]);
  });

  it('is not shown to a proxy that is asked for a plain target', async () => {
    await using proxy = await startServer([status(200)], { ...mutual, optional: true });
    const proxied = { http: `https://localhost:${proxy.port}` };
    expect(await send({ url: 'http://app.example.test/', ...trust, proxy: proxied })).toMatchObject({ op: 'told' });
    expect(proxy.requests).toMatchObject([{ client: undefined }]);
  });
});

describe('to another origin a redirect carries', () => {
  it.each<[string, Partial<HttpTargetOptions>]>([
    ['no token', { token: 's3cret' }],
    ['no basic authentication', { basicAuth: { username: 'u', password: 's3cret' } }],
    ['no header', { headers: { 'x-api-key': 's3cret', cookie: 's3cret', 'user-agent': 's3cret' } }],
    ['no header of a file', { headersFile: fileOf('secret-headers', 'X-Api-Key: s3cret') }],
  ])('%s', async (_, credentials) => {
    await using other = await startServer([status(200)]);
    await using server = await startServer([status(307, { location: `http://127.0.0.1:${other.port}/` })]);
    expect(await send({ url: `http://127.0.0.1:${server.port}/`, ...credentials })).toMatchObject({ op: 'told' });
    expect(JSON.stringify(server.requests[0]?.headers)).toMatch(/s3cret|Basic/);
    expect(JSON.stringify(other.requests)).not.toMatch(/s3cret|Basic/);
    expect(other.requests).toHaveLength(1);
  });

  it('no client certificate', async () => {
    await using other = await startServer([status(200)], { ...mutual, optional: true });
    await using server = await startServer([status(307, { location: `https://localhost:${other.port}/` })], mutual);
    const url = `https://localhost:${server.port}/`;
    expect(await send({ url, caFile: certificateFile, certFile, keyFile })).toMatchObject({ op: 'told' });
    expect(server.requests).toMatchObject([{ client: 'the sidecar' }]);
    expect(other.requests).toMatchObject([{ client: undefined }]);
  });

  it.each<[string, Partial<HttpTargetOptions>]>([
    ['headers', { headers: { 'x-api-key': 's3cret' } }],
    ['a client certificate', { certFile, keyFile }],
  ])('from https to http nothing at all where there are %s', async (_, credentials) => {
    await using plain = await startServer([status(200)]);
    await using server = await startServer([status(307, { location: `http://localhost:${plain.port}/` })], {
      secure: true,
    });
    const url = `https://localhost:${server.port}/`;
    expect(await send({ url, caFile: certificateFile, ...credentials })).toMatchObject({ kind: 'redirect' });
    expect(plain.requests).toEqual([]);
  });
});

describe('a unix socket', () => {
  let socketPath: string;
  let count = 0;
  beforeEach(() => {
    socketPath = join(folder, `${count++}.sock`);
  });

  it('is asked for path and query, with credentials, without proxy, as localhost', async () => {
    await using proxy = await startServer([status(200)]);
    await using server = await startServer([status(200)], { socketPath });
    const options: HttpTargetOptions = {
      url: `unix:${socketPath}:/reload?token=abc`,
      method: 'POST',
      payload: 'now',
      token: 't0ken',
      proxy: { http: `http://127.0.0.1:${proxy.port}`, https: `http://127.0.0.1:${proxy.port}` },
    };
    expect(await send(options)).toEqual({ op: 'told', status: 200 });
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        path: '/reload?token=abc',
        body: '"now"',
        headers: { host: 'localhost', authorization: 'Bearer t0ken' },
      },
    ]);
    expect(proxy.requests).toEqual([]);
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  it('is named by its path, without the query', async () => {
    const missing: HttpTargetOptions = { url: `unix:${socketPath}:/reload?token=s3cret` };
    expect(httpTarget(missing).name).toBe(`unix:${socketPath}:/reload`);
    expect(await send(missing)).toMatchObject({
      kind: 'connect',
      refused: true,
      message: `GET unix:${socketPath}:/reload failed: nothing listens there (ENOENT).`,
    });
    fileOf(`${count - 1}.sock`, 'no socket');
    expect(await send(missing)).toMatchObject({
      kind: 'connect',
      refused: true,
      message: expect.stringContaining('(ECONNREFUSED)'),
    });
  });

  it('keeps its credentials over a redirect within it', async () => {
    const answers = [status(307, { location: '/b?x=1' }), status(307, { location: 'http://localhost/c' }), status(200)];
    await using server = await startServer(answers, { socketPath });
    expect(await send({ url: `unix:${socketPath}:/a`, token: 't' })).toMatchObject({ op: 'told' });
    expect(server.requests.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/a', 'Bearer t'],
      ['/b?x=1', 'Bearer t'],
      ['/c', 'Bearer t'],
    ]);
  });

  it.each(['localhost', '127.0.0.1', 'unix'])('is not left by a redirect to %s', async (host) => {
    await using outside = await startServer([status(200)]);
    const location = host === 'unix' ? 'unix:/other.sock:/' : `http://${host}:${outside.port}/b`;
    await using _ = await startServer([status(307, { location })], { socketPath });
    expect(await send({ url: `unix:${socketPath}:/a` })).toMatchObject({
      kind: 'redirect',
      message: expect.stringMatching(/^GET unix:\S+:\/a was redirected (out of its socket|to unix:)/),
    });
    expect(outside.requests).toEqual([]);
  });

  it('that refuses credentials is named by its path', async () => {
    await using _ = await startServer([status(401)], { socketPath });
    expect(await send({ url: `unix:${socketPath}:/a`, token: 't' })).toMatchObject({
      kind: 'auth',
      message: `GET unix:${socketPath}:/a answered 401, expected 200-299.`,
    });
  });
});

describe('a rule on the JSON answer', () => {
  const success = { ranges: [{ from: 200, to: 299 }], json: { path: ['status'], value: 0 } };
  const json = (code: number, body: string, headers = {}): Answer => status(code, headers, body);

  it('takes the answer that says so', async () => {
    await using server = await startServer([json(200, '{"reload":"done","status":0}')]);
    expect(await send({ url: `http://127.0.0.1:${server.port}/`, success })).toEqual({ op: 'told', status: 200 });
  });

  it.each<[string, Answer, object]>([
    [
      '200 that says no',
      json(200, '{"reload":"s3cret","status":-1}'),
      {
        status: 200,
        passing: true,
        message: 'answered 200 with status being -1 in its JSON, expected 200-299,json:status=0.',
      },
    ],
    [
      '400 that says not yet',
      json(400, '{"reload":"in progress","status":-2}'),
      {
        status: 400,
        passing: true,
        message: 'answered 400 with status being -2 in its JSON, expected 200-299,json:status=0.',
      },
    ],
    [
      '400 that says when to come again',
      json(400, '{"status":-2}', { 'retry-after': '3' }),
      {
        status: 400,
        passing: true,
        retryAfterMs: 3_000,
        message: 'answered 400 with status being -2 in its JSON, expected 200-299,json:status=0.',
      },
    ],
    [
      '200 without JSON',
      json(200, 's3cret'),
      { status: 200, passing: false, message: 'answered 200 without JSON, expected 200-299,json:status=0.' },
    ],
    [
      '200 without the field',
      json(200, '{"s3cret":0}'),
      {
        status: 200,
        passing: false,
        message: 'answered 200 without status in its JSON, expected 200-299,json:status=0.',
      },
    ],
    [
      '200 that is too long',
      json(200, `{"status":0,"x":"${'s3cret'.repeat(11_000)}"}`),
      {
        status: 200,
        passing: false,
        message: 'answered 200 with more than could be read, expected 200-299,json:status=0.',
      },
    ],
    [
      '404 without the field',
      json(404, '{}'),
      { status: 404, message: 'answered 404, expected 200-299,json:status=0.' },
    ],
    [
      '400 with the field as it should be',
      json(400, '{"status":0}'),
      { status: 400, message: 'answered 400, expected 200-299,json:status=0.' },
    ],
    [
      '500 whatever it says',
      json(500, '{"status":-1}'),
      { status: 500, message: 'answered 500, expected 200-299,json:status=0.' },
    ],
  ])('does not take %s, and quotes no text of it', async (_, answer, failure) => {
    await using server = await startServer([answer]);
    const url = `http://127.0.0.1:${server.port}/`;
    const result = await send({ url, success });
    const { message, ...more } = failure as { message: string };
    expect(result).toMatchObject({ op: 'failed', kind: 'status', ...more, message: `GET ${url} ${message}` });
    expect(JSON.stringify(result)).not.toContain('s3cret');
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  it('does not wait for the body of a 500', async () => {
    await using server = await startServer([
      (response) => void response.writeHead(500, { 'content-length': '9' }).write('{'),
    ]);
    expect(await send({ url: `http://127.0.0.1:${server.port}/`, success })).toMatchObject({
      kind: 'status',
      status: 500,
    });
  });

  it('leaves a 401 what it is', async () => {
    await using server = await startServer([json(401, '{"status":-1}')]);
    expect(await send({ url: `http://127.0.0.1:${server.port}/`, success })).toMatchObject({ kind: 'auth' });
  });
});

describe('a body that says what changed', () => {
  const notification = { reason: 'change', covers: 1, changes: [] } as const;

  it('goes out with its key, the same over a redirect and the next try, and without the payload', async () => {
    await using server = await startServer([status(307, { location: '/b' }), status(503), status(200)]);
    const target = httpTarget({
      url: `http://127.0.0.1:${server.port}/a`,
      method: 'PUT',
      headers: { 'idempotency-key': 'mine' },
      payloadChanges: { instance: 'default/app', folder: '/data' },
    });
    await firstValueFrom(sendRequest(target, PLENTY_MS, notification));
    await firstValueFrom(sendRequest(target, PLENTY_MS, notification, 2));
    const bodies = server.requests.map(({ body }) => JSON.parse(body));
    expect(bodies.map(({ attempt }) => attempt)).toEqual([1, 1, 2]);
    expect(bodies[0]).toMatchObject({ instance: 'default/app', folder: '/data', reason: 'change', files: [] });
    const keys = server.requests.map(({ headers }) => headers['idempotency-key']);
    expect(keys).toEqual(bodies.map(({ batchId }) => batchId));
    expect(new Set(keys).size).toBe(1);
    expect(server.requests[0]?.headers['content-type']).toBe('application/json');
  });

  it('is left behind with its key where a redirect asks for a GET', async () => {
    await using server = await startServer([status(303, { location: '/b' }), status(200)]);
    const target = httpTarget({
      url: `http://127.0.0.1:${server.port}/a`,
      method: 'POST',
      payloadChanges: { instance: 'a', folder: '/data' },
    });
    await firstValueFrom(sendRequest(target, PLENTY_MS, notification));
    expect(server.requests[1]).toMatchObject({ method: 'GET', body: '' });
    expect(server.requests[1]?.headers).not.toHaveProperty('idempotency-key');
  });
});

it('what is sent in secret is in no message of any failure', async () => {
  const port = await closedPort();
  await using server = await startServer([status(401), status(500), status(302), (response) => response.destroy()]);
  const credentials = { token: 's3cret-token', headers: { 'x-api-key': 's3cret-key' } };
  const urls = [
    ...Array.from({ length: 4 }, () => `http://127.0.0.1:${server.port}/?t=s3cret`),
    `http://127.0.0.1:${port}/?t=s3cret`,
    `unix:${join(folder, 'none.sock')}:/?t=s3cret`,
  ];
  for (const url of urls) {
    const result = await send({ url, method: 'POST', payload: 's3cret-payload', ...credentials, certFile, keyFile });
    expect(result.op).toBe('failed');
    expect(JSON.stringify(result)).not.toContain('s3cret');
    expect(JSON.stringify(result)).not.toContain(readFileSync(keyFile, 'utf8').split('\n')[1]);
  }
});
