import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { makeCertificate } from '../../../src/testing/certificate.js';
import { type EmbeddedKubernetesOptions, startEmbeddedKubernetes } from '../../../src/testing/index.js';
import { eventually } from '../../support/eventually.js';
import { ask, configMap, configmaps, open } from './ask.js';

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((api) => api.close()));
});

async function start(options: EmbeddedKubernetesOptions = {}) {
  const api = await startEmbeddedKubernetes(options);
  opened.push(api);
  return api;
}

describe('an embedded API', () => {
  test('is there over TLS, with a certificate that its ca proves', async () => {
    const api = await start();
    expect(api.url).toBe(`https://127.0.0.1:${api.port}`);
    expect((await ask(api, configmaps)).json).toMatchObject({ kind: 'ConfigMapList', items: [] });
  });

  test('has a certificate for the name that it listens on', async () => {
    const api = await start({ host: 'localhost' });
    expect(api.url).toBe(`https://localhost:${api.port}`);
    expect((await ask(api, '/version')).json.gitVersion).toBe('v1.37.2+embedded');
  });

  test('takes a certificate', async () => {
    const tls = await makeCertificate('127.0.0.1');
    const api = await start({ tls });
    expect(api.ca).toBe(tls.ca);
    expect((await ask(api, configmaps)).status).toBe(200);
  });

  test('lets nobody in who has no token or a wrong one, but says how it is', async () => {
    const api = await start({ token: 'right' });
    expect((await ask(api, configmaps, { token: 'right' })).status).toBe(200);
    expect((await ask(api, configmaps, { token: 'wrong' })).json).toMatchObject({ code: 401, reason: 'Unauthorized' });
    expect((await ask(api, configmaps, { token: 'longer than right' })).status).toBe(401);
    expect((await ask(api, '/healthz', { token: 'wrong' })).status).toBe(401);
    expect((await ask(api, configmaps, { token: null })).json).toMatchObject({ code: 403, reason: 'Forbidden' });
    expect((await ask(api, configmaps, { headers: { authorization: 'Basic right' } })).status).toBe(403);
    for (const path of ['/healthz', '/livez', '/readyz', '/version']) {
      expect((await ask(api, path, { token: null })).status).toBe(200);
    }
  });

  test('makes up a token that nobody can guess', async () => {
    const tokens = [(await start({ tls: false })).token, (await start({ tls: false })).token];
    expect(tokens[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(tokens[0]).not.toBe(tokens[1]);
  });

  test('lets everybody in without TLS', async () => {
    const api = await start({ tls: false });
    expect(api).toMatchObject({ url: `http://127.0.0.1:${api.port}`, ca: undefined });
    expect((await ask(api, configmaps, { token: null })).status).toBe(200);
    expect((await ask(api, configmaps, { token: 'wrong' })).status).toBe(200);
  });

  test('gives a kubeconfig that is complete in itself', async () => {
    const api = await start();
    const config = JSON.parse(api.kubeconfig({ namespace: 'mine' }));
    const ca = Buffer.from(config.clusters[0].cluster['certificate-authority-data'], 'base64').toString();
    expect([config.clusters[0].cluster.server, ca, config.users[0].user.token]).toEqual([api.url, api.ca, api.token]);
    expect(config.contexts[0]).toMatchObject({ name: config['current-context'], context: { namespace: 'mine' } });
    expect(JSON.parse(api.kubeconfig()).contexts[0].context.namespace).toBe('default');
  });

  test('listens on the port that is asked for, and says who has it', async () => {
    const first = await start({ tls: false });
    await expect(startEmbeddedKubernetes({ tls: false, port: first.port })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    await first.close();
    expect((await start({ tls: false, port: first.port })).port).toBe(first.port);
  });

  test('ends its watches as their timeout would, and frees the port, at close', async () => {
    const api = await start();
    const watch = await open(api, `${configmaps}?watch=1`);
    const idle = connect(api.port, '127.0.0.1');
    const idleClosed = new Promise((resolve) => idle.once('close', resolve));
    idle.on('error', () => undefined);
    await new Promise((resolve) => idle.once('connect', resolve));
    api.apply(configMap('last'));
    await Promise.all([api.close(), api.close()]);
    expect(await watch.ended).toBe('end');
    expect(watch.events().map(({ type }) => type)).toEqual(['ADDED']);
    await idleClosed;
    await expect(ask(api, configmaps)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('closes also while a client does not read, and while answers are held back', async () => {
    const api = await start({ tls: false });
    for (let i = 0; i < 40; i += 1) api.apply(configMap(`big-${i}`, { text: 'x'.repeat(500_000) }));
    const deaf = await open(api, `${configmaps}?watch=1`);
    deaf.pause();
    api.fail({ verb: 'list' }, { type: 'silence' });
    api.fail({ verb: 'get' }, { type: 'delay', delayMs: 3_600_000 });
    const held = [ask(api, configmaps), ask(api, `${configmaps}/a`)].map((one) => one.catch((error) => error.code));
    await eventually('three requests came', () => api.requests.length === 3);
    await api.close();
    expect(await Promise.all(held)).toEqual(['ECONNRESET', 'ECONNRESET']);
    deaf.destroy();
  });

  test('is closed at the end of a block that uses it', async () => {
    let port = 0;
    {
      await using api = await startEmbeddedKubernetes({ tls: false });
      port = api.port;
    }
    expect((await start({ tls: false, port })).port).toBe(port);
  });

  test('counts the watches that are open', async () => {
    const api = await start({ tls: false });
    expect(api.openWatches).toBe(0);
    const watches = await Promise.all([open(api, `${configmaps}?watch=1`), open(api, '/api/v1/secrets?watch=1')]);
    expect(api.openWatches).toBe(2);
    watches[0].destroy();
    await eventually('1 watches are open', () => api.openWatches === 1);
    const short = await open(api, '/api/v1/watch/namespaces?timeoutSeconds=1');
    expect(await short.ended).toBe('end');
    await eventually('1 watches are open', () => api.openWatches === 1);
  });

  test('writes down what was asked, in order', async () => {
    const api = await start({ tls: false });
    await ask(api, `${configmaps}?limit=1`, { headers: { 'user-agent': 'me' } });
    await ask(api, configmaps, { body: configMap('a') });
    await ask(api, `${configmaps}/a`, { method: 'PATCH', body: {} });
    await ask(api, `${configmaps}/a`, { method: 'DELETE' });
    await ask(api, '/api/v1/namespaces/default');
    await ask(api, '/nothing%');
    expect(api.requests).toEqual([
      {
        verb: 'list',
        method: 'GET',
        path: `${configmaps}?limit=1`,
        resource: 'configmaps',
        namespace: 'default',
        name: undefined,
        userAgent: 'me',
      },
      expect.objectContaining({ verb: 'create', name: undefined }),
      expect.objectContaining({ verb: 'patch', name: 'a' }),
      expect.objectContaining({ verb: 'delete', name: 'a' }),
      expect.objectContaining({ verb: 'get', resource: 'namespaces', namespace: undefined, name: 'default' }),
      expect.objectContaining({ verb: 'other', resource: undefined, path: '/nothing%' }),
    ]);
  });

  test.each<[EmbeddedKubernetesOptions, string]>([
    [{ port: 70_000 }, 'Expected `port` to be a whole number from 0 to 65535, got 70000.'],
    [{ bookmarkIntervalMs: 0 }, 'Expected `bookmarkIntervalMs` to be a whole number from 1 to 2147483647, got 0.'],
    [{ historyLength: 1.5 }, 'Expected `historyLength` to be a whole number from 1 to 9007199254740991, got 1.5.'],
    [{ host: '' }, 'Expected `host` to be the name or address of this machine, got "".'],
    [{ token: 'two words' }, 'Expected `token` to be printable ASCII without blanks, got something else.'],
    [{ tls: { cert: 'x', key: 'x', ca: 'x' } }, 'Expected `tls.cert` to be PEM, got something else.'],
  ])('refuses %j', async (options, message) => {
    await expect(startEmbeddedKubernetes(options)).rejects.toThrow(new RangeError(message));
  });

  test('refuses objects that the API would refuse', async () => {
    const wrong = startEmbeddedKubernetes({ tls: false, objects: [configMap('Wrong Name')] });
    await expect(wrong).rejects.toMatchObject({ name: 'StatusError', httpStatus: 422 });
  });
});
