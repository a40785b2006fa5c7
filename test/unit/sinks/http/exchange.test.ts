import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exchange, readAnswer, type Try } from '../../../../src/sinks/http/exchange.js';
import type { Hop } from '../../../../src/sinks/http/follow-redirect.js';
import { httpTarget } from '../../../../src/sinks/http/http-target.js';
import type { HttpTargetOptions } from '../../../../src/sinks/http/http-target-options.js';
import type { RequestCredentials } from '../../../../src/sinks/http/request-credentials.js';
import { type Answer, closedPort, startServer, status } from './start-server.js';

const NO_CREDENTIALS: RequestCredentials = { headers: {}, clientCertificate: undefined, secrets: [], id: undefined };
const BASIC = { ...NO_CREDENTIALS, headers: { authorization: 'Basic dTpw', 'x-scope': 'a' } };

const hang: Answer = () => undefined;

function tryOf(options: HttpTargetOptions, more: Partial<Try> = {}): Try {
  return {
    target: httpTarget(options),
    trust: { rejectUnauthorized: true },
    credentials: NO_CREDENTIALS,
    progress: { phase: 'connect' },
    signal: new AbortController().signal,
    ...more,
  };
}

function hopTo(url: string, body?: string): Hop {
  return {
    url: new URL(url),
    method: body === undefined ? 'GET' : 'POST',
    body: body === undefined ? body : Buffer.from(body),
  };
}

describe('a request', () => {
  it('with a body says its length in bytes, and is not sent in chunks', async () => {
    await using server = await startServer([status(200)]);
    const url = `http://127.0.0.1:${server.port}/`;
    (await exchange(hopTo(url, '"ü€"'), tryOf({ url }))).resume();
    expect(server.requests).toMatchObject([{ method: 'POST', body: '"ü€"' }]);
    expect(server.requests[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'content-length': '7' });
    expect(server.requests[0]?.headers).not.toHaveProperty('transfer-encoding');
  });

  it('without a body says nothing of one', async () => {
    await using server = await startServer([status(200)]);
    const url = `http://127.0.0.1:${server.port}/`;
    (await exchange(hopTo(url), tryOf({ url, userAgent: 'us' }))).resume();
    expect(server.requests[0]?.headers).toEqual({
      host: `127.0.0.1:${server.port}`,
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'us',
      connection: 'close',
    });
  });

  it('gives the head of any answer, with its body unread', async () => {
    await using server = await startServer([status(500, { 'retry-after': '7' }, 'sorry')]);
    const url = `http://127.0.0.1:${server.port}/`;
    const answer = await exchange(hopTo(url), tryOf({ url }));
    expect(answer.statusCode).toBe(500);
    expect(answer.headers['retry-after']).toBe('7');
    expect(Buffer.concat(await answer.toArray()).toString()).toBe('sorry');
  });

  it('carries credentials to the origin of the target, and nowhere else', async () => {
    await using server = await startServer([status(200)]);
    await using other = await startServer([status(200)]);
    const tried = tryOf({ url: `http://127.0.0.1:${server.port}/` }, { credentials: BASIC });
    (await exchange(hopTo(`http://127.0.0.1:${server.port}/b`), tried)).resume();
    (await exchange(hopTo(`http://127.0.0.1:${other.port}/`), tried)).resume();
    expect(server.requests[0]?.headers).toMatchObject(BASIC.headers);
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(other.requests[0]?.headers).not.toHaveProperty('x-scope');
  });

  it('takes a socket for another origin than the port of the same host, and the reverse', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'exchange-'));
    const socketPath = join(folder, 'app.sock');
    await using server = await startServer([status(200)], { socketPath });
    await using other = await startServer([status(200)]);
    const home = tryOf({ url: `unix:${socketPath}:/` }, { credentials: BASIC });
    (await exchange({ ...hopTo('http://localhost/'), socketPath }, home)).resume();
    const away = tryOf({ url: 'http://localhost/' }, { credentials: BASIC });
    (await exchange({ ...hopTo('http://localhost/'), socketPath }, away)).resume();
    (await exchange(hopTo(`http://localhost:${other.port}/`), home)).resume();
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Basic dTpw', undefined]);
    expect(other.requests[0]?.headers).not.toHaveProperty('authorization');
    rmSync(folder, { recursive: true });
  });

  it('goes through a proxy with the proxy’s credentials and the target’s', async () => {
    await using proxy = await startServer([status(200)]);
    const url = 'http://app.example.test:81/reload?x=1';
    const tried = tryOf({ url, proxy: { http: `http://pu:pp@127.0.0.1:${proxy.port}` } }, { credentials: BASIC });
    (await exchange(hopTo(url, '{}'), tried)).resume();
    expect(proxy.requests).toMatchObject([
      {
        path: 'http://app.example.test:81/reload?x=1',
        body: '{}',
        headers: { host: 'app.example.test:81', authorization: 'Basic dTpw', 'proxy-authorization': 'Basic cHU6cHA=' },
      },
    ]);
  });
});

describe('the progress', () => {
  it('is `read` once the connection stands, and `connect` again in the next hop', async () => {
    await using server = await startServer([status(200)]);
    const url = `http://127.0.0.1:${server.port}/`;
    const tried = tryOf({ url });
    (await exchange(hopTo(url), tried)).resume();
    expect(tried.progress.phase).toBe('read');
    await expect(exchange(hopTo(`http://127.0.0.1:${await closedPort()}/`), tried)).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
    expect(tried.progress.phase).toBe('connect');
  });
});

describe('the signal', () => {
  it('aborts a request that is not answered, and closes its connection', async () => {
    await using server = await startServer([hang]);
    const url = `http://127.0.0.1:${server.port}/`;
    const controller = new AbortController();
    const answer = exchange(hopTo(url), tryOf({ url }, { signal: controller.signal }));
    await expect.poll(() => server.requests.length).toBe(1);
    controller.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  it('aborts an answer that is being read', async () => {
    await using server = await startServer([(response) => void response.writeHead(200).write('half')]);
    const url = `http://127.0.0.1:${server.port}/`;
    const controller = new AbortController();
    const reading = readAnswer(await exchange(hopTo(url), tryOf({ url }, { signal: controller.signal })));
    controller.abort();
    await expect(reading).rejects.toThrow();
    await expect.poll(() => server.sockets.size).toBe(0);
  });

  it('that was given before sends nothing', async () => {
    await using server = await startServer([status(200)]);
    const url = `http://127.0.0.1:${server.port}/`;
    const answer = exchange(hopTo(url), tryOf({ url }, { signal: AbortSignal.abort() }));
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    expect(server.requests).toEqual([]);
  });
});

describe('an answer', () => {
  it('is read to its end, or up to 64 KiB and then dropped', async () => {
    const whole = 'x'.repeat(64 * 1024);
    await using server = await startServer([
      status(200, {}, whole),
      (response) => void response.writeHead(200).write(`${whole}x`),
    ]);
    const url = `http://127.0.0.1:${server.port}/`;
    for (let tries = 0; tries < 2; tries++) {
      await readAnswer(await exchange(hopTo(url), tryOf({ url })));
      await expect.poll(() => server.sockets.size).toBe(0);
    }
  });

  it('that breaks off behind its head rejects whoever reads it, and nobody else', async () => {
    await using server = await startServer([
      (response) => {
        response.writeHead(200, { 'content-length': '100' }).write('half', () => response.socket?.resetAndDestroy());
      },
    ]);
    const url = `http://127.0.0.1:${server.port}/`;
    const answer = await exchange(hopTo(url), tryOf({ url }));
    await expect(readAnswer(answer)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});
