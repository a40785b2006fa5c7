import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { type AddressInfo, createServer, Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ApiRequest } from '../../../src/kubernetes/api.js';
import { sendRequest } from '../../../src/kubernetes/send-request.js';
import { SourceError } from '../../../src/model.js';
import { json, startApiServer, until } from './api-server.js';

const list: ApiRequest = { verb: 'list', kind: 'configmap', namespace: 'b' };

function send(server: string, headers: Readonly<Record<string, string>> = {}) {
  const agents = { httpAgent: new HttpAgent({ keepAlive: true }), httpsAgent: new HttpsAgent({ keepAlive: true }) };
  onTestFinished(() => {
    agents.httpAgent.destroy();
    agents.httpsAgent.destroy();
  });
  return sendRequest(list, { server, headers, agents, now: Date.now, errorBodyTimeoutMs: 10_000 });
}

/** The text of the body, in the pieces in which it came, and how it ended. */
async function received(server: string): Promise<{ readonly text: string; readonly error: SourceError | undefined }> {
  const pieces: Buffer[] = [];
  return new Promise((resolve) => {
    const end = (error?: SourceError) => resolve({ text: Buffer.concat(pieces).toString(), error });
    send(server).subscribe({
      next: (part) => part.type === 'bytes' && pieces.push(part.bytes),
      error: end,
      complete: () => end(),
    });
  });
}

const body = JSON.stringify({ items: Array.from({ length: 5_000 }, (_, index) => `item ${index}`) });
const packed = (encoding: string | undefined, bytes: Buffer | string) =>
  startApiServer().then((server) => {
    server.script((_, response) => {
      response.writeHead(200, encoding === undefined ? {} : { 'content-encoding': encoding }).end(bytes);
    });
    return server;
  });

describe('a body', () => {
  test.each<[string, string | undefined, Buffer | string]>([
    ['without an encoding', undefined, body],
    ['with an empty one', '', body],
    ['of the encoding identity', 'identity', body],
    ['of the encoding gzip', 'gzip', gzipSync(body)],
    ['of the encoding deflate', 'deflate', deflateSync(body)],
    ['of the encoding br', 'br', brotliCompressSync(body)],
    ['of an encoding in capitals, between spaces', ' GZip ', gzipSync(body)],
    ['that is empty', undefined, ''],
  ])('%s is given whole', async (_, encoding, bytes) => {
    const server = await packed(encoding, bytes);
    expect(await received(server.url)).toEqual({ text: bytes === '' ? '' : body, error: undefined });
  });

  test.each<[string, string, Buffer | string]>([
    ['of another encoding', 'zstd', zstdCompressSync(body)],
    ['of two encodings', 'gzip, br', brotliCompressSync(gzipSync(body))],
    ['that is no gzip', 'gzip', 's3cret'],
    ['that is no deflate', 'deflate', 's3cret'],
    ['that is no brotli', 'br', 's3cret'],
    ['whose brotli ends too early', 'br', brotliCompressSync(body).subarray(0, -20)],
    ['whose gzip is damaged', 'gzip', damaged(gzipSync(body))],
    ['whose gzip has another sum', 'gzip', Buffer.concat([gzipSync(body).subarray(0, -8), Buffer.alloc(8)])],
    ['whose gzip ends too early', 'gzip', gzipSync(body).subarray(0, -20)],
  ])('%s is malformed', async (_, encoding, bytes) => {
    const server = await packed(encoding, bytes);
    const { error } = await received(server.url);
    expect(error).toBeInstanceOf(SourceError);
    expect(error).toMatchObject({ code: 'malformed' });
    expect(error?.message).not.toContain('s3cret');
  });

  test('of an encoding that we did not ask for is told from one that is damaged', async () => {
    const server = await packed('zstd', zstdCompressSync(body));
    expect((await received(server.url)).error?.message).toContain('in a way that we did not ask for');
  });

  test.each([
    ['of another encoding', 'zstd'],
    ['that is no gzip', 'gzip'],
  ])('%s is not read to its end: the connection is closed', async (_, encoding) => {
    const server = await startApiServer();
    server.script((_, response) => void response.writeHead(200, { 'content-encoding': encoding }).write('s3cret'));
    expect((await received(server.url)).error).toMatchObject({ code: 'malformed' });
    await until(() => server.sockets.size === 0);
  });

  test('of an error may be packed, too', async () => {
    const server = await startApiServer();
    const status = { kind: 'Status', status: 'Failure', reason: 'Expired', code: 410 };
    server.script((_, response) => {
      response.writeHead(410, { 'content-encoding': 'gzip' }).end(gzipSync(JSON.stringify(status)));
    });
    const { error } = await received(server.url);
    expect(error).toMatchObject({ code: 'expired', status: 410, message: expect.stringContaining('(410 Expired)') });
  });

  test('that is cut is a failed connection, packed or not', async () => {
    const server = await startApiServer();
    for (const encoding of ['identity', 'gzip']) {
      server.script((request, response) => {
        const bytes = encoding === 'gzip' ? gzipSync(body) : Buffer.from(body);
        response.writeHead(200, { 'content-encoding': encoding });
        response.write(bytes.subarray(0, 1_000), () => setTimeout(() => request.socket.resetAndDestroy(), 20));
      });
      const { text, error } = await received(server.url);
      expect(error).toMatchObject({ code: 'unreachable' });
      expect(body.startsWith(text)).toBe(true);
    }
  });

  test.each([
    'with its head',
    'later',
  ])('that is cut right behind its last bytes, which came %s, is given that far', async (when) => {
    const head = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';
    const bytes = '5\r\nevent\r\n';
    const server = createServer((socket) => {
      socket.once('data', () => {
        if (when === 'later') socket.write(head, () => setTimeout(() => socket.end(bytes), 5));
        else socket.end(head + bytes);
      });
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { text, error } = await received(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect(text).toBe('event');
    expect(error).toMatchObject({ code: 'unreachable' });
  });

  test('that comes in many pieces in one turn is given in few', async () => {
    const server = await startApiServer();
    server.script((_, response) => {
      response.writeHead(200);
      for (let piece = 0; piece < 1_000; piece++) response.write(`${piece}\n`);
      response.end();
    });
    const parts = await lastValueFrom(send(server.url).pipe(toArray()));
    const [head, ...pieces] = parts;
    expect(head).toEqual({ type: 'head' });
    const text = Buffer.concat(pieces.map((part) => (part.type === 'bytes' ? part.bytes : Buffer.alloc(0)))).toString();
    expect(text).toBe(Array.from({ length: 1_000 }, (_, piece) => `${piece}\n`).join(''));
    expect(pieces.length).toBeLessThan(500);
  });

  test('is given as it comes: a line is not held until the next', async () => {
    const server = await startApiServer();
    let write = (_: string): void => undefined;
    server.script((_, response) => {
      response.writeHead(200).flushHeaders();
      write = (text) => void response.write(text);
    });
    const seen: string[] = [];
    const subscription = send(server.url).subscribe((part) =>
      seen.push(part.type === 'bytes' ? `${part.bytes}` : 'head'),
    );
    for (const expected of [['head'], ['head', 'a'], ['head', 'a', 'b']]) {
      await until(() => seen.length >= expected.length);
      expect(seen).toEqual(expected);
      write(expected.length === 1 ? 'a' : 'b');
    }
    subscription.unsubscribe();
  });
});

describe('an unsubscribe', () => {
  test.each([
    'identity',
    'gzip',
  ])('in the midst of a body (%s) closes the connection, and nothing comes any more', async (encoding) => {
    const server = await startApiServer();
    server.script((_, response) => {
      response.writeHead(200, { 'content-encoding': encoding });
      const bytes = encoding === 'gzip' ? gzipSync(body) : Buffer.from(body);
      const more = setInterval(() => response.write(bytes), 1);
      response.on('close', () => clearInterval(more));
    });
    const seen: unknown[] = [];
    const subscription = send(server.url).subscribe({
      next: (part) => seen.push(part),
      error: (error) => seen.push(error),
      complete: () => seen.push('complete'),
    });
    await until(() => seen.length > 2);
    subscription.unsubscribe();
    const known = seen.length;
    await until(() => server.sockets.size === 0);
    expect(seen).toHaveLength(known);
  });

  test('before the answer closes the connection', async () => {
    const server = await startApiServer();
    const seen: unknown[] = [];
    const subscription = send(server.url).subscribe({
      next: (part) => seen.push(part),
      error: (error) => seen.push(error),
    });
    await until(() => server.requests.length === 1);
    subscription.unsubscribe();
    await until(() => server.sockets.size === 0);
    expect(seen).toEqual([]);
  });

  test('before there is a connection sends nothing', async () => {
    const server = await startApiServer();
    server.script(json(200, {}));
    const seen: unknown[] = [];
    send(server.url)
      .subscribe({ next: (part) => seen.push(part), error: (error) => seen.push(error) })
      .unsubscribe();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.requests).toHaveLength(0);
    expect(seen).toEqual([]);
  });
});

describe('what no header can carry', () => {
  test.each(['http', 'https'])('is a fault of the credentials, and throws nothing (%s)', (scheme) => {
    const errors: SourceError[] = [];
    const request$ = send(`${scheme}://127.0.0.1:1`, { authorization: 'Bearer s3cret\ntoken' });
    expect(() => request$.subscribe({ error: (error) => errors.push(error) })).not.toThrow();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toBeInstanceOf(SourceError);
    expect(errors[0]).toMatchObject({ code: 'credentials', message: expect.stringContaining('ERR_INVALID_CHAR') });
    expect(errors[0]?.message).not.toContain('s3cret');
    expect(errors[0]?.cause).toBeUndefined();
  });
});

describe('TCP keepalive', () => {
  test('is on after 30 seconds of silence, as in client-go', async () => {
    const setKeepAlive = vi.spyOn(Socket.prototype, 'setKeepAlive');
    onTestFinished(() => setKeepAlive.mockRestore());
    const server = await startApiServer();
    server.script(json(200, {}));
    await received(server.url);
    expect(setKeepAlive).toHaveBeenCalledWith(true, 30_000);
  });

  const keepsTimers = process.platform === 'linux' && spawnSync('ss', ['-V']).status === 0;
  test.runIf(keepsTimers)('is what the kernel does while a watch is silent', async () => {
    const server = await startApiServer();
    server.script((_, response) => response.writeHead(200).flushHeaders());
    const seen: unknown[] = [];
    const subscription = send(server.url).subscribe((part) => seen.push(part));
    await until(() => seen.length === 1);
    const { stdout } = spawnSync('ss', ['-tnoH', 'dport', '=', `:${server.port}`], { encoding: 'utf8' });
    subscription.unsubscribe();
    expect(stdout).toMatch(/timer:\(keepalive,(29|30)(\.\d+)?sec,0\)/);
  });
});

/** The header is in order, what follows is not. */
function damaged(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, 20), Buffer.alloc(100, 0xff), bytes.subarray(120)]);
}
