import { expect, test } from 'vitest';
import { bare, invalid, notFound, refusal } from './answers.js';
import { onBothServers } from './on-both-servers.js';

const path = '/api/v1/namespaces';
const labelWords =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

onBothServers('a namespace', (given) => {
  test('is made active, with a label of its name and the finalizer of the controller', async () => {
    const { api, namespace } = await given();
    const name = `${namespace}-x`;
    const made = await api.create(path, { metadata: { name, labels: { l: '1' } } });
    expect(bare(made)).toEqual({
      kind: 'Namespace',
      apiVersion: 'v1',
      metadata: { name, labels: { l: '1', 'kubernetes.io/metadata.name': name } },
      spec: { finalizers: ['kubernetes'] },
      status: { phase: 'Active' },
    });
  });

  test('keeps the label of its name whatever an update says', async () => {
    const { api, namespace } = await given();
    const { status, body } = await api.put(`${path}/${namespace}`, {
      metadata: { name: namespace, labels: { l: '1' } },
    });
    expect(status).toBe(200);
    expect(body.metadata.labels).toEqual({ l: '1', 'kubernetes.io/metadata.name': namespace });
    expect(body.status).toEqual({ phase: 'Active' });
  });

  test.each(['default', 'kube-system'])('%s is there from the start', async (name) => {
    const { api } = await given();
    await expect.poll(async () => (await api.get(`${path}/${name}`)).status).toBe(200);
  });

  test('that is not there is not found', async () => {
    const { api } = await given();
    expect(refusal(await api.get(`${path}/there-is-none`))).toEqual(notFound('namespaces', 'there-is-none'));
  });

  test('that is not there takes no objects', async () => {
    const { api } = await given();
    expect(refusal(await api.post(`${path}/there-is-none/configmaps`, { metadata: { name: 'a' } }))).toEqual(
      notFound('namespaces', 'there-is-none'),
    );
  });

  test('that is there already is not made again', async () => {
    const { api, namespace } = await given();
    expect(refusal(await api.post(path, { metadata: { name: namespace } }))).toEqual({
      code: 409,
      reason: 'AlreadyExists',
      message: `namespaces "${namespace}" already exists`,
      details: { name: namespace, kind: 'namespaces' },
    });
  });

  test.each([
    ['Big', labelWords],
    ['with.dot', 'must not contain dots'],
  ])('of the name %s is refused', async (name, why) => {
    const { api } = await given();
    expect(refusal(await api.post(path, { metadata: { name } }))).toEqual(
      invalid('Namespace', name, 'metadata.name', 'FieldValueInvalid', `Invalid value: "${name}": ${why}`),
    );
  });

  test('of a name of 64 characters is refused twice: it would be the value of a label too', async () => {
    const { api } = await given();
    const name = 'a'.repeat(64);
    expect(refusal(await api.post(path, { metadata: { name } })).details).toMatchObject({
      causes: [
        { field: 'metadata.name', message: `Invalid value: "${name}": must be no more than 63 characters` },
        { field: 'metadata.labels', message: `Invalid value: "${name}": must be no more than 63 bytes` },
      ],
    });
  });

  test('that everybody needs is not deleted', async () => {
    const { api } = await given();
    expect(refusal(await api.delete(`${path}/default`))).toEqual({
      code: 403,
      reason: 'Forbidden',
      message: 'namespaces "default" is forbidden: this namespace may not be deleted',
      details: { name: 'default', kind: 'namespaces' },
    });
  });

  test('that is deleted says that it is terminating', async () => {
    const { api, namespace } = await given();
    const { status, body } = await api.delete(`${path}/${namespace}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      kind: 'Namespace',
      metadata: { name: namespace, deletionTimestamp: expect.stringMatching(/Z$/) },
      status: { phase: 'Terminating' },
    });
  });
});
