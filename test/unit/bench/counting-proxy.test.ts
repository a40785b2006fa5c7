import { once } from 'node:events';
import { connect, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CountingProxy, startCountingProxy } from '../../../bench/counting-proxy.js';

let echo: Server;
let proxy: CountingProxy;
beforeEach(async () => {
  echo = createServer((socket) => socket.on('error', () => undefined).pipe(socket)).listen(0, '127.0.0.1');
  await once(echo, 'listening');
  proxy = await startCountingProxy((echo.address() as { port: number }).port);
});
afterEach(() => {
  proxy.close();
  echo.close();
});

test('passes bytes on unchanged and counts them both ways, over all connections', async () => {
  expect(proxy.bytes()).toBe(0);
  for (let connection = 1; connection <= 2; connection++) {
    const socket = connect(proxy.port, '127.0.0.1');
    socket.write('hello');
    const [echoed] = await once(socket, 'data');
    expect(String(echoed)).toBe('hello');
    expect(proxy.bytes()).toBe(connection * 10);
    socket.destroy();
  }
});

test('ends its connections when it is closed', async () => {
  const socket = connect(proxy.port, '127.0.0.1');
  socket.write('hello');
  await once(socket, 'data');
  proxy.close();
  await once(socket, 'close');
});

test('ends a connection whose other side has gone', async () => {
  const accepted = once(echo, 'connection');
  const socket = connect(proxy.port, '127.0.0.1').on('error', () => undefined);
  const [other] = await accepted;
  other.resetAndDestroy();
  await once(socket, 'close');
});
