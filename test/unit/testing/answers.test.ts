import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ReceivedRequest } from '../../../src/testing/embedded-kubernetes.js';
import { type EmbeddedKubernetes, startEmbeddedKubernetes } from '../../../src/testing/index.js';
import { createRequestLog } from '../../../src/testing/request-log.js';
import { type AskOptions, ask, configMap, configmaps } from './ask.js';

const secrets = '/api/v1/namespaces/default/secrets';
const namespaces = '/api/v1/namespaces';
const secret = (type: string, stringData: object = {}) => ({ metadata: { name: 'typed' }, type, stringData });
const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u', controller: true };
const put = (body: object): AskOptions => ({ method: 'PUT', body });
const patch = (body: unknown, type = 'merge-patch+json'): AskOptions => ({
  method: 'PATCH',
  body,
  headers: { 'content-type': `application/${type}` },
});
const remove = (body?: unknown): AskOptions => ({ method: 'DELETE', ...(body !== undefined && { body }) });
const token = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('the embedded API', () => {
  let api: EmbeddedKubernetes;
  let clock: () => number = Date.now;

  beforeAll(async () => {
    api = await startEmbeddedKubernetes({ tls: false, now: () => clock(), objects: [configMap('a', { k: 'v' })] });
  });
  afterAll(() => api.close());

  /** As kube-apiserver 1.37.2 was seen to answer. */
  test.each<[string, AskOptions, number, string]>([
    [configmaps, { body: '' }, 400, 'the object provided is unrecognized (must be of type ConfigMap)'],
    [
      configmaps,
      { body: { ...configMap('b'), kind: 'Secret' } },
      400,
      'Secret in version "v1" cannot be handled as a ConfigMap: converting',
    ],
    [
      configmaps,
      { body: { ...configMap('b'), kind: 'Pod' } },
      400,
      'no kind "Pod" is registered for version "v1" in scheme',
    ],
    [
      configmaps,
      { body: { ...configMap('b'), apiVersion: 'x/v2' } },
      400,
      'ConfigMap in version "v2" cannot be handled',
    ],
    [
      configmaps,
      { body: { metadata: 'x' } },
      400,
      'cannot unmarshal string into Go struct field ConfigMap.metadata of type v1.ObjectMeta',
    ],
    [configmaps, { body: { metadata: { finalizers: 'x' } } }, 400, 'ObjectMeta.metadata.finalizers of type []string'],
    [configmaps, { body: { metadata: { creationTimestamp: 5 } } }, 400, 'cannot unmarshal number into Go struct field'],
    [configmaps, { body: { metadata: { generation: 1.5 } } }, 400, 'ObjectMeta.metadata.generation of type int64'],
    [
      configmaps,
      { body: { immutable: [] } },
      400,
      'cannot unmarshal array into Go struct field ConfigMap.immutable of type bool',
    ],
    [
      configmaps,
      { body: { binaryData: { a: true } } },
      400,
      'cannot unmarshal bool into Go struct field ConfigMap.binaryData of type []uint8',
    ],
    [configmaps, { body: { data: [] } }, 400, 'ConfigMap.data of type map[string]string'],
    [configmaps, { body: { binaryData: [] } }, 400, 'ConfigMap.binaryData of type map[string][]uint8'],
    [
      `${configmaps}?fieldManager=${'x'.repeat(129)}`,
      { body: configMap('b') },
      422,
      'fieldManager: Too long: may not be more than 128 bytes',
    ],
    [
      configmaps,
      { body: configMap('b', {}, { resourceVersion: '5' }) },
      500,
      'resourceVersion should not be set on objects to be created',
    ],
    [
      configmaps,
      { body: configMap('b', {}, { annotations: { 'A B': '' } }) },
      422,
      'metadata.annotations: Invalid value: "A B": name part',
    ],
    [
      configmaps,
      { body: configMap('b', {}, { annotations: { 'a/b/c': '' } }) },
      422,
      'a valid label key must consist of',
    ],
    [
      configmaps,
      { body: configMap('b', {}, { annotations: { a: 'x'.repeat(262_144) } }) },
      422,
      'metadata.annotations: Too long',
    ],
    [configmaps, { body: configMap('b', {}, { labels: { '/x': '' } }) }, 422, 'prefix part must be non-empty'],
    [
      configmaps,
      { body: configMap('b', {}, { labels: { ['l'.repeat(64)]: 'v'.repeat(64) } }) },
      422,
      'must be no more than 63 bytes',
    ],
    [
      configmaps,
      { body: configMap('b', {}, { finalizers: ['foo'] }) },
      422,
      'name is neither a standard finalizer name',
    ],
    [
      configmaps,
      { body: configMap('b', {}, { finalizers: ['orphan', 'foregroundDeletion'] }) },
      422,
      'cannot be both set',
    ],
    [
      configmaps,
      { body: configMap('b', {}, { ownerReferences: [{}] }) },
      422,
      'metadata.ownerReferences[0].uid: Required value: must not be empty',
    ],
    [
      configmaps,
      { body: configMap('b', {}, { ownerReferences: [{ ...owner, kind: 'Event' }] }) },
      422,
      '/v1, Kind=Event is disallowed from being an owner',
    ],
    [
      configmaps,
      { body: configMap('b', {}, { ownerReferences: [{ ...owner, apiVersion: 'x/y/z' }] }) },
      422,
      'must be <group>/<version> or <version>',
    ],
    [
      configmaps,
      { body: configMap('b', {}, { ownerReferences: [owner, owner] }) },
      422,
      'Only one reference can have Controller set to true. Found "true" in references for Pod/p and Pod/p',
    ],
    [configmaps, { body: 'x'.repeat(3 * 1024 * 1024 + 1) }, 413, 'Request entity too large: limit is 3145728'],
    [
      configmaps,
      { body: 'x', headers: { 'content-type': 'application/vnd.kubernetes.protobuf' } },
      400,
      'is unrecognized',
    ],
    [
      secrets,
      { body: secret('kubernetes.io/tls') },
      422,
      '[data[tls.crt]: Required value, data[tls.key]: Required value]',
    ],
    [
      secrets,
      { body: secret('kubernetes.io/ssh-auth', { 'ssh-privatekey': '' }) },
      422,
      'data[ssh-privatekey]: Required value',
    ],
    [secrets, { body: secret('kubernetes.io/basic-auth') }, 422, 'data[username]: Required value, data[password]'],
    [secrets, { body: secret('kubernetes.io/dockercfg') }, 422, 'data[.dockercfg]: Required value'],
    [
      secrets,
      { body: secret('kubernetes.io/dockerconfigjson', { '.dockerconfigjson': 'x' }) },
      422,
      '"<secret contents redacted>"',
    ],
    [
      secrets,
      { body: secret('kubernetes.io/service-account-token') },
      422,
      'metadata.annotations[kubernetes.io/service-account.name]: Required value',
    ],
    [
      namespaces,
      { body: { metadata: { generateName: 'a.b-' } } },
      422,
      'metadata.generateName: Invalid value: "a.b-": must not contain dots',
    ],
    [namespaces, { body: { metadata: { name: 'A' } } }, 422, 'a lowercase RFC 1123 label must consist of'],
    [namespaces, { body: { metadata: { name: 'a'.repeat(64) } } }, 422, 'must be no more than 63 characters'],
    [
      `${configmaps}/a`,
      put(configMap('a', {}, { resourceVersion: 'x' })),
      500,
      'strconv.ParseUint: parsing "x": invalid syntax',
    ],
    [`${configmaps}/a`, put(configMap('a', {}, { uid: 'x' })), 409, 'Precondition failed: UID in precondition: x'],
    [`${configmaps}/a`, put({ data: {} }), 400, 'the name of the object (a based on URL) was undeterminable'],
    [`${configmaps}/a`, put(configMap('b')), 400, 'the name of the object (b) does not match the name on the URL (a)'],
    [`${configmaps}/a`, patch({ metadata: { uid: 'x' } }), 422, 'metadata.uid: Invalid value: "x": field is immutable'],
    [
      `${configmaps}/a`,
      patch({ metadata: { deletionTimestamp: '2030-01-01T00:00:00Z' } }),
      422,
      'metadata.deletionTimestamp: Invalid value',
    ],
    [`${configmaps}/a?force=true`, patch({}), 422, 'force: Forbidden: may not be specified for non-apply patch'],
    [
      `${configmaps}/a`,
      patch({}, 'apply-patch+yaml'),
      422,
      'fieldManager: Required value: is required for apply patch',
    ],
    [`${configmaps}/a?fieldManager=x`, patch({}, 'apply-patch+yaml'), 415, 'has no server-side apply'],
    [`${configmaps}/a`, patch({}, 'json'), 415, '415: Unsupported Media Type'],
    [`${configmaps}/a`, patch('{'), 400, 'invalid JSON patch'],
    [`${configmaps}/a`, patch('null'), 400, 'Invalid JSON Patch'],
    [`${configmaps}/a`, patch('[]'), 400, 'error decoding patch: json: cannot unmarshal array into Go value'],
    [`${configmaps}/a`, patch('"x"', 'strategic-merge-patch+json'), 400, 'json: cannot unmarshal string into Go value'],
    [`${configmaps}/a?fieldValidation=Strict`, patch({ x: 1 }), 422, 'strict decoding error: unknown field "x"'],
    [`${configmaps}/a`, remove('{'), 400, "couldn't get version/kind; json parse error"],
    [`${configmaps}/a`, remove({ kind: 'Pod', apiVersion: 'v1' }), 400, 'no kind "Pod" is registered'],
    [`${configmaps}/a`, remove({ propagationPolicy: 'Fast' }), 422, 'propagationPolicy: Unsupported value: "Fast"'],
    [`${configmaps}/a`, remove({ propagationPolicy: 'Orphan', orphanDependents: false }), 422, 'cannot be both set'],
    [`${configmaps}/a?dryRun=Some`, remove(), 422, 'dryRun: Unsupported value: ["Some"]: supported values: "All"'],
    [`${namespaces}/default`, remove(), 403, 'this namespace may not be deleted'],
    [namespaces, remove(), 405, 'the server does not allow this method'],
    ['/api/v1/configmaps', { body: configMap('b') }, 405, 'the server does not allow this method'],
    ['/api/v1/watch/configmaps', { body: configMap('b') }, 405, 'the server does not allow this method'],
    ['/api/v1/pods', {}, 404, 'the server could not find the requested resource'],
    ['/api/v1/namespaces/default/namespaces', {}, 404, 'the server could not find the requested resource'],
    [
      `${configmaps}?fieldSelector=metadata.name%3Da%5Cb`,
      {},
      400,
      'invalid field selector: invalid escape sequence: \\b',
    ],
    [
      `${configmaps}?fieldSelector=metadata.name%3Da%3Db`,
      {},
      400,
      'invalid field selector: unescaped character in value: 61',
    ],
    [`${configmaps}?fieldSelector=toString%3Da`, {}, 400, '"toString" is not a known field selector'],
    [`${configmaps}?labelSelector=a%20in%20(b`, {}, 400, "unable to parse requirement: found '', expected: ',' or ')'"],
    [`${configmaps}?continue=xxx`, {}, 400, 'invalid continue token: continue key is not valid'],
    [`${configmaps}?continue=${token([])}`, {}, 400, 'continue key is not valid'],
    [
      `${configmaps}?continue=${token({ v: 'x', rv: 1, start: 'a' })}`,
      {},
      400,
      'does not recognize this encoded version x',
    ],
    [
      `${configmaps}?continue=${token({ v: 'meta.k8s.io/v1', rv: 0, start: 'a' })}`,
      {},
      400,
      'incorrect encoded start resourceVersion',
    ],
    [`${configmaps}?continue=${token({ v: 'meta.k8s.io/v1', rv: 1, start: '' })}`, {}, 400, 'encoded start key empty'],
    [
      `${configmaps}?continue=${token({ v: 'meta.k8s.io/v1', rv: 1, start: '../x' })}`,
      {},
      400,
      'continue key is not valid: ../x',
    ],
    [`${configmaps}?limit=x`, {}, 400, 'strconv.ParseInt: parsing "x": invalid syntax'],
    [`${configmaps}/a?resourceVersion=x`, {}, 500, 'resourceVersion: Invalid value: "x"'],
  ])('%s %j is answered %i: %s', async (path, options, status, message) => {
    const answer = await ask(api, path, options);
    expect([answer.status, answer.json.code]).toEqual([status, status]);
    expect(answer.json.message).toContain(message);
  });

  test('has changed nothing by all that', () => {
    expect(api.list('configmaps').map(({ metadata, data }) => [metadata.name, data])).toEqual([['a', { k: 'v' }]]);
    expect(api.list('secrets')).toEqual([]);
  });

  test('never quotes what cannot be read, in case it is a secret', async () => {
    const texts = await Promise.all([
      ask(api, secrets, { body: '{"data":{"a":"hunter2' }),
      ask(api, secrets, { body: { metadata: { name: 's' }, data: { a: '*hunter2*' } } }),
      ask(api, secrets, { body: { metadata: { name: 's', creationTimestamp: 'hunter2' } } }),
      ask(api, `${configmaps}/a`, patch({ data: { a: 1, b: 'hunter2' } })),
      ask(api, `${configmaps}/a`, patch('{"hunter2')),
    ]);
    expect(texts.map(({ status }) => status)).toEqual([400, 400, 400, 422, 400]);
    expect(texts.map(({ text }) => text).join()).not.toContain('hunter2');
  });

  test('reads and writes YAML', async () => {
    const headers = { 'content-type': 'application/yaml', accept: 'application/yaml' };
    const body = 'kind: ConfigMap\napiVersion: v1\nmetadata: {name: from-yaml}\ndata: {a: "yes"}\n';
    const { status, text, headers: given } = await ask(api, `${configmaps}?dryRun=All`, { body, headers });
    expect([status, given['content-type']]).toEqual([201, 'application/yaml']);
    // Quoted, or YAML 1.1 would make a time and a boolean of them.
    expect(text).toMatch(/creationTimestamp: "/);
    expect(text).toMatch(/a: "yes"/);
  });

  test('indents for people', async () => {
    const isIndented = async (query: string, agent: string) =>
      (await ask(api, `${configmaps}/a${query}`, { headers: { 'user-agent': agent } })).text.includes('\n  "kind"');
    expect(await isIndented('', 'curl/8')).toBe(true);
    expect(await isIndented('', 'kubectl/1')).toBe(false);
    expect(await isIndented('?pretty=true', 'kubectl/1')).toBe(true);
    expect(await isIndented('?pretty=false', 'curl/8')).toBe(false);
  });

  test('warns of unknown fields, unless it is told not to', async () => {
    const body = { ...configMap('warned', {}, { x: 1 }), y: 2 };
    const warningOf = async (query: string) =>
      (await ask(api, `${configmaps}?dryRun=All${query}`, { body })).headers['warning'];
    expect(await warningOf('')).toBe('299 - "unknown field \\"metadata.x\\"", 299 - "unknown field \\"y\\""');
    expect(await warningOf('&fieldValidation=Ignore')).toBeUndefined();
  });

  test('holds what a propagation policy wants held, for nobody will collect it', async () => {
    api.apply(configMap('held'));
    for (const [policy, finalizer] of [
      ['Foreground', 'foregroundDeletion'],
      ['Orphan', 'orphan'],
    ]) {
      const { json } = await ask(api, `${configmaps}/held?dryRun=All&propagationPolicy=${policy}`, remove());
      expect(json.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, finalizers: [finalizer] });
    }
    expect((await ask(api, `${configmaps}/held`, remove({ orphanDependents: true }))).json.metadata.finalizers).toEqual(
      ['orphan'],
    );
    expect((await ask(api, `${configmaps}/held`, patch({ metadata: { finalizers: null } }))).status).toBe(200);
    expect(api.get('configmaps', 'default', 'held')).toBeUndefined();
  });

  test('describes itself in both forms of discovery', async () => {
    const one = (await ask(api, '/api/v1')).json.resources.map(
      ({ name, shortNames }: { name: string; shortNames?: string[] }) => [name, shortNames],
    );
    expect(one).toEqual([
      ['configmaps', ['cm']],
      ['namespaces', ['ns']],
      ['secrets', undefined],
    ]);
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    const all = await ask(api, '/api', { headers: { accept } });
    expect(all.headers['content-type']).toBe('application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList');
    expect(all.json.items[0].versions[0].resources).toHaveLength(3);
    const groups = (await ask(api, '/apis', { headers: { accept } })).json.items;
    expect(groups.map(({ metadata }: { metadata: { name: string } }) => metadata.name)).toEqual([
      'coordination.k8s.io',
    ]);
    expect(groups[0].versions[0].resources).toHaveLength(1);
    expect((await ask(api, '/apis')).json).toMatchObject({ kind: 'APIGroupList', groups: [{}] });
    expect((await ask(api, '/api')).json).toMatchObject({ kind: 'APIVersions', versions: ['v1'] });
    const { paths } = (await ask(api, '/openapi/v3')).json;
    for (const [path, kinds] of [
      ['api/v1', ['ConfigMap', 'Namespace', 'Secret'].map((kind) => `io.k8s.api.core.v1.${kind}`)],
      ['apis/coordination.k8s.io/v1', ['io.k8s.api.coordination.v1.Lease']],
    ] as const) {
      const described = (await ask(api, paths[path].serverRelativeURL)).json;
      expect(Object.keys(described.components.schemas)).toEqual(kinds);
    }
    expect((await ask(api, '/api', { method: 'POST' })).status).toBe(404);
  });

  test('answers a fault of its own with 500, without a word of it', async () => {
    clock = () => {
      throw new Error('hunter2');
    };
    const { status, json } = await ask(api, configmaps, { body: configMap('late') });
    clock = Date.now;
    expect([status, json.reason, json.message]).toEqual([500, 'InternalError', 'Internal error occurred']);
  });
});

describe('the log of requests', () => {
  test('holds the last 10,000', () => {
    const log = createRequestLog();
    const request = { verb: 'other', method: 'GET' } as unknown as ReceivedRequest;
    for (let i = 0; i < 25_500; i += 1) log.add({ ...request, path: String(i) });
    expect([log.requests.length, log.requests[0]?.path, log.requests.at(-1)?.path]).toEqual([10_000, '15500', '25499']);
  });
});
