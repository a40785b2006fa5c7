import { expect, test } from 'vitest';
import { badRequest, bare, brief, names, notFound, refusal, version } from './answers.js';
import { at } from './api-client.js';
import { type Given, type GivenApi, onBothServers } from './on-both-servers.js';

onBothServers('a deletion', (given) => {
  test.each([
    ['configmaps', undefined],
    ['secrets', undefined],
    ['configmaps', { propagationPolicy: 'Background', gracePeriodSeconds: 0 }],
    ['configmaps', { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: {} }],
  ])('of one of %s answers what it was (%#)', async (kind, options) => {
    const { api, namespace } = await given();
    const path = `/api/v1/namespaces/${namespace}/${kind}`;
    const { metadata } = await api.create(path, { metadata: { name: 'a' } });
    const { status, body } = await api.delete(`${path}/a`, options);
    expect(status).toBe(200);
    expect(body).toEqual({
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Success',
      details: { name: 'a', kind, uid: metadata.uid },
    });
    expect(refusal(await api.get(`${path}/a`))).toEqual(notFound(kind, 'a'));
  });

  test('of what is not there is refused', async () => {
    const { api, configmaps } = await given();
    expect(refusal(await api.delete(`${configmaps}/none`))).toEqual(notFound('configmaps', 'none'));
  });

  test('of another uid is refused', async () => {
    const { api, configmaps } = await given();
    const { metadata } = await api.create(configmaps, { metadata: { name: 'a' } });
    expect(refusal(await api.delete(`${configmaps}/a`, { preconditions: { uid: 'other' } }))).toEqual({
      code: 409,
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (other) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`,
      details: { name: 'a', kind: 'ConfigMap' },
    });
    expect((await api.get(`${configmaps}/a`)).status).toBe(200);
  });

  test('of another resourceVersion is refused', async () => {
    const { api, configmaps } = await given();
    const { metadata } = await api.create(configmaps, { metadata: { name: 'a' } });
    const answer = await api.delete(`${configmaps}/a`, { preconditions: { resourceVersion: '1' } });
    expect(refusal(answer)).toEqual({
      code: 409,
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on ConfigMap "a": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`,
      details: { name: 'a', kind: 'ConfigMap' },
    });
  });

  test('of the very uid and resourceVersion is done', async () => {
    const { api, configmaps } = await given();
    const { metadata } = await api.create(configmaps, { metadata: { name: 'a' } });
    const { uid, resourceVersion } = metadata;
    expect((await api.delete(`${configmaps}/a`, { preconditions: { uid, resourceVersion } })).status).toBe(200);
  });

  test('as a dry run by its options answers as if, and changes nothing', async () => {
    const { api, configmaps } = await given();
    const made = await api.create(configmaps, { metadata: { name: 'a' } });
    expect((await api.delete(`${configmaps}/a`, { dryRun: ['All'] })).body.status).toBe('Success');
    expect((await api.get(`${configmaps}/a`)).body).toEqual(made);
  });

  test('with options that cannot be read is refused', async () => {
    const { api, configmaps } = await given();
    await api.create(configmaps, { metadata: { name: 'a' } });
    expect(refusal(await api.delete(`${configmaps}/a`, '{bad'))).toMatchObject({ code: 400, reason: 'BadRequest' });
  });

  test('with an unknown propagation policy is refused', async () => {
    const { api, configmaps } = await given();
    await api.create(configmaps, { metadata: { name: 'a' } });
    expect(refusal(await api.delete(at(`${configmaps}/a`, { propagationPolicy: 'Some' })))).toMatchObject({
      code: 422,
      message:
        'DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Some": supported values: "Foreground", "Background", "Orphan", "nil"',
    });
  });

  test('waits for the finalizers: the object stays, marked, until the last of them is gone', async () => {
    const { api, configmaps } = await given();
    const made = await api.create(configmaps, { metadata: { name: 'a', finalizers: ['x.io/f'] } });
    const watch = await api.watch(configmaps, { resourceVersion: made.metadata.resourceVersion });
    const { status, body } = await api.delete(`${configmaps}/a`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      kind: 'ConfigMap',
      metadata: { name: 'a', deletionTimestamp: expect.stringMatching(/Z$/), deletionGracePeriodSeconds: 0 },
    });
    expect(version(body)).toBeGreaterThan(version(made));
    expect((await api.get(`${configmaps}/a`)).body).toEqual(body);
    expect((await api.patch(`${configmaps}/a`, { metadata: { finalizers: null } })).status).toBe(200);
    expect(refusal(await api.get(`${configmaps}/a`))).toEqual(notFound('configmaps', 'a'));
    expect(brief(await watch.take(2))).toEqual(['MODIFIED a', 'DELETED a']);
    watch.close();
  });
});

/** ConfigMaps a, b and c; a and b are labelled `l`. */
async function three(given: GivenApi): Promise<Given> {
  const all = await given();
  for (const [name, labels] of [
    ['a', { l: '1' }],
    ['b', { l: '2' }],
    ['c', {}],
  ] as const)
    await all.api.create(all.configmaps, { metadata: { name, labels } });
  return all;
}

onBothServers('a deletion of a collection', (given) => {
  test('answers what was there, and leaves nothing', async () => {
    const { api, configmaps, namespace } = await three(given);
    const { status, body } = await api.delete(configmaps);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      kind: 'ConfigMapList',
      apiVersion: 'v1',
      metadata: { resourceVersion: expect.stringMatching(/^\d+$/) },
    });
    expect(body.items?.map(bare)[2]).toEqual({ metadata: { name: 'c', namespace } });
    expect(body.items?.map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
    expect(names(await api.get(configmaps))).toEqual([]);
  });

  test.each([
    [{ labelSelector: 'l' }, ['c']],
    [{ labelSelector: 'l in (2,3)' }, ['a', 'c']],
    [{ labelSelector: '!l' }, ['a', 'b']],
    [{ fieldSelector: 'metadata.name=b' }, ['a', 'c']],
    [{ fieldSelector: 'metadata.name!=b', labelSelector: 'l' }, ['b', 'c']],
    [{ labelSelector: 'none' }, ['a', 'b', 'c']],
  ])('by %j leaves %j', async (query, left) => {
    const { api, configmaps } = await three(given);
    expect((await api.delete(at(configmaps, query))).status).toBe(200);
    expect(names(await api.get(configmaps))).toEqual(left);
  });

  test('as a dry run answers what it would delete', async () => {
    const { api, configmaps } = await three(given);
    const answer = await api.delete(at(configmaps, { labelSelector: 'l', dryRun: 'All' }));
    expect(names(answer)).toEqual(['a', 'b']);
    expect(names(await api.get(configmaps))).toEqual(['a', 'b', 'c']);
  });

  test('by a selector that cannot be read is refused, and deletes nothing', async () => {
    const { api, configmaps } = await three(given);
    expect(refusal(await api.delete(at(configmaps, { labelSelector: '==' })))).toEqual(
      badRequest("found '==', expected: !, identifier, or 'end of string'"),
    );
    expect(names(await api.get(configmaps))).toEqual(['a', 'b', 'c']);
  });

  test.each(['/api/v1/configmaps', '/api/v1/namespaces'])('is not allowed for %s', async (path) => {
    const { api } = await given();
    expect(refusal(await api.delete(path))).toMatchObject({ code: 405, reason: 'MethodNotAllowed' });
  });
});
