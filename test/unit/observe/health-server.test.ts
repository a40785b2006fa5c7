import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, createServer, Server } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Subscription } from 'rxjs';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createHealth } from '../../../src/observe/health.js';
import { healthRoutes } from '../../../src/observe/health-routes.js';
import { type HealthServerOptions, type ServerStatus, serveHealth } from '../../../src/observe/health-server.js';
import { createMetrics } from '../../../src/observe/metrics.js';
import { Redactor } from '../../../src/observe/redact.js';
import { alive, configmaps, failed } from './events.js';
import { parseExposition } from './parse-exposition.js';

const opened: (Subscription | Server)[] = [];
afterEach(() => {
  for (const each of opened.splice(0)) {
    if ('unsubscribe' in each) each.unsubscribe();
    else each.close();
  }
});

const routes: HealthServerOptions['routes'] = {
  '/healthz': (verbose) => ({ status: 503, type: 'text/plain', body: verbose ? 'long ä' : 'short' }),
};

/** Subscribes, and waits for the first status. */
async function serve(options: Partial<HealthServerOptions> = {}) {
  const statuses: ServerStatus[] = [];
  const waiting: (() => void)[] = [];
  const subscription = serveHealth({ port: 0, host: '127.0.0.1', routes, ...options }).subscribe((status) => {
    statuses.push(status);
    waiting.shift()?.();
  });
  opened.push(subscription);
  const next = () => new Promise<void>((resolve) => waiting.push(resolve));
  if (statuses.length === 0) await next();
  return { statuses, subscription, next, port: statuses[0]?.port ?? 0 };
}

async function fetch(port: number, path: string, method = 'GET', host = '127.0.0.1') {
  const response = await new Promise<IncomingMessage>((resolve, reject) =>
    httpRequest({ host, port, path, method, agent: false }, resolve).on('error', reject).end(),
  );
  return { status: response.statusCode, headers: response.headers, body: await text(response) };
}

async function occupy(port = 0): Promise<{ server: Server; port: number }> {
  const server = createServer().listen(port, '127.0.0.1');
  opened.push(server);
  await once(server, 'listening');
  return { server, port: (server.address() as { port: number }).port };
}

describe('an answer', () => {
  test('has the status, type and body of its route', async () => {
    const { port } = await serve();
    expect(await fetch(port, '/healthz')).toMatchObject({
      status: 503,
      body: 'short',
      headers: { 'content-type': 'text/plain', 'content-length': '5', 'cache-control': 'no-store' },
    });
  });

  test('is told whether more is asked for', async () => {
    const { port } = await serve();
    expect((await fetch(port, '/healthz?verbose')).body).toBe('long ä');
    expect((await fetch(port, '/healthz?a=b&verbose=1')).body).toBe('long ä');
    expect((await fetch(port, '/healthz?a=verbose')).body).toBe('short');
  });

  test('to HEAD has no body', async () => {
    const { port } = await serve();
    expect(await fetch(port, '/healthz', 'HEAD')).toMatchObject({
      status: 503,
      body: '',
      headers: { 'content-length': '5' },
    });
  });

  test.each(['/', '/healthz/', '/constructor', '/__proto__', '//host', '/%00'])('to %s is 404', async (path) => {
    const { port } = await serve();
    expect(await fetch(port, path)).toMatchObject({ status: 404, body: 'NOT FOUND' });
  });

  test.each(['POST', 'DELETE', 'OPTIONS'])('to %s is 405', async (method) => {
    const { port } = await serve();
    expect(await fetch(port, '/healthz', method)).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD' } });
  });

  test('to what is no HTTP is 400, and the server goes on', async () => {
    const { port } = await serve();
    const socket = connect(port, '127.0.0.1').end('nonsense\r\n\r\n');
    expect(await text(socket)).toContain('400 Bad Request');
    expect((await fetch(port, '/healthz')).status).toBe(503);
  });
});

describe('listening', () => {
  test('is on IPv6 and IPv4 by default', async () => {
    const { port, statuses } = await serve({ host: undefined });
    expect(statuses).toEqual([{ type: 'listening', host: '::', port }]);
    expect((await fetch(port, '/healthz', 'GET', '::1')).status).toBe(503);
    expect((await fetch(port, '/healthz', 'GET', '127.0.0.1')).status).toBe(503);
  });

  test.each(['EAFNOSUPPORT', 'EADDRNOTAVAIL'])('is on IPv4 where there is no IPv6 (%s)', async (code) => {
    const listen = Server.prototype.listen;
    const asIfWithoutIpv6 = function (this: Server, options: { host: string }) {
      if (options.host !== '::') return listen.call(this, options);
      process.nextTick(() => this.emit('error', Object.assign(new Error(code), { code })));
      return this;
    };
    const spy = vi.spyOn(Server.prototype, 'listen').mockImplementation(asIfWithoutIpv6 as typeof listen);
    const { port, statuses } = await serve({ host: undefined });
    spy.mockRestore();
    expect(statuses).toEqual([{ type: 'listening', host: '0.0.0.0', port }]);
    expect((await fetch(port, '/healthz')).status).toBe(503);
  });

  test('a port that may not be had is no reason to try IPv4', async () => {
    const taken = createServer().listen(0, '::');
    opened.push(taken);
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    expect((await serve({ host: undefined, port })).statuses).toMatchObject([
      { type: 'port-in-use', host: '::', port },
    ]);
  });

  test('is on one address if asked', async () => {
    const { port, statuses } = await serve({ host: '127.0.0.1' });
    expect(statuses).toEqual([{ type: 'listening', host: '127.0.0.1', port }]);
    await expect(fetch(port, '/healthz', 'GET', '::1')).rejects.toThrow();
  });

  test('begins at subscribe and ends at unsubscribe, requests under way included', async () => {
    const { port, subscription } = await serve({
      limits: { headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 0 },
    });
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /healthz HTTP/1.1\r\nHo');
    expect((await fetch(port, '/healthz')).status).toBe(503);
    subscription.unsubscribe();
    await once(socket, 'close');
    await expect(fetch(port, '/healthz')).rejects.toThrow('ECONNREFUSED');
  });

  test('a client that does not finish its request is dropped', async () => {
    const { port } = await serve({
      limits: { headersTimeout: 20, requestTimeout: 20, connectionsCheckingInterval: 5 },
    });
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /healthz HTTP/1.1\r\nHo');
    expect(await text(socket)).toContain('408 Request Timeout');
  });

  test('a connection beyond the limit is dropped', async () => {
    const { port } = await serve({ limits: { maxConnections: 1 } });
    const first = connect(port, '127.0.0.1');
    first.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await once(first, 'data');
    await expect(fetch(port, '/healthz')).rejects.toThrow();
    first.destroy();
  });

  test('a port in use is told once, and tried until it is free', async () => {
    const taken = await occupy();
    const { statuses, next } = await serve({ port: taken.port, retryMs: 5 });
    expect(statuses).toEqual([{ type: 'port-in-use', host: '127.0.0.1', port: taken.port, retryInMs: 5 }]);
    const listening = next();
    const listen = vi.spyOn(Server.prototype, 'listen');
    await vi.waitFor(() => expect(listen.mock.calls.length).toBeGreaterThan(2));
    listen.mockRestore();
    taken.server.close();
    await listening;
    expect(statuses.map(({ type }) => type)).toEqual(['port-in-use', 'listening']);
    expect((await fetch(taken.port, '/healthz')).status).toBe(503);
  });

  test('the next try of a port in use ends at unsubscribe', async () => {
    const taken = await occupy();
    const { subscription, statuses } = await serve({ port: taken.port, retryMs: 1 });
    subscription.unsubscribe();
    taken.server.close();
    await once(taken.server, 'close');
    const again = await occupy(taken.port);
    expect(again.port).toBe(taken.port);
    expect(statuses).toHaveLength(1);
  });

  test('an address that is not ours is told as it is', async () => {
    const { statuses } = await serve({ host: '192.0.2.1' });
    expect(statuses).toMatchObject([{ type: 'failed', host: '192.0.2.1', error: { code: 'EADDRNOTAVAIL' } }]);
  });
});

test('every endpoint on the port', async () => {
  const redactor = new Redactor();
  redactor.add('hunter22');
  const health = createHealth({ clock: () => 0 });
  const metrics = createMetrics({
    version: 'hunter22',
    runtimeVersion: 'v26',
    clock: () => 0,
    startedAt: 0,
    memory: () => ({ rss: 1, heapUsed: 1 }),
    ready: () => false,
  });
  const { port } = await serve({ routes: healthRoutes({ health, metrics, redactor }) });
  const answers = async () => {
    const paths = ['/healthz', '/livez', '/readyz', '/startupz'];
    return Promise.all(paths.map(async (path) => (await fetch(port, path)).body));
  };

  expect(await answers()).toEqual(['NOT READY', 'OK', 'NOT READY', 'NOT READY']);
  health.observe(alive());
  health.observe(failed(configmaps, 'forbidden', 403));
  const verbose = await fetch(port, '/readyz?verbose');
  expect(verbose.status).toBe(503);
  expect(verbose.headers['content-type']).toBe('application/json');
  expect(JSON.parse(verbose.body)).toEqual({
    ok: false,
    reasons: [
      'the initial sync is not done',
      'configmaps in namespace default were not listed yet: forbidden as it is',
    ],
    scopes: [
      {
        scope: 'configmaps in namespace default',
        listed: false,
        dead: false,
        failing: { forSeconds: 0, code: 'forbidden', message: 'forbidden as it is' },
      },
    ],
  });
  health.observe({ type: 'init-done', scope: configmaps });
  health.observe({ type: 'synced' });
  expect(await answers()).toEqual(['OK', 'OK', 'OK', 'OK']);
  expect((await fetch(port, '/healthz')).status).toBe(200);

  redactor.add('forbidden as it is');
  health.observe(failed(configmaps, 'forbidden', 403));
  expect((await fetch(port, '/healthz?verbose')).body).toContain('"message": "***"');

  const exposed = await fetch(port, '/metrics');
  expect(exposed.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(exposed.body).not.toContain('hunter22');
  expect(parseExposition(exposed.body)).toHaveProperty('k8s_sidecar_ready');
});
