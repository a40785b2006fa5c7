import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { afterAll, describe, expect, it } from 'vitest';
import { httpTarget } from '../../../../src/sinks/http/http-target.js';
import type { HttpTargetOptions } from '../../../../src/sinks/http/http-target-options.js';
import { sendRequest } from '../../../../src/sinks/http/send-request.js';
import type { TryResult } from '../../../../src/sinks/http/try-result.js';
import { type Answer, certificateFile, closedPort, startServer, status } from './start-server.js';

/** Nothing here takes as long; a test that hits it fails by what it expects. */
const PLENTY_MS = 20_000;
/** Enough for loopback, little to wait for. */
const SHORT_MS = 250;

const folder = mkdtempSync(join(tmpdir(), 'send-request-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function send(options: HttpTargetOptions, timeoutMs = PLENTY_MS): Promise<TryResult> {
  return firstValueFrom(sendRequest(httpTarget(options), timeoutMs));
}

const hang: Answer = () => undefined;

describe('a request', () => {
  it('goes out with the query, the payload, and as who we are', async () => {
    await using server = await startServer([status(200)]);
    const url = `http://localhost:${server.port}/reload?token=abc#part`;
    expect(await send({ url, method: 'POST', payload: '{"a":1}', userAgent: 'k8s-sidecar/1' })).toEqual({
      op: 'told',
      status: 200,
    });
    expect(server.requests).toMatchObject([
      {
        method: 'POST',
        path: '/reload?token=abc',
        body: '{"a":1}',
        headers: { 'content-type': 'application/json', 'content-length': '7', 'user-agent': 'k8s-sidecar/1' },
      },
    ]);
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each([
    'GET',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
  ] as const)('of the method %s without a body names no type of one', async (method) => {
    await using server = await startServer([status(204)]);
    expect(await send({ url: `http://127.0.0.1:${server.port}/`, method })).toEqual({ op: 'told', status: 204 });
    expect(server.requests).toMatchObject([{ method, body: '' }]);
    expect(server.requests[0]?.headers).not.toHaveProperty('content-type');
    expect(server.requests[0]?.headers).not.toHaveProperty('transfer-encoding');
  });

  it('keeps no connection', async () => {
    await using server = await startServer([status(200, {}, 'reloaded')]);
    await send({ url: `http://127.0.0.1:${server.port}/` });
    await expect.poll(() => server.sockets.size).toBe(0);
    expect(server.requests[0]?.headers.connection).toBe('close');
  });

  it('does not read the environment for proxies', async () => {
    process.env['http_proxy'] = `http://127.0.0.1:${await closedPort()}`;
    try {
      await using server = await startServer([status(200)]);
      expect(await send({ url: `http://127.0.0.1:${server.port}/` })).toMatchObject({ op: 'told' });
    } finally {
      delete process.env['http_proxy'];
    }
  });
});

describe('an answer', () => {
  it('counts by the rule of success', async () => {
    await using server = await startServer([status(302, { location: 'http://elsewhere/' })]);
    const success = { ranges: [{ from: 302, to: 302 }] };
    expect(await send({ url: `http://127.0.0.1:${server.port}/`, success })).toEqual({ op: 'told', status: 302 });
  });

  it.each([
    500, 404, 304,
  ])('of %i is a failure that names it, and nothing of the body or of the query', async (code) => {
    await using server = await startServer([status(code, {}, code === 304 ? '' : 'secret body')]);
    expect(await send({ url: `http://u:p@127.0.0.1:${server.port}/reload?token=s3cret` })).toMatchObject({
      op: 'failed',
      kind: 'status',
      status: code,
      message: `GET http://127.0.0.1:${server.port}/reload answered ${code}, expected 200-299.`,
    });
  });

  it('tells when to come again', async () => {
    await using server = await startServer([status(503, { 'retry-after': '7' })]);
    expect(await send({ url: `http://127.0.0.1:${server.port}/` })).toMatchObject({
      kind: 'status',
      retryAfterMs: 7_000,
    });
  });

  it.each([401, 403])('of %i speaks of credentials', async (code) => {
    await using server = await startServer([status(code)]);
    expect(await send({ url: `http://127.0.0.1:${server.port}/` })).toMatchObject({ kind: 'auth', status: code });
  });

  it('that never ends is read up to a limit, then dropped', async () => {
    let dropped = false;
    await using server = await startServer([
      (response) => {
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(10_000)));
        };
        response
          .writeHead(200)
          .on('drain', more)
          .on('close', () => {
            dropped = true;
          });
        more();
      },
    ]);
    expect(await send({ url: `http://127.0.0.1:${server.port}/` })).toEqual({ op: 'told', status: 200 });
    await expect.poll(() => dropped).toBe(true);
  });

  it('that breaks off is none: nobody knows whether the reload was done', async () => {
    await using server = await startServer([
      (response) => {
        response.writeHead(200, { 'content-length': '100' }).write('half');
        setImmediate(() => response.socket?.resetAndDestroy());
      },
    ]);
    expect(await send({ url: `http://127.0.0.1:${server.port}/` })).toMatchObject({
      op: 'failed',
      kind: 'read',
      refused: false,
      message: expect.stringMatching(/the connection broke before the whole answer came \(ECONNRESET\)\.$/),
    });
  });

  it('of a failing status needs no body', async () => {
    await using server = await startServer([
      (response) => {
        response.writeHead(503, { 'content-length': '100' }).write('half');
      },
    ]);
    expect(await send({ url: `http://127.0.0.1:${server.port}/` })).toMatchObject({ kind: 'status', status: 503 });
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  it('that is not HTTP is a failure to read', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).end('SSH-2.0-OpenSSH_9.9\r\n')).listen(
      0,
      '127.0.0.1',
    );
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const result = await send({ url: `http://127.0.0.1:${port}/` });
    server.close();
    expect(result).toMatchObject({ kind: 'read', message: expect.stringContaining('the answer is not HTTP (HPE_') });
  });

  it('has a compressed body that is not unpacked', async () => {
    await using server = await startServer([status(200, { 'content-encoding': 'gzip' }, 'no gzip at all')]);
    expect(await send({ url: `http://127.0.0.1:${server.port}/` })).toEqual({ op: 'told', status: 200 });
  });
});

describe('a connection', () => {
  it('that is refused says that nobody listens', async () => {
    const port = await closedPort();
    expect(await send({ url: `http://localhost:${port}/reload?token=s3cret`, method: 'POST' })).toMatchObject({
      op: 'failed',
      kind: 'connect',
      refused: true,
      message: `POST http://localhost:${port}/reload failed: nothing listens there (ECONNREFUSED).`,
    });
  });

  it('to a name that does not exist fails to connect', async () => {
    expect(await send({ url: 'http://no-such-host.invalid/' })).toMatchObject({
      kind: 'connect',
      refused: false,
      message: expect.stringMatching(/the host name cannot be resolved \((ENOTFOUND|EAI_AGAIN)\)\.$/),
    });
  });

  it('that is reset after the request fails to read', async () => {
    await using server = await startServer([(response) => response.socket?.resetAndDestroy()]);
    expect(await send({ url: `http://127.0.0.1:${server.port}/` })).toMatchObject({ kind: 'read' });
  });

  it('that breaks before TLS stands fails to connect', async () => {
    const server = createServer((socket) => socket.on('error', () => undefined).end()).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const result = await send({ url: `https://127.0.0.1:${port}/` });
    server.close();
    expect(result).toMatchObject({ kind: 'connect', refused: false });
  });
});

describe('the deadline', () => {
  it('ends a request that is not answered, and its connection', async () => {
    await using server = await startServer([hang]);
    expect(await send({ url: `http://127.0.0.1:${server.port}/` }, SHORT_MS)).toMatchObject({
      kind: 'read',
      message: expect.stringContaining(`no whole answer within ${SHORT_MS} ms`),
    });
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  it('ends an answer that trickles', async () => {
    await using server = await startServer([
      (response) => {
        response.writeHead(200);
        const trickle = setInterval(() => response.write('x'), 20);
        response.on('close', () => clearInterval(trickle));
      },
    ]);
    expect(await send({ url: `http://127.0.0.1:${server.port}/` }, SHORT_MS)).toMatchObject({ kind: 'read' });
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  it('before the connection stands is a failure to connect', async () => {
    // Takes connections and never speaks: TLS does not come to stand.
    const server = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const result = await send({ url: `https://127.0.0.1:${port}/` }, SHORT_MS);
    server.close();
    expect(result).toMatchObject({
      kind: 'connect',
      message: expect.stringContaining(`no connection within ${SHORT_MS} ms`),
    });
  });

  it('counts for all redirects together', async () => {
    const slowly: Answer = (response) => {
      setTimeout(() => response.writeHead(307, { location: '/' }).end(), SHORT_MS / 2);
    };
    await using server = await startServer([slowly]);
    expect(await send({ url: `http://127.0.0.1:${server.port}/` }, SHORT_MS)).toMatchObject({ kind: 'read' });
    expect(server.requests.length).toBeLessThanOrEqual(2);
  });
});

describe('unsubscribing', () => {
  it('aborts the request', async () => {
    await using server = await startServer([hang]);
    const subscription = sendRequest(httpTarget({ url: `http://127.0.0.1:${server.port}/` }), PLENTY_MS).subscribe();
    await expect.poll(() => server.requests.length).toBe(1);
    subscription.unsubscribe();
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  it('ends a tunnel that the proxy does not answer for', async () => {
    await using proxy = await startServer([], { tunnel: 'hang' });
    const options = { url: 'https://app.example.test/', proxy: { https: `http://127.0.0.1:${proxy.port}` } };
    const subscription = sendRequest(httpTarget(options), PLENTY_MS).subscribe();
    await expect.poll(() => proxy.tunnels.length).toBe(1);
    subscription.unsubscribe();
    await expect.poll(() => proxy.sockets.size).toBe(0);
  });
});

describe('credentials', () => {
  it('go out as the encoding has them', async () => {
    await using server = await startServer([status(200)]);
    const url = `http://127.0.0.1:${server.port}/`;
    await send({ url, basicAuth: { username: 'u', password: 'ü' } });
    await send({ url, basicAuth: { username: 'u', password: 'ü', encoding: 'utf8' } });
    await send({ url: url.replace('//', '//u:%C3%BC@') });
    const bytes = server.requests.map(({ headers }) =>
      Buffer.from(headers.authorization?.slice(6) ?? '', 'base64').toString('hex'),
    );
    expect(bytes).toEqual(['753afc', '753ac3bc', '753afc']);
  });

  it('are read from their files each time, and announced', async () => {
    await using server = await startServer([status(200)]);
    const secrets: [string, string | undefined][] = [];
    const passwordFile = join(folder, 'password');
    const options: HttpTargetOptions = {
      url: `http://127.0.0.1:${server.port}/`,
      basicAuth: { username: 'u', passwordFile },
      onSecret: (value, source) => secrets.push([value, source]),
    };
    for (const password of ['first', 'second']) {
      writeFileSync(passwordFile, `${password}\n`);
      await send(options);
    }
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Basic dTpmaXJzdA==',
      'Basic dTpzZWNvbmQ=',
    ]);
    expect(secrets.map(([value]) => value)).toEqual(['first', 'dTpmaXJzdA==', 'second', 'dTpzZWNvbmQ=']);
    expect(secrets.every(([, source]) => source !== undefined)).toBe(true);
  });

  it('that cannot be used are a failure, and nothing is sent', async () => {
    await using server = await startServer([status(200)]);
    const url = `http://127.0.0.1:${server.port}/`;
    const missing = join(folder, 'missing');
    expect(await send({ url, basicAuth: { username: 'u', passwordFile: missing } })).toEqual({
      op: 'failed',
      kind: 'credentials',
      message: `GET ${url} was not sent: the password file ${missing} cannot be read (ENOENT).`,
    });
    const result = await send({ url, basicAuth: { username: 'u', password: 's3cret€' } });
    expect(result).toMatchObject({ kind: 'credentials' });
    expect(JSON.stringify(result)).not.toContain('s3cret');
    expect(server.requests).toEqual([]);
  });

  it('that were refused can be told from others', async () => {
    await using server = await startServer([status(401)]);
    const url = `http://127.0.0.1:${server.port}/`;
    const ids = await Promise.all(
      ['p', 'p', 'q'].map(async (password) => {
        const result = await send({ url, basicAuth: { username: 'u', password } });
        return result.op === 'failed' ? result.credentialsId : 'told';
      }),
    );
    expect(ids[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(ids).toEqual([ids[0], ids[0], expect.not.stringMatching(`${ids[0]}`)]);
  });

  it('whose announcement fails are a failure, not an error', async () => {
    const onSecret = (_: string, source?: string) => {
      if (source !== undefined) throw new TypeError('s3cret');
    };
    const url = `http://127.0.0.1:${await closedPort()}/`;
    expect(await send({ url, basicAuth: { username: 'u', password: 'p' }, onSecret })).toEqual({
      op: 'failed',
      kind: 'unexpected',
      message: `GET ${url} failed unexpectedly (TypeError, unknown).`,
    });
  });
});

describe('a redirect', () => {
  const basicAuth = { username: 'u', password: 'p' };

  it('within the origin keeps credentials; 307 keeps method and body', async () => {
    await using server = await startServer([status(307, { location: '/b?x=1' }), status(200)]);
    const url = `http://127.0.0.1:${server.port}/a`;
    expect(await send({ url, method: 'POST', payload: '{}', basicAuth })).toEqual({ op: 'told', status: 200 });
    expect(server.requests).toMatchObject([
      { path: '/a', method: 'POST', body: '{}', headers: { authorization: 'Basic dTpw' } },
      { path: '/b?x=1', method: 'POST', body: '{}', headers: { authorization: 'Basic dTpw' } },
    ]);
  });

  it.each([301, 302, 303])('by %i makes a GET without a body of a POST', async (code) => {
    await using server = await startServer([status(code, { location: '/b' }), status(200)]);
    await send({ url: `http://127.0.0.1:${server.port}/a`, method: 'POST', payload: '{}' });
    expect(server.requests[1]).toMatchObject({ method: 'GET', body: '' });
    expect(server.requests[1]?.headers).not.toHaveProperty('content-type');
  });

  it('to another port of the host is followed without credentials, and a 401 there says why', async () => {
    await using other = await startServer([status(401)]);
    await using server = await startServer([status(307, { location: `http://127.0.0.1:${other.port}/b` })]);
    const result = await send({ url: `http://127.0.0.1:${server.port}/a`, basicAuth });
    expect(other.requests).toMatchObject([{ path: '/b' }]);
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(result).toMatchObject({
      kind: 'auth',
      message: expect.stringContaining(`credentials go to http://127.0.0.1:${server.port} only`),
    });
  });

  it('back to the origin has credentials again', async () => {
    const ports: number[] = [];
    const back: Answer = (response) => response.writeHead(307, { location: `http://127.0.0.1:${ports[0]}/c` }).end();
    await using other = await startServer([back]);
    await using server = await startServer([
      status(307, { location: `http://127.0.0.1:${other.port}/b` }),
      status(200),
    ]);
    ports.push(server.port);
    expect(await send({ url: `http://127.0.0.1:${server.port}/a`, basicAuth })).toMatchObject({ op: 'told' });
    expect(server.requests[1]).toMatchObject({ path: '/c', headers: { authorization: 'Basic dTpw' } });
  });

  it('to another host is a failure that names it, and sends nothing there', async () => {
    await using other = await startServer([status(200)]);
    await using server = await startServer([
      status(302, { location: `http://localhost:${other.port}/b?token=s3cret` }),
    ]);
    const url = `http://127.0.0.1:${server.port}/a`;
    expect(await send({ url, basicAuth })).toMatchObject({
      op: 'failed',
      kind: 'redirect',
      status: 302,
      message: `GET ${url} was redirected to another host, localhost:${other.port}; set REQ_URL to the address that answers.`,
    });
    expect(other.requests).toEqual([]);
  });

  it('from https to http carries no credentials', async () => {
    await using plain = await startServer([status(200)]);
    await using server = await startServer([status(307, { location: `http://127.0.0.1:${plain.port}/` })], {
      secure: true,
    });
    const options: HttpTargetOptions = { url: `https://127.0.0.1:${server.port}/`, skipTlsVerify: true };
    expect(await send({ ...options, basicAuth })).toMatchObject({ kind: 'redirect' });
    expect(plain.requests).toEqual([]);
    expect(await send(options)).toMatchObject({ op: 'told' });
  });

  it('is followed once the connection that gave it is dropped', async () => {
    await using next = await startServer([hang]);
    await using server = await startServer([
      (response) => {
        response.writeHead(307, { location: `http://127.0.0.1:${next.port}/b`, 'content-length': '100' }).write('half');
      },
    ]);
    const target = httpTarget({ url: `http://127.0.0.1:${server.port}/a` });
    const subscription = sendRequest(target, PLENTY_MS).subscribe();
    await expect.poll(() => next.requests.length).toBe(1);
    await expect.poll(() => server.sockets.size).toBe(0);
    expect(next.sockets.size).toBe(1);
    subscription.unsubscribe();
  });

  it('is followed five times', async () => {
    const again = status(302, { location: '/' });
    await using five = await startServer([again, again, again, again, again, status(200)]);
    expect(await send({ url: `http://127.0.0.1:${five.port}/` })).toMatchObject({ op: 'told' });
    await using endless = await startServer([again]);
    expect(await send({ url: `http://127.0.0.1:${endless.port}/` })).toMatchObject({
      kind: 'redirect',
      message: expect.stringContaining('was redirected more than 5 times.'),
    });
    expect(endless.requests).toHaveLength(6);
  });

  it('to a port where nobody listens is a refused connection of that hop', async () => {
    const port = await closedPort();
    await using server = await startServer([status(307, { location: `http://127.0.0.1:${port}/b` })]);
    expect(await send({ url: `http://127.0.0.1:${server.port}/a` })).toMatchObject({
      kind: 'connect',
      refused: true,
      message: expect.stringContaining(`GET http://127.0.0.1:${port}/b failed`),
    });
  });
});

describe('TLS', () => {
  it('does not trust a self-signed certificate, and says what to do', async () => {
    await using server = await startServer([status(200)], { secure: true });
    expect(await send({ url: `https://localhost:${server.port}/` })).toMatchObject({
      kind: 'connect',
      refused: false,
      message: expect.stringMatching(
        /TLS failed \(\w*SELF_SIGNED\w*\); name its authority with REQ_CA_FILE or set REQ_SKIP_TLS_VERIFY\.$/,
      ),
    });
    expect(server.requests).toEqual([]);
  });

  it('trusts what the CA file holds', async () => {
    await using server = await startServer([status(200)], { secure: true });
    expect(await send({ url: `https://localhost:${server.port}/`, caFile: certificateFile })).toMatchObject({
      op: 'told',
    });
    expect(await send({ url: `https://127.0.0.1:${server.port}/`, caFile: certificateFile })).toMatchObject({
      op: 'told',
    });
  });

  it('holds the certificate to the host name, unless it is not verified at all', async () => {
    await using server = await startServer([status(200)], { secure: true });
    await using proxy = await startServer([], { tunnel: { toPort: server.port } });
    const options = {
      url: 'https://other.test/',
      proxy: { https: `http://127.0.0.1:${proxy.port}` },
      caFile: certificateFile,
    };
    expect(await send(options)).toMatchObject({
      kind: 'connect',
      message: expect.stringContaining('TLS failed (ERR_TLS_CERT_ALTNAME_INVALID)'),
    });
    expect(await send({ ...options, skipTlsVerify: true })).toMatchObject({ op: 'told' });
  });

  it('without verification needs no CA file', async () => {
    await using server = await startServer([status(200)], { secure: true });
    const options = { url: `https://127.0.0.1:${server.port}/`, caFile: '/no/such/file' };
    expect(await send({ ...options, skipTlsVerify: true })).toMatchObject({ op: 'told' });
    expect(await send(options)).toEqual({
      op: 'failed',
      kind: 'credentials',
      message: `GET ${options.url} was not sent: the CA file /no/such/file cannot be read (ENOENT).`,
      credentialsId: undefined,
    });
    for (const [content, code] of [
      ['', 'ERR_OSSL_PEM_NO_START_LINE'],
      ['s3cret', 'ERR_OSSL_PEM_NO_START_LINE'],
      ['-----BEGIN CERTIFICATE-----\ns3cret\n-----END CERTIFICATE-----\n', 'ERR_OSSL_'],
    ] as const) {
      const caFile = join(folder, 'ca.pem');
      writeFileSync(caFile, content);
      const { message } = (await send({ ...options, caFile })) as { message: string };
      expect(message).toContain(`GET ${options.url} was not sent: the CA file ${caFile} cannot be read (${code}`);
      expect(message).not.toContain('s3cret');
    }
  });
});

describe('a proxy', () => {
  it('of http is asked for the whole URL, with its own credentials', async () => {
    await using proxy = await startServer([status(200)]);
    const options: HttpTargetOptions = {
      url: 'http://app.example.test:81/reload?x=1',
      method: 'POST',
      payload: '{}',
      basicAuth: { username: 'u', password: 'p' },
      proxy: { http: `http://pu:p%40@127.0.0.1:${proxy.port}` },
    };
    expect(await send(options)).toMatchObject({ op: 'told' });
    expect(proxy.requests).toMatchObject([
      {
        path: 'http://app.example.test:81/reload?x=1',
        body: '{}',
        headers: {
          host: 'app.example.test:81',
          authorization: 'Basic dTpw',
          'proxy-authorization': `Basic ${Buffer.from('pu:p@').toString('base64')}`,
        },
      },
    ]);
  });

  it('of http may itself speak TLS', async () => {
    await using proxy = await startServer([status(200)], { secure: true });
    const options = {
      url: 'http://other.test/',
      proxy: { http: `https://127.0.0.1:${proxy.port}` },
      caFile: certificateFile,
    };
    expect(await send(options)).toMatchObject({ op: 'told' });
    expect(await send({ ...options, proxy: { http: `https://localhost:${proxy.port}` } })).toMatchObject({
      op: 'told',
    });
    expect(proxy.requests[0]).toMatchObject({ path: 'http://other.test/' });
  });

  it.each([
    false,
    true,
  ])('of https opens a tunnel and sees neither path nor credentials (TLS to the proxy: %s)', async (secure) => {
    await using server = await startServer([status(200)], { secure: true });
    await using proxy = await startServer([], { secure, tunnel: { toPort: server.port } });
    const options: HttpTargetOptions = {
      url: 'https://app.example.test/reload?x=1',
      method: 'POST',
      payload: '{}',
      basicAuth: { username: 'u', password: 'p' },
      proxy: { https: `${secure ? 'https' : 'http'}://pu:pp@localhost:${proxy.port}` },
      caFile: certificateFile,
    };
    expect(await send(options)).toMatchObject({ op: 'told' });
    expect(proxy.tunnels).toMatchObject([
      { authority: 'app.example.test:443', headers: { 'proxy-authorization': 'Basic cHU6cHA=' } },
    ]);
    expect(proxy.tunnels[0]?.headers).not.toHaveProperty('authorization');
    expect(proxy.requests).toEqual([]);
    expect(server.requests).toMatchObject([
      { path: '/reload?x=1', body: '{}', headers: { host: 'app.example.test', authorization: 'Basic dTpw' } },
    ]);
    expect(server.requests[0]?.headers).not.toHaveProperty('proxy-authorization');
    await expect.poll(() => proxy.sockets.size + server.sockets.size).toBe(0);
  });

  it('of https that speaks TLS is asked for its own certificate, not for that of the target', async () => {
    await using server = await startServer([status(200)], { secure: true });
    await using proxy = await startServer([], { secure: true, tunnel: { toPort: server.port } });
    const result = await send({
      url: 'https://other.test/',
      proxy: { https: `https://localhost:${proxy.port}` },
      caFile: certificateFile,
    });
    expect(proxy.tunnels).toMatchObject([{ authority: 'other.test:443' }]);
    expect(result).toMatchObject({ kind: 'connect', message: expect.stringContaining('ERR_TLS_CERT_ALTNAME_INVALID') });
  });

  it('of https that says no is a failed connection, not a refused login', async () => {
    await using proxy = await startServer([], { tunnel: 403 });
    const proxyUrl = `http://127.0.0.1:${proxy.port}`;
    expect(
      await send({ url: 'https://app.example.test/x', proxy: { https: proxyUrl.replace('//', '//u:s3cret@') } }),
    ).toEqual({
      op: 'failed',
      kind: 'connect',
      message: `GET https://app.example.test/x failed: the proxy ${proxyUrl} answered CONNECT app.example.test:443 with 403.`,
    });
    await expect.poll(() => proxy.sockets.size).toBe(0);
  });

  it('of https that is down is a failed connection', async () => {
    const options = { url: 'https://app.example.test/', proxy: { https: `http://127.0.0.1:${await closedPort()}` } };
    expect(await send(options)).toMatchObject({ kind: 'connect', refused: true });
  });

  it('of https whose target does not answer TLS is a failed connection', async () => {
    await using server = await startServer([hang]);
    await using proxy = await startServer([], { tunnel: { toPort: server.port } });
    const options = { url: 'https://app.example.test/', proxy: { https: `http://127.0.0.1:${proxy.port}` } };
    expect(await send(options)).toMatchObject({ kind: 'connect' });
    await expect.poll(() => proxy.sockets.size).toBe(0);
  });

  it('that is no URL is a failure that does not show it', async () => {
    expect(await send({ url: 'http://app.example.test/', proxy: { http: 'socks5://u:s3cret@proxy' } })).toEqual({
      op: 'failed',
      kind: 'connect',
      message:
        'GET http://app.example.test/ failed: expected the proxy for http://app.example.test to be an http:// or https:// URL.',
    });
  });

  it('is left out for what NO_PROXY names, and for loopback', async () => {
    await using server = await startServer([status(200)]);
    await using proxy = await startServer([status(200)]);
    const http = `http://127.0.0.1:${proxy.port}`;
    expect(await send({ url: `http://localhost:${server.port}/`, proxy: { http } })).toMatchObject({ op: 'told' });
    expect(await send({ url: 'http://app.invalid/', proxy: { http, no: 'app.invalid' } })).toMatchObject({
      kind: 'connect',
    });
    expect(proxy.requests).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });
});
