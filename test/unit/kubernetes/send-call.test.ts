import type { IncomingMessage } from 'node:http';
import { json as bodyOf } from 'node:stream/consumers';
import { lastValueFrom, toArray } from 'rxjs';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ApiCall } from '../../../src/kubernetes/api-call.js';
import { connectCluster } from '../../../src/kubernetes/connect-cluster.js';
import type { Credentials } from '../../../src/kubernetes/credential-source.js';
import { SourceError } from '../../../src/model.js';
import { type ApiServer, json, startApiServer, status, until } from './api-server.js';

const create: ApiCall = {
  method: 'POST',
  path: '/apis/coordination.k8s.io/v1/namespaces/a/leases',
  body: { kind: 'Lease', metadata: { name: 'ü' } },
  access: {
    verb: 'create',
    group: 'coordination.k8s.io',
    resource: 'leases',
    namespace: 'a',
    verbs: ['get', 'create', 'update'],
  },
};

function connect(server: ApiServer, renew?: () => Promise<Credentials>) {
  const current = async () => ({ headers: { authorization: 'Bearer T' }, tls: {} });
  const credentials = { current, renew: renew ?? current };
  const api = connectCluster({ server: server.url, namespace: 'a', origin: 'test', credentials });
  onTestFinished(() => api.close());
  return api;
}

async function errorOf(server: ApiServer, call: ApiCall = create): Promise<SourceError> {
  const error = await lastValueFrom(connect(server).send(call)).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(SourceError);
  return error as SourceError;
}

describe('a call', () => {
  test('carries its body as JSON, with the credentials, and gives the whole answer once', async () => {
    const server = await startApiServer();
    let received: unknown;
    server.script((request, response) => {
      void bodyOf(request).then((body) => {
        received = body;
        response.writeHead(201).write('{"kind":"Lease",');
        setImmediate(() => response.end('"spec":{}}'));
      });
    });
    expect(await lastValueFrom(connect(server).send(create).pipe(toArray()))).toEqual([{ kind: 'Lease', spec: {} }]);
    expect(received).toEqual(create.body);
    expect(server.requests[0]).toMatchObject({
      method: 'POST',
      url: '/apis/coordination.k8s.io/v1/namespaces/a/leases',
      headers: {
        authorization: 'Bearer T',
        accept: 'application/json',
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(JSON.stringify(create.body))),
      },
    });
  });

  test('says which kind of patch it is, and may have no body at all', async () => {
    const server = await startApiServer();
    server.script(json(200, {}));
    const api = connect(server);
    await lastValueFrom(api.send({ ...create, method: 'PATCH', contentType: 'application/merge-patch+json' }));
    await lastValueFrom(api.send({ method: 'GET', path: '/x?y=1', access: create.access }));
    const [patch, get] = server.requests as [IncomingMessage, IncomingMessage];
    expect(patch).toMatchObject({ method: 'PATCH', headers: { 'content-type': 'application/merge-patch+json' } });
    expect(get).toMatchObject({ method: 'GET', url: '/x?y=1' });
    expect(get.headers).not.toHaveProperty('content-type');
    expect(get.headers).not.toHaveProperty('content-length');
  });

  test('is sent when it is subscribed to, each time', async () => {
    const server = await startApiServer();
    server.script(json(200, {}));
    const sent$ = connect(server).send(create);
    expect(server.requests).toHaveLength(0);
    await lastValueFrom(sent$);
    await lastValueFrom(sent$);
    expect(server.requests).toHaveLength(2);
  });

  test('that is not authenticated is sent again, whole, with other credentials', async () => {
    const server = await startApiServer();
    const bodies: unknown[] = [];
    const answer = (code: number) => (request: IncomingMessage, response: Parameters<ReturnType<typeof json>>[1]) => {
      void bodyOf(request).then((body) => {
        bodies.push(body);
        response.writeHead(code).end('{}');
      });
    };
    server.script(answer(401), answer(201));
    const api = connect(server, async () => ({ headers: { authorization: 'Bearer NEW' }, tls: {} }));
    expect(await lastValueFrom(api.send(create))).toEqual({});
    expect(bodies).toEqual([create.body, create.body]);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(['Bearer T', 'Bearer NEW']);
  });

  test('is aborted by an unsubscribe', async () => {
    const server = await startApiServer();
    const seen: unknown[] = [];
    const subscription = connect(server)
      .send(create)
      .subscribe({ next: (answer) => seen.push(answer), error: (error) => seen.push(error) });
    await until(() => server.requests.length === 1);
    subscription.unsubscribe();
    await until(() => server.sockets.size === 0);
    expect(seen).toEqual([]);
  });
});

describe('an answer', () => {
  test('without a body is undefined', async () => {
    const server = await startApiServer();
    server.script((_, response) => response.writeHead(204).end());
    expect(await lastValueFrom(connect(server).send(create).pipe(toArray()))).toEqual([undefined]);
  });

  test('that is no JSON is malformed, and not quoted', async () => {
    const server = await startApiServer();
    server.script((_, response) => response.writeHead(200).end('s3cret'));
    const { code, message } = await errorOf(server);
    expect({ code, message }).toEqual({
      code: 'malformed',
      message: 'The answer to our create of leases is not JSON (6 bytes).',
    });
  });

  test('that does not end is malformed, and its connection is closed', async () => {
    const server = await startApiServer();
    server.script((_, response) => {
      response.writeHead(200);
      const more = setInterval(() => response.write(Buffer.alloc(1024 * 1024, 0x20)), 1);
      response.on('close', () => clearInterval(more));
    });
    const { code, message } = await errorOf(server);
    expect({ code, message }).toEqual({
      code: 'malformed',
      message: 'The answer to our create of leases is longer than 3145728 bytes.',
    });
    await until(() => server.sockets.size === 0);
  });

  test.each([
    [404, 'NotFound', 'rejected', 'does not have what our create of leases is about (404 NotFound).'],
    [
      409,
      'AlreadyExists',
      'rejected',
      'refuses our create of leases: it exists, or was changed meanwhile (409 AlreadyExists).',
    ],
    [422, 'Invalid', 'rejected', 'does not understand our create of leases (422 Invalid).'],
    [500, 'InternalError', 'server', 'failed at our create of leases (500 InternalError).'],
  ])('%i %s is an error with that status', async (code, reason, kind, message) => {
    const server = await startApiServer();
    server.script(json(code, status(code, reason, { message: 's3cret' })));
    const error = await errorOf(server);
    expect(error).toMatchObject({ code: kind, status: code, message: `${server.url} ${message}` });
  });

  test('403 names the rule with its group and all the verbs that are needed', async () => {
    const server = await startApiServer();
    server.script(json(403, status(403, 'Forbidden', { message: 'User "system:serviceaccount:a:b" cannot create' })));
    const error = await errorOf(server);
    expect(error).toMatchObject({
      code: 'forbidden',
      message:
        'system:serviceaccount:a:b may not create leases in namespace "a": add a Role there with apiGroups ' +
        '["coordination.k8s.io"], resources ["leases"], verbs ["get","create","update"], and a RoleBinding for ' +
        'system:serviceaccount:a:b.',
    });
  });

  test('403 in a namespace that is about to go is no matter of rights', async () => {
    const server = await startApiServer();
    const details = { causes: [{ reason: 'NamespaceTerminating' }] };
    server.script(json(403, status(403, 'Forbidden', { details })));
    const error = await errorOf(server);
    expect(error.code).toBe('rejected');
    expect(error.message).toContain('the namespace is about to go');
    expect(error.message).not.toContain('Role');
  });
});
