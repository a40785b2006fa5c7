import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as upgrade } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { EmbeddedKubernetes, Fault } from '../../../src/testing/index.js';
import { startEmbeddedKubernetes } from '../../../src/testing/index.js';
import { eventually } from '../../support/eventually.js';
import { ask, configMap, configmaps, open } from './ask.js';

describe.each([
  ['over TLS', true],
  ['without TLS', false],
])('a fault %s', (_, tls) => {
  let api: EmbeddedKubernetes;
  const lifts: (() => void)[] = [];
  const fail: EmbeddedKubernetes['fail'] = (...given) => {
    const lift = api.fail(...given);
    lifts.push(lift);
    return lift;
  };

  beforeAll(async () => {
    api = await startEmbeddedKubernetes({ tls, objects: [configMap('a', { text: 'x'.repeat(100_000) })] });
  });
  afterEach(() => {
    for (const lift of lifts.splice(0)) lift();
  });
  afterAll(() => api.close());

  test('of a status answers with it, as the API would', async () => {
    fail({ verb: 'list' }, { type: 'status', status: 429, retryAfterSeconds: 7 });
    const { status, headers, json } = await ask(api, configmaps);
    expect([status, headers['retry-after']]).toEqual([429, '7']);
    expect(json).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'a fault that was asked for',
      reason: 'TooManyRequests',
      details: { retryAfterSeconds: 7 },
      code: 429,
    });
  });

  test('of a status may say its reason and message', async () => {
    fail({}, { type: 'status', status: 500, reason: 'Weather', message: 'it rains' });
    expect((await ask(api, '/version')).json).toMatchObject({ code: 500, reason: 'Weather', message: 'it rains' });
    fail({ verb: 'list' }, { type: 'status', status: 418 });
    expect((await ask(api, configmaps)).json).not.toHaveProperty('reason');
  });

  test('of a delay lets the answer begin later', async () => {
    fail({ verb: 'get' }, { type: 'delay', delayMs: 80 });
    const begun = performance.now();
    expect((await ask(api, `${configmaps}/a`)).status).toBe(200);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(79);
  });

  test('of a cut resets the connection before the answer', async () => {
    fail({ verb: 'list' }, { type: 'cut' });
    await expect(ask(api, configmaps)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  test.each([0, 1, 1000, 70_000])('of a cut resets it after %i bytes of the body', async (afterBytes) => {
    fail({ verb: 'list' }, { type: 'cut', afterBytes });
    const stream = await open(api, configmaps);
    expect([stream.status, await stream.ended]).toEqual([200, 'ECONNRESET']);
    expect(stream.text()).toHaveLength(afterBytes);
  });

  test.each([
    [
      'of a cut',
      (socket: Socket) => {
        fail({}, { type: 'cut' });
        socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
      },
    ],
    ['of all connections', () => api.cutConnections()],
  ])('%s is a reset, and no end', async (_name, strike) => {
    const socket = connect(api.port, '127.0.0.1');
    const secure = tls ? upgrade({ socket, ca: api.ca }) : socket;
    await once(secure, tls ? 'secureConnect' : 'connect');
    await ask(api, `${configmaps}/a`);
    const ended = new Promise((resolve) => {
      secure.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
      secure.once('end', () => resolve('end'));
    });
    secure.resume();
    strike(secure);
    expect(await ended).toBe('ECONNRESET');
  });

  test('of a cut after more bytes than there are leaves the answer whole', async () => {
    fail({ verb: 'get' }, { type: 'cut', afterBytes: 1_000_000 });
    expect((await ask(api, `${configmaps}/a`)).json.metadata.name).toBe('a');
  });

  test('of a cut ends a watch in the middle of an event', async () => {
    fail({ verb: 'watch' }, { type: 'cut', afterBytes: 100_100 });
    const stream = await open(api, `${configmaps}?watch=1`);
    expect(await stream.ended).toBe('ECONNRESET');
    expect(stream.text()).toHaveLength(100_100);
    await eventually('0 watches are open', () => api.openWatches === 0);
  });

  test('of silence never begins the answer, and keeps the connection', async () => {
    fail({ verb: 'list' }, { type: 'silence' });
    const silent = ask(api, configmaps).then(
      () => 'answered',
      (error) => error.code,
    );
    await ask(api, `${configmaps}/a`);
    expect(await Promise.race([silent, new Promise((resolve) => setTimeout(resolve, 50, 'silent'))])).toBe('silent');
    api.cutConnections();
    expect(await silent).toBe('ECONNRESET');
  });

  test.each([0, 500])('of silence stops after %i bytes of the body', async (afterBytes) => {
    fail({ verb: 'watch' }, { type: 'silence', afterBytes });
    const stream = await open(api, `${configmaps}?watch=1&timeoutSeconds=1`);
    await eventually('so many bytes came', () => stream.text().length === afterBytes);
    api.apply(configMap('b', { n: String(afterBytes) }));
    await ask(api, `${configmaps}/a`);
    expect(stream.text()).toHaveLength(afterBytes);
    const ended = await Promise.race([stream.ended, new Promise((resolve) => setTimeout(resolve, 1_200, 'open'))]);
    expect(ended).toBe('open');
    stream.destroy();
    api.remove('configmaps', 'default', 'b');
  });

  test('strikes only what it means', async () => {
    const gone: Fault = { type: 'status', status: 410 };
    fail({ verb: 'get', resource: 'configmaps', namespace: 'default', name: 'a' }, gone);
    const statusOf = async (path: string) => (await ask(api, path)).status;
    expect(await statusOf(`${configmaps}/a`)).toBe(410);
    expect(await statusOf(configmaps)).toBe(200);
    expect(await statusOf(`${configmaps}/b`)).toBe(404);
    expect(await statusOf('/api/v1/namespaces/other/configmaps/a')).toBe(404);
    expect(await statusOf('/api/v1/namespaces/default/secrets/a')).toBe(404);
  });

  test('strikes as often as it shall, the newest first', async () => {
    fail({ verb: 'list' }, { type: 'status', status: 500 });
    fail({ verb: 'list' }, { type: 'status', status: 503 }, { times: 2 });
    const lift = fail({ verb: 'list' }, { type: 'status', status: 429 });
    const statuses: number[] = [(await ask(api, configmaps)).status];
    lift();
    for (let i = 0; i < 4; i += 1) statuses.push((await ask(api, configmaps)).status);
    expect(statuses).toEqual([429, 503, 503, 500, 500]);
  });

  test('may be that all connections are reset, and new ones are fine', async () => {
    const watches = await Promise.all([open(api, `${configmaps}?watch=1`), open(api, '/api/v1/namespaces?watch=1')]);
    api.cutConnections();
    expect(await Promise.all(watches.map(({ ended }) => ended))).toEqual(['ECONNRESET', 'ECONNRESET']);
    await eventually('0 watches are open', () => api.openWatches === 0);
    expect((await ask(api, configmaps)).status).toBe(200);
  });

  test.each<[Fault, { times?: number }, string]>([
    [{ type: 'status', status: 200 }, {}, 'Expected `status` to be an HTTP status from 400 to 599, got 200.'],
    [{ type: 'delay', delayMs: -1 }, {}, 'Expected `delayMs` to be a whole number from 0, got -1.'],
    [{ type: 'cut', afterBytes: 1.5 }, {}, 'Expected `afterBytes` to be a whole number from 0, got 1.5.'],
    [{ type: 'silence' }, { times: 0 }, 'Expected `times` to be a whole number from 1, or Infinity, got 0.'],
    [
      { type: 'fire' } as unknown as Fault,
      {},
      'Expected `type` of a fault to be status, delay, cut or silence, got fire.',
    ],
  ])('is refused: %j %j', (fault, options, message) => {
    expect(() => api.fail({}, fault, options)).toThrow(new RangeError(message));
  });
});
