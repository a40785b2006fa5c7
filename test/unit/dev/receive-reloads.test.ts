import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Subscription } from 'rxjs';
import { afterEach, describe, expect, test } from 'vitest';
import { type Reload, receiveReloads } from '../../../src/dev/receive-reloads.js';
import { eventually } from '../../support/eventually.js';

let subscription: Subscription | undefined;
afterEach(() => subscription?.unsubscribe());

async function start() {
  const reloads: Reload[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    subscription = receiveReloads().subscribe({
      next: (status) => (status.type === 'listening' ? resolve(status.url) : reloads.push(status)),
      error: reject,
    });
  });
  return { url, reloads };
}

async function send(url: string, method: string, body = '') {
  const [response] = await once(request(url, { method, agent: false }).end(body), 'response');
  return { status: response.statusCode, body: await text(response) };
}

describe('the application that is told', () => {
  test('listens on the loopback alone', async () => {
    expect((await start()).url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  });

  test('takes each request for a reload, whatever its method', async () => {
    const { url, reloads } = await start();
    expect(await send(url, 'POST', 'x'.repeat(1_000_000))).toEqual({ status: 200, body: '' });
    await send(`${url}a/b`, 'GET');
    expect(reloads).toEqual([
      { type: 'reload', method: 'POST', path: '/' },
      { type: 'reload', method: 'GET', path: '/a/b' },
    ]);
  });

  test('never shows a query, which may hold a token', async () => {
    const { url, reloads } = await start();
    await send(`${url}-/reload?token=secret`, 'POST');
    expect(reloads).toEqual([{ type: 'reload', method: 'POST', path: '/-/reload' }]);
  });

  test('has heard of a request only when all of it is there', async () => {
    const { url, reloads } = await start();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na');
    await send(`${url}second`, 'GET');
    expect(reloads.map(({ path }) => path)).toEqual(['/second']);
    socket.write('b');
    await eventually('it is told', () => reloads.length === 2);
    socket.destroy();
  });

  test('is gone after the unsubscribe, and so are connections to it', async () => {
    const { url } = await start();
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    // One that waits for the rest of its body: of idle ones the server takes leave by itself.
    socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n');
    await once(socket, 'data');
    subscription?.unsubscribe();
    await once(socket, 'close');
    await expect(send(url, 'POST')).rejects.toThrow(/ECONNREFUSED/);
  });
});
