import { once } from 'node:events';
import type { Agent } from 'node:https';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { connectionTo } from '../../../src/http/connection.js';
import type { ProxySettings } from '../../../src/http/find-proxy.js';
import { startServer } from '../sinks/http/start-server.js';

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

  const options = (proxy: ProxySettings = {}) => ({
    proxy,
    trust: { rejectUnauthorized: true },
    signal: new AbortController().signal,
    onConnected: () => undefined,
  });

  it.each([
    [
      'http://app.example.test/a%20b?x=1&y=%C3%BC#part',
      'app.example.test',
      80,
      '/a%20b?x=1&y=%C3%BC',
      'app.example.test',
    ],
    ['https://app.example.test:8443?x', 'app.example.test', 8443, '/?x', 'app.example.test:8443'],
    ['http://[::1]:81/', '::1', 81, '/', '[::1]:81'],
  ])('asks the target itself for path and query: %s', async (url, host, port, path, header) => {
    const { agent, ...connection } = await connectionTo(new URL(url), options());
    const protocol = url.slice(0, url.indexOf('/'));
    expect(connection).toEqual({ protocol, host, port, path, headers: { host: header } });
  });

  it.each([
    ['http://app.example.test/a?x=1#part', 'http://app.example.test/a?x=1', 'app.example.test'],
    ['http://app.example.test:81', 'http://app.example.test:81/', 'app.example.test:81'],
    ['http://[fd00::1]/', 'http://[fd00::1]/', '[fd00::1]'],
    // Credentials of a URL are the business of whoever makes the header.
    ['http://u:p@app.example.test/', 'http://app.example.test/', 'app.example.test'],
  ])('asks a proxy for the whole URL: %s', async (url, path, host) => {
    const { agent, ...connection } = await connectionTo(
      new URL(url),
      options({ http: 'http://pu:p%40@proxy.test:3128' }),
    );
    expect(connection).toEqual({
      protocol: 'http:',
      host: 'proxy.test',
      port: 3128,
      path,
      headers: { host, 'proxy-authorization': 'Basic cHU6cEA=' },
    });
  });

  it('asks a proxy that has TLS over TLS, by its own name', async () => {
    const to = (proxy: string) => connectionTo(new URL('http://app.example.test/'), options({ http: proxy }));
    const named = await to('https://proxy.test');
    expect(named).toMatchObject({ protocol: 'https:', host: 'proxy.test', port: 443 });
    expect((named.agent as Agent).options).toMatchObject({ servername: 'proxy.test', rejectUnauthorized: true });
    expect(named.headers).not.toHaveProperty('proxy-authorization');
    const numbered = await to('https://[fd00::1]:3128');
    expect(numbered).toMatchObject({ protocol: 'https:', host: 'fd00::1', port: 3128 });
    expect((numbered.agent as Agent).options).toMatchObject({ servername: '' });
  });

  it('asks a unix socket for path and query, and no proxy', async () => {
    const { agent, ...connection } = await connectionTo(new URL('http://app.example.test/a?x=1'), {
      ...options({ http: 'http://proxy.test', https: 'http://proxy.test' }),
      socketPath: '/run/app.sock',
    });
    expect(connection).toEqual({
      protocol: 'http:',
      socketPath: '/run/app.sock',
      path: '/a?x=1',
      headers: { host: 'app.example.test' },
    });
  });

  it('shows a client certificate to the target alone', async () => {
    const clientCertificate = { cert: Buffer.from('cert'), key: Buffer.from('key') };
    const optionsOf = async (url: string, proxy?: ProxySettings) => {
      const { agent } = await connectionTo(new URL(url), { ...options(proxy), clientCertificate });
      return (agent as Agent).options;
    };
    expect(await optionsOf('https://app.example.test/')).toMatchObject(clientCertificate);
    const proxied = await optionsOf('http://app.example.test/', { http: 'https://proxy.test' });
    expect(proxied).not.toHaveProperty('cert');
    expect(proxied).not.toHaveProperty('key');
  });

  it.each(['http', 'https'])('keeps no connection alive (%s)', async (scheme) => {
    const { agent } = await connectionTo(new URL(`${scheme}://app.example.test/`), options());
    expect((agent as Agent & { readonly keepAlive: boolean }).keepAlive).toBe(false);
    expect(agent).not.toBe((await connectionTo(new URL(`${scheme}://app.example.test/`), options())).agent);
  });
});
