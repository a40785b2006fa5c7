import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, connect as connectTo, createServer, type Socket } from 'node:net';
import { filter, lastValueFrom, map, type Observable, take, timer, toArray } from 'rxjs';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ApiRequest, ApiResponsePart } from '../../../src/kubernetes/api.js';
import { type ConnectClusterOptions, connectCluster } from '../../../src/kubernetes/connect-cluster.js';
import type { Credentials, TlsIdentity } from '../../../src/kubernetes/credential-source.js';
import { SourceError } from '../../../src/model.js';
import { VERSION } from '../../../src/version.js';
import { json, startApiServer, status, until } from './api-server.js';
import { createAuthority } from './certificates.js';

const list: ApiRequest = { verb: 'list', kind: 'configmap', namespace: 'b', query: { limit: 5 } };

interface TestCredentials {
  current: () => Promise<Credentials>;
  renew?: (refused: Credentials) => Promise<Credentials>;
}

const plain: TestCredentials = { current: async () => ({ headers: {}, tls: {} }) };

function connect(server: string, credentials: TestCredentials = plain, options: ConnectClusterOptions = {}) {
  const cluster = {
    server,
    namespace: 'b',
    origin: 'test',
    credentials: { renew: credentials.current, ...credentials },
  };
  const api = connectCluster(cluster, options);
  onTestFinished(() => api.close());
  return api;
}

const bodyOf = (parts$: Observable<ApiResponsePart>): Promise<string> =>
  lastValueFrom(
    parts$.pipe(
      filter((part) => part.type === 'bytes'),
      map(({ bytes }) => bytes),
      toArray(),
      map((chunks) => Buffer.concat(chunks).toString()),
    ),
  );

const errorOf = async (parts$: Observable<unknown>): Promise<SourceError> => {
  const error = await lastValueFrom(parts$).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SourceError);
  return error as SourceError;
};

describe('a request', () => {
  test('asks for JSON, uncompressed, under our name, with the credentials', async () => {
    const server = await startApiServer();
    server.script(json(200, { items: [] }));
    const credentials = { current: async () => ({ headers: { authorization: 'Bearer T' }, tls: {} }) };
    expect(await bodyOf(connect(server.url, credentials).request(list))).toBe('{"items":[]}');
    expect(server.requests[0]).toMatchObject({
      method: 'GET',
      url: '/api/v1/namespaces/b/configmaps?limit=5',
      headers: {
        accept: 'application/json',
        'accept-encoding': 'identity',
        authorization: 'Bearer T',
        'user-agent': `k8s-sidecar/${VERSION}`,
      },
    });
  });

  test('goes through no proxy of the environment', async () => {
    vi.stubEnv('HTTP_PROXY', 'http://127.0.0.1:1');
    vi.stubEnv('NO_PROXY', '');
    onTestFinished(() => void vi.unstubAllEnvs());
    const server = await startApiServer();
    server.script(json(200, {}));
    expect(await bodyOf(connect(server.url).request(list))).toBe('{}');
  });

  test('the server may have a path', async () => {
    const server = await startApiServer();
    server.script(json(200, {}));
    await bodyOf(connect(`${server.url}/k8s/clusters/c-1`).request(list));
    expect(server.requests[0]?.url).toBe('/k8s/clusters/c-1/api/v1/namespaces/b/configmaps?limit=5');
  });

  test('the head is said when it comes, the body as it comes', async () => {
    const server = await startApiServer();
    server.script((_, response) => {
      response.writeHead(200).flushHeaders();
    });
    const first = await lastValueFrom(connect(server.url).request(list).pipe(take(1)));
    expect(first).toEqual({ type: 'head' });
  });

  test('an answer that is compressed nevertheless is understood', async () => {
    const { gzipSync } = await import('node:zlib');
    const server = await startApiServer();
    server.script((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('{"a":1}')));
    expect(await bodyOf(connect(server.url).request(list))).toBe('{"a":1}');
  });

  test('nothing is sent before somebody subscribes, and each subscription is a request', async () => {
    const server = await startApiServer();
    server.script(json(200, {}));
    const request$ = connect(server.url).request(list);
    expect(server.requests).toHaveLength(0);
    await bodyOf(request$);
    await bodyOf(request$);
    expect(server.requests).toHaveLength(2);
  });

  test('connections are kept and shared', async () => {
    const server = await startApiServer();
    server.script(json(200, {}));
    const api = connect(server.url);
    for (let i = 0; i < 5; i++) {
      await bodyOf(api.request(list));
    }
    expect(server.connections).toBe(1);
    api.close();
    await until(() => server.sockets.size === 0);
  });

  test('a body that is not consumed is not read: the other end has to wait', async () => {
    const server = await startApiServer();
    let sentBytes = 0;
    server.script((_, response) => {
      const chunk = Buffer.alloc(1024 * 1024, 0x20);
      const send = (): void => {
        while (!response.destroyed && sentBytes < 200 * chunk.length) {
          sentBytes += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', send);
            return;
          }
        }
      };
      send();
    });
    let received = 0;
    let most = 0;
    const subscription = connect(server.url)
      .request(list)
      .subscribe((part) => {
        received += part.type === 'bytes' ? part.bytes.length : 0;
        most = Math.max(most, part.type === 'bytes' ? part.bytes.length : 0);
      });
    await until(() => received > 20 * 1024 * 1024);
    subscription.unsubscribe();
    // Handed on as it came, never gathered.
    expect(most).toBeLessThan(1024 * 1024);
    await until(() => server.sockets.size === 0);
    expect(sentBytes).toBeLessThan(200 * 1024 * 1024);
  });
});

describe('an unsubscribe', () => {
  test.each([
    ['before the answer', () => undefined],
    [
      'in the middle of the body',
      (_: unknown, response: import('node:http').ServerResponse) => void response.write('{'),
    ],
    [
      'in the middle of the body of an error',
      (_: unknown, response: import('node:http').ServerResponse) => void response.writeHead(500).write('{'),
    ],
  ])('%s closes the connection', async (_, answer) => {
    const server = await startApiServer();
    server.script(answer);
    const seen: unknown[] = [];
    const subscription = connect(server.url)
      .request(list)
      .subscribe({ next: (part) => seen.push(part), error: (error) => seen.push(error) });
    await until(() => server.requests.length === 1);
    await lastValueFrom(timer(20));
    subscription.unsubscribe();
    const known = seen.length;
    await until(() => server.sockets.size === 0);
    expect(seen).toHaveLength(known);
  });

  test('while the credentials are loaded sends nothing', async () => {
    const server = await startApiServer();
    const { promise, resolve } = Promise.withResolvers<Credentials>();
    const subscription = connect(server.url, { current: () => promise })
      .request(list)
      .subscribe();
    subscription.unsubscribe();
    resolve({ headers: {}, tls: {} });
    await lastValueFrom(timer(20));
    expect(server.connections).toBe(0);
  });
});

describe('an answer that is no success', () => {
  test('is an error made of its Status', async () => {
    const server = await startApiServer();
    server.script(json(410, status(410, 'Expired')));
    expect(await errorOf(connect(server.url).request(list))).toMatchObject({
      code: 'expired',
      status: 410,
      message: `${server.url} does not have the resourceVersion of our list of configmaps (410 Expired): everything is listed again.`,
    });
  });

  test.each([
    ['7', 7000],
    ['Thu, 01 Jan 1970 00:00:30 GMT', 20_000],
  ])('with Retry-After: %s is waited for', async (header, expected) => {
    const server = await startApiServer();
    server.script(json(429, status(429, 'TooManyRequests'), { 'retry-after': header }));
    const error = await errorOf(connect(server.url, plain, { now: () => 10_000 }).request(list));
    expect(error).toMatchObject({ code: 'throttled', retryAfterMs: expected });
  });

  test('that is HTML, or cut, or never ends, is an error all the same', async () => {
    const server = await startApiServer();
    const api = connect(server.url, plain, { errorBodyTimeoutMs: 50 });
    server.script(
      (_, response) => response.writeHead(502).end('<html>s3cret</html>'),
      (_, response) => void response.writeHead(503).write('{', () => response.destroy()),
      (_, response) => response.writeHead(504).write('{'),
    );
    for (const expected of [502, 503, 504]) {
      const error = await errorOf(api.request(list));
      expect(error).toMatchObject({ code: 'server', status: expected });
      expect(error.message).not.toContain('s3cret');
    }
    await until(() => server.sockets.size <= 1);
  });

  test('that is longer than any Status is not read to its end', async () => {
    const server = await startApiServer();
    server.script((_, response) => response.writeHead(500).write(' '.repeat(100_000)));
    const error = await errorOf(connect(server.url, plain, { errorBodyTimeoutMs: 600_000 }).request(list));
    expect(error).toMatchObject({ code: 'server', status: 500 });
    await until(() => server.sockets.size === 0);
  });

  test('a 403 names the rule that is missing', async () => {
    const server = await startApiServer();
    server.script(json(403, status(403, 'Forbidden', { message: 'User "u" cannot' })));
    expect((await errorOf(connect(server.url).request(list))).message).toMatch(
      /^u may not list configmaps in namespace "b": add a Role there with .* verbs \["get","list","watch"\]/,
    );
  });

  test('a redirect is not followed: credentials would travel along', async () => {
    const server = await startApiServer();
    server.script((_, response) => response.writeHead(302, { location: '/elsewhere' }).end());
    expect(await errorOf(connect(server.url).request(list))).toMatchObject({ code: 'rejected', status: 302 });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a 401', () => {
  const credentials = (renewed: string): TestCredentials => ({
    current: async () => ({ headers: { authorization: 'old' }, tls: {} }),
    renew: async (refused) => {
      expect(refused.headers['authorization']).toBe('old');
      return { headers: { authorization: renewed }, tls: {} };
    },
  });

  test('is asked again once, at once, with renewed credentials', async () => {
    const server = await startApiServer();
    server.script(json(401, status(401, 'Unauthorized')), json(200, { ok: true }));
    expect(await bodyOf(connect(server.url, credentials('new')).request(list))).toBe('{"ok":true}');
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['old', 'new']);
  });

  test('that stays one is the answer', async () => {
    const server = await startApiServer();
    server.script(json(401, status(401, 'Unauthorized')));
    const error = await errorOf(connect(server.url, credentials('new')).request(list));
    expect(error).toMatchObject({ code: 'unauthorized', status: 401 });
    expect(server.requests).toHaveLength(2);
  });

  test('credentials that cannot be loaded are the error', async () => {
    const current = () => Promise.reject(new SourceError('credentials', 'no token'));
    expect(await errorOf(connect('http://127.0.0.1:1', { current }).request(list))).toMatchObject({
      code: 'credentials',
    });
  });
});

describe('a connection that fails', () => {
  test('refused', async () => {
    const server = await startApiServer();
    await server.close();
    const error = await errorOf(connect(server.url).request(list));
    expect(error.code).toBe('unreachable');
    expect(error.message).toContain(`${server.url} refuses the connection`);
  });

  test('reset before the answer', async () => {
    const server = await startApiServer();
    server.script((request) => request.socket.resetAndDestroy());
    expect(await errorOf(connect(server.url).request(list))).toMatchObject({ code: 'unreachable' });
  });

  test('cut in the middle of the body, by a reset or by an end', async () => {
    const server = await startApiServer();
    server.script(
      (request, response) => response.writeHead(200).write('{', () => request.socket.resetAndDestroy()),
      (request, response) => response.writeHead(200).write('{', () => request.socket.end()),
      (request, response) =>
        response.writeHead(200, { 'content-length': '100' }).write('{', () => request.socket.destroy()),
    );
    for (let i = 0; i < 3; i++) {
      const error = await errorOf(connect(server.url).request(list));
      expect(error).toMatchObject({ code: 'unreachable', message: expect.stringContaining('closed the connection') });
    }
  });

  test('a name that is not in the DNS', async () => {
    const error = await errorOf(connect('http://kubernetes.invalid').request(list));
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringContaining('cannot be found') });
  });

  test('a server that does not speak HTTP', async () => {
    const server = createServer((socket) => socket.on('data', () => socket.write('SSH-2.0-OpenSSH\r\n\r\n')));
    server.on('connection', (socket) => onTestFinished(() => void socket.destroy()));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
    onTestFinished(() => void server.close());
    const { port } = server.address() as import('node:net').AddressInfo;
    expect(await errorOf(connect(`http://127.0.0.1:${port}`).request(list))).toMatchObject({ code: 'malformed' });
  });

  test('an error carries no credentials, wherever one looks', async () => {
    const { inspect } = await import('node:util');
    const server = await startApiServer();
    server.script((request) => request.socket.resetAndDestroy());
    const credentials = { current: async () => ({ headers: { authorization: 'Bearer s3cret' }, tls: {} }) };
    const error = await errorOf(connect(server.url, credentials).request(list));
    expect(inspect(error, { depth: Infinity, showHidden: true })).not.toContain('s3cret');
  });
});

describe('TLS', () => {
  const authority = createAuthority('one');
  const other = createAuthority('two');
  const leaf = authority.issue('api');
  const trusting = (ca: string, more: TlsIdentity = {}): TestCredentials => ({
    current: async () => ({ headers: {}, tls: { ca, ...more } }),
  });

  test('a server that our CA signed', async () => {
    const server = await startApiServer(leaf);
    server.script(json(200, { ok: true }));
    expect(await bodyOf(connect(server.url, trusting(authority.cert)).request(list))).toBe('{"ok":true}');
  });

  test.each([
    ['another CA', leaf, trusting(other.cert), /our CA did not sign: is certificate-authority the CA of this cluster/],
    ['no CA', leaf, plain, /our CA did not sign/],
    [
      'a certificate that is expired',
      authority.issue('api', { expired: true }),
      trusting(authority.cert),
      /expired \(CERT_HAS_EXPIRED\)/,
    ],
    [
      'another name',
      authority.issue('api', { san: 'DNS:kube' }),
      trusting(authority.cert),
      /for another name.*tls-server-name/,
    ],
  ])('%s is said so', async (_, pair, credentials, message) => {
    const server = await startApiServer(pair);
    server.script(json(200, {}));
    const error = await errorOf(connect(server.url, credentials).request(list));
    expect(error).toMatchObject({ code: 'unreachable', message: expect.stringMatching(message) });
    expect(server.requests).toHaveLength(0);
  });

  test('a name that the kubeconfig sets is the one that counts', async () => {
    const server = await startApiServer(authority.issue('api', { san: 'DNS:kube' }));
    server.script(json(200, { ok: true }));
    const credentials = trusting(authority.cert, { servername: 'kube' });
    expect(await bodyOf(connect(server.url, credentials).request(list))).toBe('{"ok":true}');
  });

  test('a server may go unverified', async () => {
    const server = await startApiServer(leaf);
    server.script(json(200, { ok: true }));
    const credentials = trusting(other.cert, { rejectUnauthorized: false });
    expect(await bodyOf(connect(server.url, credentials).request(list))).toBe('{"ok":true}');
  });

  test('a client certificate is shown, and a server that refuses it is said so', async () => {
    const server = await startApiServer({ ...leaf, ca: authority.cert, requestCert: true, rejectUnauthorized: true });
    server.script((request, response) => {
      const { subject } = (request.socket as import('node:tls').TLSSocket).getPeerCertificate();
      response.end(`"${subject.CN}"`);
    });
    const shown = trusting(authority.cert, authority.issue('client'));
    expect(await bodyOf(connect(server.url, shown).request(list))).toBe('"client"');
    expect(await errorOf(connect(server.url, trusting(authority.cert)).request(list))).toMatchObject({
      code: 'unreachable',
    });
  });

  test('certificates that cannot be read are a fault of the credentials', async () => {
    const server = await startApiServer(leaf);
    const broken = trusting(authority.cert, { cert: 'none', key: 'none' });
    expect(await errorOf(connect(server.url, broken).request(list))).toMatchObject({ code: 'credentials' });
  });

  test('TLS to a server without it is said so', async () => {
    const server = await startApiServer();
    const url = server.url.replace('http:', 'https:');
    expect(await errorOf(connect(url, trusting(authority.cert)).request(list))).toMatchObject({ code: 'unreachable' });
  });

  test('after a rotation of the CA the new one is trusted, the old one is not, and a watch that runs goes on', async () => {
    const before = await startApiServer(leaf);
    let ca = authority.cert;
    const api = connect(before.url, { current: async () => ({ headers: {}, tls: { ca } }) });
    let write = (_: string): void => undefined;
    let end = (): void => undefined;
    before.script(
      (_, response) => {
        write = (text) => void response.write(text);
        end = () => void response.end();
        response.writeHead(200).flushHeaders();
      },
      json(200, {}),
    );
    const seen: string[] = [];
    const watching = api
      .request({ ...list, verb: 'watch' })
      .subscribe((part) => seen.push(part.type === 'head' ? 'head' : part.bytes.toString()));
    await until(() => seen.length === 1);
    await bodyOf(api.request(list));
    expect(before.connections).toBe(2);

    ca = other.cert;
    expect(await errorOf(api.request(list))).toMatchObject({ code: 'unreachable' });
    // The idle connection, made under the old trust, is gone; the watch is not.
    await until(() => before.sockets.size === 1);
    write('more');
    await until(() => seen.length === 2);
    expect(seen).toEqual(['head', 'more']);

    ca = authority.cert + other.cert;
    await bodyOf(api.request(list));
    // The connection of the watch is not kept for others when it ends.
    end();
    await until(() => watching.closed && before.sockets.size === 1);
    api.close();
    await until(() => before.sockets.size === 0);
  });
});

describe('the proxy of the kubeconfig', () => {
  /** A CONNECT proxy that notes where it was asked to go, and with which authorization. */
  async function startProxy(status = 200) {
    const asked: { readonly target: string; readonly authorization: string | undefined }[] = [];
    const proxy = createHttpServer().on('connect', (request, client: Socket) => {
      asked.push({ target: request.url ?? '', authorization: request.headers['proxy-authorization'] });
      if (status !== 200) {
        client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
        return;
      }
      const [host, port] = (request.url ?? '').split(':');
      const server = connectTo(Number(port), host).on('connect', () => {
        client.write('HTTP/1.1 200 OK\r\n\r\n');
        server.pipe(client).pipe(server);
      });
      server.on('error', () => client.destroy());
      client.on('error', () => server.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    return { asked, url: new URL(`http://user:pa%20ss@127.0.0.1:${(proxy.address() as AddressInfo).port}`) };
  }

  const through = (server: string, proxy: URL, tls: TlsIdentity) => {
    const current = async () => ({ headers: {}, tls });
    const api = connectCluster({
      server,
      proxy,
      namespace: 'b',
      origin: 'test',
      credentials: { current, renew: current },
    });
    onTestFinished(() => api.close());
    return api;
  };

  test.each([
    'http',
    'https',
  ] as const)('is asked for a tunnel to an %s server, with its own credentials', async (scheme) => {
    const authority = createAuthority('proxied');
    const tls = scheme === 'https' ? authority.issue('server') : undefined;
    const server = await startApiServer(tls);
    server.script(json(200, { items: [] }), json(200, { items: [] }));
    const proxy = await startProxy();
    const api = through(server.url, proxy.url, { ca: authority.cert });
    expect(await bodyOf(api.request(list))).toBe('{"items":[]}');
    expect(await bodyOf(api.request(list))).toBe('{"items":[]}');
    const authorization = `Basic ${Buffer.from('user:pa ss').toString('base64')}`;
    expect(proxy.asked).toEqual([{ target: new URL(server.url).host, authorization }]);
    expect(server.requests).toHaveLength(2);
  });

  test('that refuses is a failure to reach the server', async () => {
    const proxy = await startProxy(407);
    const error = await errorOf(through('https://127.0.0.1:1', proxy.url, {}).request(list));
    expect(error).toMatchObject({ code: 'unreachable' });
    expect(error.message).not.toContain('pa');
  });
});
