import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Scope } from '../../../src/model.js';
import { connectCluster, loadCluster, watchObjects } from '../../../src/streams/index.js';
import { type Answer, json, startApiServer, status, until } from '../kubernetes/api-server.js';
import { createAuthority } from '../kubernetes/certificates.js';
import { configMap } from './play.js';

const scope: Scope = { kind: 'configmap', namespace: 'default' };
const event = (type: string, object: unknown) => `${JSON.stringify({ type, object })}\n`;
const end = (resourceVersion: string) =>
  event('BOOKMARK', { metadata: { resourceVersion, annotations: { 'k8s.io/initial-events-end': 'true' } } });

/** A whole way: a kubeconfig on disk, TLS, a token in a file, HTTP, the state machine. */
async function start(...answers: Answer[]) {
  const folder = mkdtempSync(join(tmpdir(), 'ks-http-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const authority = createAuthority('cluster');
  const server = await startApiServer(authority.issue('api'));
  server.script(...answers);
  writeFileSync(join(folder, 'token'), 'T1\n');
  writeFileSync(join(folder, 'ca.crt'), authority.cert);
  const kubeconfig = {
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: server.url, 'certificate-authority': 'ca.crt' } }],
    users: [{ name: 'c', user: { tokenFile: 'token' } }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'c' } }],
  };
  writeFileSync(join(folder, 'config'), JSON.stringify(kubeconfig));
  const cluster = await loadCluster({
    env: { KUBECONFIG: join(folder, 'config') },
    serviceAccountDir: join(folder, 'none'),
  });
  const api = connectCluster(cluster);
  const seen: string[] = [];
  const options = { errorBaseMs: 5, errorMaxMs: 20, clientTimeoutMs: 200, healthyAfterMs: 0 };
  const subscription = watchObjects(api, scope, options).subscribe((one) => {
    if (one.type !== 'alive') {
      const what = 'object' in one ? ` ${one.object.name}` : 'error' in one ? ` ${one.error.code}` : '';
      seen.push(`${one.type}${what}`);
    }
  });
  onTestFinished(() => {
    subscription.unsubscribe();
    api.close();
  });
  const query = (n: number) => new URL(server.requests[n]?.url ?? '', server.url).searchParams;
  return {
    server,
    seen,
    subscription,
    api,
    query,
    writeToken: (token: string) => writeFileSync(join(folder, 'token'), token),
  };
}

const streaming =
  (...lines: string[]): Answer =>
  (_, response) =>
    void response.writeHead(200).write(lines.join(''));

test('a streamed list that goes on as the watch; an unsubscribe leaves no connection', async () => {
  const { server, seen, subscription } = await start(streaming(event('ADDED', configMap('a', 1)), end('5')));
  await until(() => seen.length === 3);
  expect(seen).toEqual(['init', 'init-apply a', 'init-done']);
  expect(server.sockets.size).toBe(1);
  subscription.unsubscribe();
  await until(() => server.sockets.size === 0);
});

test('events that arrive in pieces, an end, a reset, half a line: nothing is lost, nothing comes twice', async () => {
  const halves = (_: unknown, response: ServerResponse) => {
    const text = event('MODIFIED', configMap('ä', 6));
    const bytes = Buffer.from(text);
    const middle = bytes.indexOf('ä') + 1;
    response.writeHead(200).write(bytes.subarray(0, middle));
    setTimeout(() => response.end(bytes.subarray(middle)), 10);
  };
  const { server, seen, query } = await start(
    streaming(end('5')),
    halves,
    (request, response) => {
      response
        .writeHead(200)
        .write(event('ADDED', configMap('b', 7)), () => setTimeout(() => request.socket.destroy(), 20));
    },
    (_, response) => void response.writeHead(200).end(`${event('ADDED', configMap('c', 8))}{"type":"ADDED","obj`),
    streaming(event('DELETED', configMap('c', 9))),
  );
  await until(() => seen.includes('delete'));
  expect(seen).toEqual([
    'init',
    'init-done',
    'apply ä',
    'apply b',
    'failed unreachable',
    'apply c',
    'failed malformed',
    'delete',
  ]);
  expect([1, 2, 3, 4].map((n) => query(n).get('resourceVersion'))).toEqual(['5', '6', '7', '8']);
  expect(server.requests).toHaveLength(5);
});

test('a connection whose other end is silent is dropped and closed, and the watch resumed', async () => {
  const { server, seen, query } = await start(streaming(end('5')), streaming(event('ADDED', configMap('a', 6))));
  await until(() => seen.includes('apply a'));
  expect(query(1).get('resourceVersion')).toBe('5');
  await until(() => server.sockets.size === 1);
});

test('a 401 is asked again at once with the token that is in the file now', async () => {
  const { server, seen, writeToken } = await start(
    streaming(end('5')),
    (_, response) => {
      writeToken('T2\n');
      json(401, status(401, 'Unauthorized'))(_, response);
    },
    streaming(event('ADDED', configMap('a', 6))),
  );
  await until(() => seen.includes('apply a'));
  expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer T1', 'Bearer T1', 'Bearer T2']);
  expect(seen).not.toContain('failed unauthorized');
});

test('a server that does not stream lists, pages, an expired watch, another list', async () => {
  const list = (...names: string[]) =>
    json(200, { metadata: { resourceVersion: '9' }, items: names.map((name, i) => configMap(name, i + 1)) });
  const { seen } = await start(
    json(422, status(422, 'Invalid')),
    list('a', 'b'),
    streaming(event('ERROR', status(410, 'Expired'))),
    list('b'),
    streaming(event('ADDED', configMap('c', 10))),
  );
  await until(() => seen.includes('apply c'));
  expect(seen).toEqual([
    'init',
    'init-apply a',
    'init-apply b',
    'init-done',
    'failed expired',
    'init',
    'init-apply b',
    'init-done',
    'apply c',
  ]);
});

test('a server that is not there is a failure again and again, and then it works', async () => {
  const { server, seen } = await start((request) => request.socket.destroy());
  await until(() => seen.filter((one) => one === 'failed unreachable').length === 3);
  // After each failure the other way of listing is tried.
  server.script((request, response) => {
    const isWatch = request.url?.includes('watch=true');
    (isWatch ? streaming(end('5')) : json(200, { metadata: { resourceVersion: '5' }, items: [] }))(request, response);
  });
  await until(() => seen.includes('init-done'));
});
