import { expect, test } from 'vitest';
import { notFound, refusal } from './answers.js';
import { onBothServers } from './on-both-servers.js';

const noSuchResource = {
  code: 404,
  reason: 'NotFound',
  message: 'the server could not find the requested resource',
  details: {},
};
const notAllowed = {
  code: 405,
  reason: 'MethodNotAllowed',
  message: 'the server does not allow this method on the requested resource',
  details: {},
};

onBothServers('a request', (given) => {
  test('for an object that is not there is answered 404, with its name and kind', async () => {
    const { api, configmaps, secrets } = await given();
    expect(refusal(await api.get(`${configmaps}/none`))).toEqual(notFound('configmaps', 'none'));
    expect(refusal(await api.get(`${secrets}/none`))).toEqual(notFound('secrets', 'none'));
  });

  test('to make what is there already is answered 409', async () => {
    const { api, configmaps } = await given();
    await api.create(configmaps, { metadata: { name: 'a' } });
    expect(refusal(await api.post(configmaps, { metadata: { name: 'a' } }))).toEqual({
      code: 409,
      reason: 'AlreadyExists',
      message: 'configmaps "a" already exists',
      details: { name: 'a', kind: 'configmaps' },
    });
  });

  test.each([
    'nothings',
    'configmaps/a/status',
    'configmaps/a/b/c',
  ])('for the unknown resource %s is answered 404', async (path) => {
    const { api, namespace } = await given();
    expect(refusal(await api.get(`/api/v1/namespaces/${namespace}/${path}`))).toEqual(noSuchResource);
  });

  test('for an unknown version is answered 404', async () => {
    const { api } = await given();
    expect(refusal(await api.get('/api/v2'))).toEqual(noSuchResource);
  });

  test('for an unknown path is answered 404, in plain text', async () => {
    const { api } = await given();
    const { status, headers, bytes } = await api.get('/nothing');
    expect([status, headers['content-type'], bytes.toString()]).toEqual([
      404,
      'text/plain; charset=utf-8',
      '404 page not found\n',
    ]);
  });

  test.each([
    ['PATCH', ''],
    ['PUT', ''],
    ['POST', '/a'],
  ])('that is a %s of configmaps%s is answered 405', async (method, rest) => {
    const { api, configmaps } = await given();
    expect(refusal(await api.ask(method, `${configmaps}${rest}`, { body: {} }))).toEqual(notAllowed);
  });

  test('to make an object of no namespace is answered 405', async () => {
    const { api } = await given();
    expect(refusal(await api.post('/api/v1/configmaps', { metadata: { name: 'a' } }))).toEqual(notAllowed);
  });

  test('with a wrong token is answered 401', async () => {
    const { api, configmaps } = await given();
    expect(refusal(await api.get(configmaps, { authorization: 'Bearer wrong' }))).toEqual({
      code: 401,
      reason: 'Unauthorized',
      message: 'Unauthorized',
    });
  });

  test('without a token is one of somebody unknown, and answered 403', async () => {
    const { api, configmaps, namespace } = await given();
    expect(refusal(await api.get(configmaps, { authorization: '' }))).toEqual({
      code: 403,
      reason: 'Forbidden',
      message: `configmaps is forbidden: User "system:anonymous" cannot list resource "configmaps" in API group "" in the namespace "${namespace}"`,
      details: { kind: 'configmaps' },
    });
  });

  test('for a representation that there is not is answered 406', async () => {
    const { api, configmaps } = await given();
    expect(refusal(await api.get(configmaps, { accept: 'text/html' }))).toMatchObject({
      code: 406,
      reason: 'NotAcceptable',
    });
    for (const accept of ['application/json;as=Picture;g=meta.k8s.io;v=v1', 'application/*'])
      expect(refusal(await api.get(configmaps, { accept }))).toMatchObject({ code: 406, reason: 'NotAcceptable' });
  });

  test.each([
    '*/*',
    'text/html,application/json;q=0.9',
    'application/vnd.none+json, */*',
  ])('that accepts %s is answered in JSON', async (accept) => {
    const { api, configmaps } = await given();
    const { status, headers } = await api.get(configmaps, { accept });
    expect([status, headers['content-type']]).toEqual([200, 'application/json']);
  });

  test('with a body of another format is answered 415', async () => {
    const { api, configmaps } = await given();
    const answer = await api.ask('POST', configmaps, {
      body: { metadata: { name: 'a' } },
      headers: { 'content-type': 'text/plain' },
    });
    expect(refusal(answer)).toMatchObject({ code: 415, reason: 'UnsupportedMediaType' });
  });
});
