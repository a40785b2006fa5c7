import { once } from 'node:events';
import type { Agent } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { connectionTo } from '../../../../src/sinks/http/connection.js';
import { startServer } from './start-server.js';

describe('connectionTo', () => {
  it('opens a tunnel that the signal ends even if nobody takes it', async () => {
    await using server = await startServer([]);
    await using proxy = await startServer([], { tunnel: { toPort: server.port } });
    const controller = new AbortController();
    await connectionTo(new URL('https://app.example.test/'), {
      proxy: { https: `http://127.0.0.1:${proxy.port}` },
      trust: { rejectUnauthorized: true },
      signal: controller.signal,
      onConnected: () => undefined,
    });
    expect(proxy.sockets.size).toBe(1);
    controller.abort();
    await expect.poll(() => proxy.sockets.size).toBe(0);
  });

  it('survives a tunnel that breaks before anybody takes it', async () => {
    await using server = await startServer([]);
    await using proxy = await startServer([], { tunnel: { toPort: server.port } });
    const { agent } = await connectionTo(new URL('https://app.example.test/'), {
      proxy: { https: `http://127.0.0.1:${proxy.port}` },
      trust: { rejectUnauthorized: true },
      signal: new AbortController().signal,
      onConnected: () => undefined,
    });
    const { socket } = (agent as Agent).options as { socket: Socket };
    // Not `once` of node:events, which would listen for errors itself.
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.resume();
    for (const each of proxy.sockets) each.resetAndDestroy();
    await closed;
    expect(socket.errored).toMatchObject({ code: 'ECONNRESET' });
  });

  it('keeps what the other side says together with the answer of the proxy', async () => {
    const proxy = createServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nhello')).listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const { agent } = await connectionTo(new URL('https://app.example.test/'), {
      proxy: { https: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` },
      trust: { rejectUnauthorized: true },
      signal: new AbortController().signal,
      onConnected: () => undefined,
    });
    const { socket } = (agent as Agent).options as { socket: Socket };
    const heard = await socket.toArray();
    proxy.close();
    expect(Buffer.concat(heard).toString()).toBe('hello');
  });
});
