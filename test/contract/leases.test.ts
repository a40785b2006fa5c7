import { expect, test } from 'vitest';
import { badRequest, bare, brief, items, names, type Refusal, refusal } from './answers.js';
import { jsonPatch, mergePatch, strategicMergePatch } from './api-client.js';
import { type GivenApi, onBothServers } from './on-both-servers.js';

const group = 'coordination.k8s.io';
const apiVersion = `${group}/v1`;
const renewTime = '2030-01-02T03:04:05.678901Z';
const held = { holderIdentity: 'a', leaseDurationSeconds: 10, acquireTime: renewTime, renewTime, leaseTransitions: 0 };

/** As `given`, with the path of the namespace's Leases. */
async function withLeases(given: GivenApi) {
  const it = await given();
  return { ...it, leases: `/apis/${apiVersion}/namespaces/${it.namespace}/leases` };
}

function conflict(name: string, why: string, kind = 'leases'): Refusal {
  const message = `Operation cannot be fulfilled on ${kind}.${group} "${name}": ${why}`;
  return { code: 409, reason: 'Conflict', message, details: { name, group, kind } };
}

function invalid(kind: string, name: string, ...wrong: readonly (readonly [string, string])[]): Refusal {
  const texts = wrong.map(([field, message]) => `${field}: ${message}`);
  return {
    code: 422,
    reason: 'Invalid',
    message: `${kind}.${group} "${name}" is invalid: ${texts.length > 1 ? `[${texts.join(', ')}]` : texts[0]}`,
    details: {
      name,
      group,
      kind,
      causes: wrong.map(([field, message]) => ({ reason: 'FieldValueInvalid', message, field })),
    },
  };
}

const modified = 'the object has been modified; please apply your changes to the latest version and try again';
const unread = invalid('leases', 'a', [
  'metadata.resourceVersion',
  'Invalid value: 0: must be specified for an update',
]);
const cannot = (why: string) => badRequest(`Lease in version "v1" cannot be handled as a Lease: ${why}`);

onBothServers('a Lease', (given) => {
  test('is created, read, listed and deleted', async () => {
    const { api, leases, namespace } = await withLeases(given);
    const { status, body } = await api.post(leases, { metadata: { name: 'a' }, spec: held });
    expect(status).toBe(201);
    expect(bare(body)).toEqual({ kind: 'Lease', apiVersion, metadata: { name: 'a', namespace }, spec: held });
    expect((await api.get(`${leases}/a`)).body).toEqual(body);
    const list = await api.get(leases);
    expect(list.body).toMatchObject({ kind: 'LeaseList', apiVersion });
    expect(names(list)).toEqual(['a']);
    expect(
      items(await api.get(`/apis/${apiVersion}/leases?fieldSelector=metadata.namespace=${namespace}`)),
    ).toHaveLength(1);
    const { uid } = body.metadata;
    expect((await api.delete(`${leases}/a`)).body).toMatchObject({
      status: 'Success',
      details: { name: 'a', group, kind: 'leases', uid },
    });
    expect(refusal(await api.get(`${leases}/a`))).toEqual({
      code: 404,
      reason: 'NotFound',
      message: `leases.${group} "a" not found`,
      details: { name: 'a', group, kind: 'leases' },
    });
  });

  test('has a spec also where it says nothing', async () => {
    const { api, leases, namespace } = await withLeases(given);
    const bareLease = { kind: 'Lease', apiVersion, metadata: { name: 'a', namespace }, spec: {} };
    expect(bare(await api.create(leases, { metadata: { name: 'a' } }))).toEqual(bareLease);
    const { body } = await api.patch(`${leases}/a`, { spec: held });
    expect(body['spec']).toEqual(held);
    expect(bare((await api.patch(`${leases}/a`, { spec: null })).body)).toEqual(bareLease);
  });

  test('tells nobody and zero from nothing', async () => {
    const { api, leases } = await withLeases(given);
    const spec = { holderIdentity: '', leaseTransitions: 0 };
    expect((await api.create(leases, { metadata: { name: 'a' }, spec }))['spec']).toEqual(spec);
    const nulls = { ...spec, holderIdentity: null, leaseTransitions: null, renewTime: null };
    expect((await api.create(leases, { metadata: { name: 'b' }, spec: nulls }))['spec']).toEqual({});
  });

  test('has its times in UTC, to the microsecond', async () => {
    const { api, leases } = await withLeases(given);
    const spec = { renewTime: '2030-01-02T03:04:05.000100+02:00' };
    const { body } = await api.post(leases, { metadata: { name: 'a' }, spec });
    expect(body['spec']).toEqual({ renewTime: '2030-01-02T01:04:05.000100Z' });
  });

  test.each<[string, object]>([
    ['seconds alone', { renewTime: '2030-01-02T03:04:05Z' }],
    ['milliseconds', { acquireTime: '2030-01-02T03:04:05.678Z' }],
    ['nanoseconds', { renewTime: '2030-01-02T03:04:05.678901234Z' }],
    ['no time', { renewTime: 'x' }],
    ['no day', { renewTime: '2030-02-32T03:04:05.678901Z' }],
  ])('whose time is %s is refused', async (_, spec) => {
    const { api, leases } = await withLeases(given);
    const { code, reason, message } = refusal(await api.post(leases, { metadata: { name: 'a' }, spec }));
    expect({ code, reason }).toEqual({ code: 400, reason: 'BadRequest' });
    expect(message).toMatch(/^Lease in version "v1" cannot be handled as a Lease: parsing time /);
  });

  const field = (name: string) => `Go struct field LeaseSpec.spec.${name}`;
  test.each<[string, object, string]>([
    ['a text for seconds', { leaseDurationSeconds: 'x' }, `string into ${field('leaseDurationSeconds')} of type int32`],
    [
      'more seconds than 32 bits hold',
      { leaseDurationSeconds: 2 ** 32 },
      `number 4294967296 into ${field('leaseDurationSeconds')} of type int32`,
    ],
    ['half a second', { leaseDurationSeconds: 1.5 }, `number 1.5 into ${field('leaseDurationSeconds')} of type int32`],
    ['a number for a time', { renewTime: 5 }, `number into ${field('renewTime')} of type string`],
    ['a number for a holder', { holderIdentity: 5 }, `number into ${field('holderIdentity')} of type string`],
  ])('with %s is refused', async (_, spec, why) => {
    const { api, leases } = await withLeases(given);
    expect(refusal(await api.post(leases, { metadata: { name: 'a' }, spec }))).toEqual(
      cannot(`json: cannot unmarshal ${why}`),
    );
  });

  test('that lasts no time, or changed hands less than never, is refused, whoever says so', async () => {
    const { api, leases } = await withLeases(given);
    const seconds = ['spec.leaseDurationSeconds', 'Invalid value: 0: must be greater than 0'] as const;
    const transitions = ['spec.leaseTransitions', 'Invalid value: -1: must be greater than or equal to 0'] as const;
    const spec = { leaseDurationSeconds: 0, leaseTransitions: -1 };
    const create = await api.post(leases, { metadata: { name: 'a' }, spec });
    expect(refusal(create)).toEqual(invalid('Lease', 'a', seconds, transitions));
    const { metadata } = await api.create(leases, { metadata: { name: 'a' }, spec: held });
    const { resourceVersion } = metadata;
    const update = await api.put(`${leases}/a`, { metadata: { name: 'a', resourceVersion }, spec });
    expect(refusal(update)).toEqual(invalid('Lease', 'a', seconds, transitions));
    const patch = await api.patch(`${leases}/a`, { spec: { leaseDurationSeconds: 0 } });
    expect(refusal(patch)).toEqual(invalid('Lease', 'a', seconds));
  });

  test('keeps nothing of coordinated election, which is off', async () => {
    const { api, leases } = await withLeases(given);
    const spec = { ...held, strategy: 'OldestEmulationVersion', preferredHolder: 'b' };
    expect((await api.create(leases, { metadata: { name: 'a' }, spec }))['spec']).toEqual(held);
  });

  test('with an unknown field is refused where that is asked for', async () => {
    const { api, leases } = await withLeases(given);
    const lease = { metadata: { name: 'a' }, spec: { unknown: 1 } };
    expect(refusal(await api.post(`${leases}?fieldValidation=Strict`, lease))).toEqual(
      cannot('strict decoding error: unknown field "spec.unknown"'),
    );
  });

  test('goes to one of many who create it', async () => {
    const { api, leases } = await withLeases(given);
    const tries = ['a', 'b', 'c', 'd'].map((holderIdentity) =>
      api.post(leases, { metadata: { name: 'a' }, spec: { ...held, holderIdentity } }),
    );
    const answers = await Promise.all(tries);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409]);
    const lost = answers.find(({ status }) => status === 409);
    expect(lost && refusal(lost)).toEqual({
      code: 409,
      reason: 'AlreadyExists',
      message: `leases.${group} "a" already exists`,
      details: { name: 'a', group, kind: 'leases' },
    });
  });

  test('goes to one of many who update the version that they have read', async () => {
    const { api, leases } = await withLeases(given);
    const lease = await api.create(leases, { metadata: { name: 'a' }, spec: held });
    const tries = ['a', 'b', 'c', 'd'].map((holderIdentity) =>
      api.put(`${leases}/a`, { ...lease, spec: { ...held, holderIdentity, leaseTransitions: 1 } }),
    );
    const answers = await Promise.all(tries);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
    const lost = answers.find(({ status }) => status === 409);
    expect(lost && refusal(lost)).toEqual(conflict('a', modified));
  });

  test('is replaced by nobody who has not read it', async () => {
    const { api, leases } = await withLeases(given);
    await api.create(leases, { metadata: { name: 'a' }, spec: held });
    expect(refusal(await api.put(`${leases}/a`, { metadata: { name: 'a' }, spec: {} }))).toEqual(unread);
    const any = { metadata: { name: 'a', resourceVersion: '0' }, spec: {} };
    expect(refusal(await api.put(`${leases}/a`, any))).toEqual(unread);
    expect((await api.get(`${leases}/a`)).body['spec']).toEqual(held);
  });

  test('is made by an update where there is none, but for one that means another', async () => {
    const { api, leases, namespace } = await withLeases(given);
    const lease = (metadata: object) => ({ metadata: { name: 'a', ...metadata }, spec: held });
    const refused = refusal(await api.put(`${leases}/a`, lease({ uid: 'gone', resourceVersion: '5' })));
    expect(refused).toMatchObject({ code: 409, reason: 'Conflict', details: { name: 'a', group, kind: 'leases' } });
    expect(refused.message).toContain(`Key: /registry/leases/${namespace}/a, `);
    expect(refused.message).toMatch(/Precondition failed: UID in precondition: gone, UID in object meta: $/);
    const dry = await api.put(`${leases}/a?dryRun=All`, lease({}));
    expect([dry.status, dry.body['spec']]).toEqual([201, held]);
    const { status, body } = await api.put(`${leases}/a`, lease({ resourceVersion: '5' }));
    expect(status).toBe(201);
    expect(bare(body)).toEqual({ kind: 'Lease', apiVersion, metadata: { name: 'a', namespace }, spec: held });
    const other = refusal(await api.put(`${leases}/a`, lease({ uid: 'other', resourceVersion: '5' })));
    expect(other.message).toContain(`UID in precondition: other, UID in object meta: ${body.metadata.uid}`);
  });

  test('that somebody has deleted and made again is not the one that was read', async () => {
    const { api, leases } = await withLeases(given);
    const lease = await api.create(leases, { metadata: { name: 'a' }, spec: held });
    await api.delete(`${leases}/a`);
    expect((await api.put(`${leases}/a`, lease)).status).toBe(409);
    await api.create(leases, { metadata: { name: 'a' }, spec: held });
    expect((await api.put(`${leases}/a`, lease)).status).toBe(409);
  });

  test('keeps its resourceVersion where an update changes nothing', async () => {
    const { api, leases } = await withLeases(given);
    const lease = await api.create(leases, { metadata: { name: 'a' }, spec: held });
    expect((await api.put(`${leases}/a`, lease)).body.metadata.resourceVersion).toBe(lease.metadata.resourceVersion);
  });

  test.each<[string, unknown]>([
    [mergePatch, { spec: { holderIdentity: 'b', renewTime: null } }],
    [strategicMergePatch, { spec: { holderIdentity: 'b', renewTime: null } }],
    [
      jsonPatch,
      [
        { op: 'replace', path: '/spec/holderIdentity', value: 'b' },
        { op: 'remove', path: '/spec/renewTime' },
      ],
    ],
  ])('is patched by %s', async (type, patch) => {
    const { api, leases } = await withLeases(given);
    await api.create(leases, { metadata: { name: 'a' }, spec: held });
    const { renewTime: _, ...rest } = held;
    expect((await api.patch(`${leases}/a`, patch, type)).body['spec']).toEqual({ ...rest, holderIdentity: 'b' });
  });

  test('is patched only in the version that the patch names', async () => {
    const { api, leases } = await withLeases(given);
    await api.create(leases, { metadata: { name: 'a' }, spec: held });
    const patch = { metadata: { resourceVersion: '1' }, spec: { holderIdentity: 'b' } };
    expect(refusal(await api.patch(`${leases}/a`, patch))).toEqual(conflict('a', modified));
  });

  test('is deleted only as the one that was meant', async () => {
    const { api, leases } = await withLeases(given);
    const { metadata } = await api.create(leases, { metadata: { name: 'a' }, spec: held });
    const why = `the UID in the precondition (x) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`;
    const answer = await api.delete(`${leases}/a`, { preconditions: { uid: 'x' } });
    expect(refusal(answer)).toEqual(conflict('a', why, 'Lease'));
  });

  test('is watched', async () => {
    const { api, leases } = await withLeases(given);
    const { metadata } = (await api.get(leases)).body;
    const watch = await api.watch(leases, { resourceVersion: metadata.resourceVersion });
    const lease = await api.create(leases, { metadata: { name: 'a' }, spec: held });
    await api.patch(`${leases}/a`, { spec: { holderIdentity: 'b' } });
    await api.delete(`${leases}/a`);
    const events = await watch.take(3);
    watch.close();
    expect(brief(events)).toEqual(['ADDED a', 'MODIFIED a', 'DELETED a']);
    expect(events[0]?.object).toEqual(lease);
    expect(events[1]?.object).toMatchObject({ kind: 'Lease', apiVersion, spec: { holderIdentity: 'b' } });
  });

  test('is shown to people with its holder', async () => {
    const { api, leases } = await withLeases(given);
    await api.create(leases, { metadata: { name: 'a' }, spec: held });
    await api.create(leases, { metadata: { name: 'b' } });
    const { body } = await api.get(leases, { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' });
    const { columnDefinitions, rows } = body as unknown as Record<string, { name?: string; cells?: string[] }[]>;
    expect(columnDefinitions?.map(({ name }) => name)).toEqual(['Name', 'Holder', 'Age']);
    expect(rows?.map(({ cells }) => cells?.slice(0, 2))).toEqual([
      ['a', 'a'],
      ['b', ''],
    ]);
  });

  test.each<[string, string]>([
    [
      'PartialObjectMetadata',
      'you requested PartialObjectMetadata, but the requested object is a list (*coordination.LeaseList)',
    ],
  ])('as %s is none', async (as, message) => {
    const { api, leases } = await withLeases(given);
    const answer = await api.get(leases, { accept: `application/json;as=${as};v=v1;g=meta.k8s.io` });
    expect(refusal(answer)).toMatchObject({ code: 406, message });
  });

  test.each<[string, object, string]>([
    [
      'of the core group',
      { kind: 'Lease', apiVersion: 'v1' },
      'Lease in version "v1" cannot be handled as a Lease: no kind "Lease" is registered for version "v1" in scheme "pkg/runtime/scheme.go:111"',
    ],
    [
      'that is a ConfigMap',
      { kind: 'ConfigMap', apiVersion: 'v1' },
      'ConfigMap in version "v1" cannot be handled as a Lease: converting (v1.ConfigMap) to (coordination.Lease): unknown conversion',
    ],
    [
      'of an unknown kind',
      { kind: 'Other', apiVersion },
      `Other in version "v1" cannot be handled as a Lease: no kind "Other" is registered for version "${apiVersion}" in scheme "pkg/runtime/scheme.go:111"`,
    ],
  ])('%s is refused', async (_, type, message) => {
    const { api, leases } = await withLeases(given);
    expect(refusal(await api.post(leases, { ...type, metadata: { name: 'a' } }))).toEqual(badRequest(message));
  });

  test('is no ConfigMap', async () => {
    const { api, configmaps } = await withLeases(given);
    const answer = await api.post(configmaps, { kind: 'Lease', apiVersion, metadata: { name: 'a' } });
    expect(refusal(answer)).toEqual(
      badRequest(
        'Lease in version "v1" cannot be handled as a ConfigMap: converting (v1.Lease) to (core.ConfigMap): unknown conversion',
      ),
    );
  });

  test('is only in its own group, in a namespace that there is', async () => {
    const { api, namespace } = await withLeases(given);
    const lost = { code: 404, reason: 'NotFound', message: 'the server could not find the requested resource' };
    for (const path of [
      `/api/v1/namespaces/${namespace}/leases`,
      `/apis/${apiVersion}/namespaces/${namespace}/configmaps`,
      `/apis/${apiVersion}/namespaces`,
      `/apis/${group}/v9/leases`,
    ]) {
      expect(refusal(await api.get(path))).toMatchObject(lost);
    }
    const elsewhere = await api.post(`/apis/${apiVersion}/namespaces/nowhere/leases`, { metadata: { name: 'a' } });
    expect(refusal(elsewhere)).toMatchObject({ code: 404, message: 'namespaces "nowhere" not found' });
    expect((await api.get('/apis/nowhere/v1')).bytes.toString()).toBe('404 page not found\n');
  });

  test('is selected by name, and by nothing else of its fields', async () => {
    const { api, leases } = await withLeases(given);
    for (const name of ['a', 'b']) await api.create(leases, { metadata: { name } });
    expect(names(await api.get(`${leases}?fieldSelector=metadata.name=b`))).toEqual(['b']);
    expect(refusal(await api.get(`${leases}?fieldSelector=spec.holderIdentity=a`))).toEqual(
      badRequest('"spec.holderIdentity" is not a known field selector: only "metadata.name", "metadata.namespace"'),
    );
  });

  test('is found by who asks what there is', async () => {
    const { api } = await withLeases(given);
    const { body } = await api.get(`/apis/${apiVersion}`);
    const resources = body['resources'] as readonly { readonly name: string }[];
    expect(body).toMatchObject({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersion });
    expect(resources.find(({ name }) => name === 'leases')).toMatchObject({
      name: 'leases',
      singularName: 'lease',
      namespaced: true,
      kind: 'Lease',
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
    });
    const version = { groupVersion: apiVersion, version: 'v1' };
    const described = { name: group, versions: [version], preferredVersion: version };
    expect((await api.get(`/apis/${group}`)).body).toEqual({ kind: 'APIGroup', apiVersion: 'v1', ...described });
    const { groups } = (await api.get('/apis')).body as unknown as { groups: readonly unknown[] };
    expect(groups).toContainEqual(described);
    const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const all = (await api.get('/apis', { accept: aggregated })).body as unknown as { items: readonly unknown[] };
    expect(all.items).toContainEqual({
      metadata: { name: group },
      versions: [
        {
          version: 'v1',
          freshness: 'Current',
          resources: [expect.objectContaining({ resource: 'leases', singularResource: 'lease', scope: 'Namespaced' })],
        },
      ],
    });
  });
});
