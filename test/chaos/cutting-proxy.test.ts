import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../support/eventually.js';
import { CuttingProxy } from './cutting-proxy.js';

/** Longer than anything on loopback takes: used only for claims that something does not happen. */
const quietMs = 150;

describe('a cutting proxy', () => {
  let echo: Server;
  let proxy: CuttingProxy;
  /** What the server's side has seen of its connections. */
  let serverSide: Socket[];

  beforeEach(async () => {
    serverSide = [];
    echo = createServer({ allowHalfOpen: true }, (socket) => {
      serverSide.push(socket);
      socket.on('error', () => undefined).on('data', (chunk) => socket.write(chunk));
      socket.on('end', () => socket.end());
    }).listen(0, '127.0.0.1');
    await once(echo, 'listening');
    proxy = await CuttingProxy.start((echo.address() as { port: number }).port);
  });
  afterEach(async () => {
    await proxy.close();
    for (const socket of serverSide) socket.destroy();
    echo.close();
  });

  async function connect() {
    const socket = createConnection({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    const seen = { text: '', error: '', ended: false, closed: false };
    socket.on('data', (chunk) => {
      seen.text += chunk;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      seen.error = error.code ?? '';
    });
    socket.on('end', () => {
      seen.ended = true;
    });
    socket.on('close', () => {
      seen.closed = true;
    });
    await eventually('it is connected or refused', () => !socket.connecting);
    return { socket, seen };
  }

  test('passes bytes both ways, and the end of each direction by itself', async () => {
    const { socket, seen } = await connect();
    socket.end('hello');
    await eventually('the echo and the end came', () => seen.text === 'hello' && seen.ended);
    expect(seen.error).toBe('');
    await eventually('nothing is open', () => proxy.open === 0);
  });

  test('passes 20 MB to a reader that is slow at first, whole', async () => {
    const { socket, seen } = await connect();
    socket.pause();
    socket.write(Buffer.alloc(20_000_000, 'x'));
    await wait(quietMs);
    socket.resume();
    await eventually('all came', () => seen.text.length === 20_000_000);
  });

  test('cut resets both ends of every connection', async () => {
    const links = [await connect(), await connect()];
    await eventually('both arrived', () => serverSide.length === 2);
    const errors: string[] = [];
    for (const socket of serverSide)
      socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code ?? ''));
    expect(proxy.cut()).toBe(2);
    await eventually('the clients saw it', () => links.every(({ seen }) => seen.error === 'ECONNRESET'));
    await eventually('the server saw it', () => errors.length === 2);
    expect(errors).toEqual(['ECONNRESET', 'ECONNRESET']);
  });

  test('a reset by the server is a reset for the client', async () => {
    const { seen } = await connect();
    await eventually('it arrived', () => serverSide.length === 1);
    serverSide[0]?.resetAndDestroy();
    await eventually('the client saw it', () => seen.error === 'ECONNRESET');
  });

  test('cutEvery cuts again and again, until it is ended', async () => {
    const stop = proxy.cutEvery(20);
    for (let n = 0; n < 3; n++) {
      const { seen } = await connect();
      await eventually('cut', () => seen.closed);
    }
    stop();
    const { socket, seen } = await connect();
    await wait(quietMs);
    expect(seen.closed).toBe(false);
    socket.destroy();
  });

  test('cutAfter lets exactly that many bytes through, then resets', async () => {
    const stop = proxy.cutAfter(10);
    const first = await connect();
    first.socket.write('0123456789abcdef');
    await eventually('reset', () => first.seen.error === 'ECONNRESET');
    expect(first.seen.text).toBe('0123456789');
    stop();
    const second = await connect();
    second.socket.write('0123456789abcdef');
    await eventually('all came', () => second.seen.text === '0123456789abcdef');
    second.socket.destroy();
  });

  test('refuse closes the port and the connections, accept opens the same port again', async () => {
    const { seen } = await connect();
    await proxy.refuse();
    await eventually('cut', () => seen.error === 'ECONNRESET');
    const refused = await connect();
    await eventually('refused', () => refused.seen.error === 'ECONNREFUSED');
    await proxy.accept();
    const { socket, seen: again } = await connect();
    socket.write('x');
    await eventually('through', () => again.text === 'x');
    socket.destroy();
  });

  test('stall silences old and new connections without closing them, and loses nothing', async () => {
    const old = await connect();
    await eventually('it arrived', () => serverSide.length === 1);
    const resume = proxy.stall();
    const fresh = await connect();
    old.socket.write('old');
    fresh.socket.write('new');
    await wait(quietMs);
    expect([old.seen, fresh.seen]).toEqual([
      { text: '', error: '', ended: false, closed: false },
      { text: '', error: '', ended: false, closed: false },
    ]);
    resume();
    await eventually('both came', () => old.seen.text === 'old' && fresh.seen.text === 'new');
    old.socket.destroy();
    fresh.socket.destroy();
  });

  test('delay holds bytes back and keeps their order, also when it ends in between', async () => {
    const { socket, seen } = await connect();
    const stop = proxy.delay(quietMs);
    const sentAt = performance.now();
    socket.write('a');
    await eventually('it arrived', () => (serverSide[0]?.bytesRead ?? 0) > 0 || seen.text);
    stop();
    socket.write('b');
    await eventually('both came', () => seen.text.length === 2);
    expect(seen.text).toBe('ab');
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(quietMs - 2);
    socket.destroy();
  });

  test('halfClose ends towards the client, which may go on sending', async () => {
    const { socket, seen } = await connect();
    await eventually('it arrived', () => serverSide.length === 1);
    proxy.halfClose();
    await eventually('the end came', () => seen.ended);
    socket.write('still here');
    await eventually('the server got it', () => serverSide[0]?.bytesRead === 'still here'.length);
    expect(seen.error).toBe('');
    socket.destroy();
  });
});
