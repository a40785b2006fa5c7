import { expect, test } from 'vitest';
import { badRequest, bare, invalid, notFound, refusal, version } from './answers.js';
import { onBothServers } from './on-both-servers.js';

const conflict = (name: string) => ({
  code: 409,
  reason: 'Conflict',
  message: `Operation cannot be fulfilled on configmaps "${name}": the object has been modified; please apply your changes to the latest version and try again`,
  details: { name, kind: 'configmaps' },
});
const frozen = (field: string) =>
  invalid('ConfigMap', 'a', field, 'FieldValueForbidden', 'Forbidden: field is immutable when `immutable` is set');

onBothServers('an update', (given) => {
  test('replaces the whole object', async () => {
    const { api, configmaps, namespace } = await given();
    await api.create(configmaps, { metadata: { name: 'a', labels: { l: '1' } }, data: { k: 'v', q: 'r' } });
    const { status, body } = await api.put(`${configmaps}/a`, { metadata: { name: 'a' }, data: { k: 'w' } });
    expect(status).toBe(200);
    expect(bare(body)).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'a', namespace },
      data: { k: 'w' },
    });
    expect((await api.get(`${configmaps}/a`)).body).toEqual(body);
  });

  test('without a resourceVersion is done whatever happened before', async () => {
    const { api, configmaps } = await given();
    await api.create(configmaps, { metadata: { name: 'a' } });
    await api.patch(`${configmaps}/a`, { data: { k: '1' } });
    expect((await api.put(`${configmaps}/a`, { metadata: { name: 'a' } })).status).toBe(200);
  });

  test('with the resourceVersion of now is done, once', async () => {
    const { api, configmaps } = await given();
    const { metadata } = await api.create(configmaps, { metadata: { name: 'a' } });
    const { resourceVersion } = metadata;
    const update = (k: string) => api.put(`${configmaps}/a`, { metadata: { name: 'a', resourceVersion }, data: { k } });
    expect((await update('1')).status).toBe(200);
    expect(refusal(await update('2'))).toEqual(conflict('a'));
    expect((await api.get(`${configmaps}/a`)).body.data).toEqual({ k: '1' });
  });

  test('of many at once lets one through', async () => {
    const { api, configmaps } = await given();
    const { metadata } = await api.create(configmaps, { metadata: { name: 'a' } });
    const { resourceVersion } = metadata;
    const tries = ['1', '2', '3', '4', '5'].map((k) =>
      api.put(`${configmaps}/a`, { metadata: { name: 'a', resourceVersion }, data: { k } }),
    );
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([200, 409, 409, 409, 409]);
  });

  test('with the uid of another object is refused', async () => {
    const { api, configmaps } = await given();
    await api.create(configmaps, { metadata: { name: 'a' } });
    const { code, reason, message } = refusal(
      await api.put(`${configmaps}/a`, { metadata: { name: 'a', uid: 'other' }, data: { k: '1' } }),
    );
    expect({ code, reason }).toEqual({ code: 409, reason: 'Conflict' });
    expect(message).toContain('Precondition failed: UID in precondition: other, UID in object meta: ');
  });

  test('that changes nothing keeps the resourceVersion', async () => {
    const { api, configmaps } = await given();
    const made = await api.create(configmaps, { metadata: { name: 'a', labels: { l: '1' } }, data: { k: 'v' } });
    const { body } = await api.put(`${configmaps}/a`, {
      metadata: { name: 'a', labels: { l: '1' } },
      data: { k: 'v' },
    });
    expect(body).toEqual(made);
  });

  test('cannot change what the server has given', async () => {
    const { api, configmaps } = await given();
    const made = await api.create(configmaps, { metadata: { name: 'a' } });
    const metadata = { name: 'a', creationTimestamp: '2001-01-01T00:00:00Z' };
    const { body } = await api.put(`${configmaps}/a`, { metadata, data: { k: '1' } });
    expect(body.metadata.creationTimestamp).toBe(made.metadata.creationTimestamp);
    expect(version(body)).toBeGreaterThan(version(made));
  });

  test('of what is not there is refused', async () => {
    const { api, configmaps } = await given();
    expect(refusal(await api.put(`${configmaps}/a`, { metadata: { name: 'a' } }))).toEqual(notFound('configmaps', 'a'));
  });

  test('under another name is refused', async () => {
    const { api, configmaps } = await given();
    await api.create(configmaps, { metadata: { name: 'a' } });
    expect(refusal(await api.put(`${configmaps}/a`, { metadata: { name: 'b' } }))).toEqual(
      badRequest('the name of the object (b) does not match the name on the URL (a)'),
    );
  });

  test('that makes it invalid is refused and changes nothing', async () => {
    const { api, configmaps } = await given();
    const made = await api.create(configmaps, { metadata: { name: 'a' } });
    expect(refusal(await api.put(`${configmaps}/a`, { metadata: { name: 'a' }, data: { '.': '' } }))).toMatchObject({
      code: 422,
      details: { causes: [{ field: 'data[.]' }] },
    });
    expect((await api.get(`${configmaps}/a`)).body).toEqual(made);
  });

  test('of the data of an immutable ConfigMap is refused', async () => {
    const { api, configmaps } = await given();
    await api.create(configmaps, { metadata: { name: 'a' }, immutable: true, data: { k: '1' } });
    const put = (rest: object) => api.put(`${configmaps}/a`, { metadata: { name: 'a' }, ...rest });
    expect(refusal(await put({ immutable: true, data: { k: '2' } }))).toEqual(frozen('data'));
    expect(refusal(await put({ immutable: true, data: { k: '1' }, binaryData: { b: '' } }))).toEqual(
      frozen('binaryData'),
    );
    expect(refusal(await put({ data: { k: '1' } }))).toEqual(frozen('immutable'));
  });

  test('of the labels of an immutable ConfigMap is done', async () => {
    const { api, configmaps } = await given();
    await api.create(configmaps, { metadata: { name: 'a' }, immutable: true });
    const { status, body } = await api.put(`${configmaps}/a`, {
      metadata: { name: 'a', labels: { l: '1' } },
      immutable: true,
    });
    expect([status, body.metadata.labels]).toEqual([200, { l: '1' }]);
  });

  test('of the data of an immutable Secret is refused', async () => {
    const { api, secrets } = await given();
    await api.create(secrets, { metadata: { name: 'a' }, immutable: true, stringData: { k: '1' } });
    expect(refusal(await api.patch(`${secrets}/a`, { stringData: { k: '2' } }))).toMatchObject({
      code: 422,
      details: { kind: 'Secret', causes: [{ reason: 'FieldValueForbidden', field: 'data' }] },
    });
  });

  test('of the type of a Secret is refused', async () => {
    const { api, secrets } = await given();
    await api.create(secrets, { metadata: { name: 'a' } });
    expect(refusal(await api.put(`${secrets}/a`, { metadata: { name: 'a' }, type: 'mine' }))).toEqual(
      invalid('Secret', 'a', 'type', 'FieldValueInvalid', 'Invalid value: "mine": field is immutable'),
    );
  });

  test('of a Secret must repeat its type, since none means Opaque', async () => {
    const { api, secrets } = await given();
    await api.create(secrets, { metadata: { name: 'a' }, type: 'mine' });
    const put = (rest: object) => api.put(`${secrets}/a`, { metadata: { name: 'a' }, stringData: { k: '1' }, ...rest });
    expect(refusal(await put({}))).toEqual(
      invalid('Secret', 'a', 'type', 'FieldValueInvalid', 'Invalid value: "Opaque": field is immutable'),
    );
    expect((await put({ type: 'mine' })).status).toBe(200);
  });
});
