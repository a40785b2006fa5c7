import { expect, test } from 'vitest';
import { badRequest, bare, invalid, type Refusal, refusal } from './answers.js';
import { at, type Query } from './api-client.js';
import { onBothServers } from './on-both-servers.js';

// The server's own words for the three kinds of names.
const subdomain =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const qualifiedName =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const labelValue =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const configKey =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const wrong = (value: string, why: string) => `Invalid value: "${value}": ${why}`;
const inMap = (name: string, field: string, value: string, why: string) =>
  invalid('ConfigMap', name, field, 'FieldValueInvalid', wrong(value, why));
const long = 'a'.repeat(254);

interface Fields {
  readonly name?: string;
  readonly labels?: unknown;
  readonly annotations?: unknown;
}
const configMap = (metadata: Fields, rest: object = {}) => ({ metadata: { name: 'a', ...metadata }, ...rest });

onBothServers('an invalid object', (given) => {
  test.each<[string, unknown, Refusal]>([
    ['ConfigMap with a name in capitals', configMap({ name: 'Big' }), inMap('Big', 'metadata.name', 'Big', subdomain)],
    [
      'ConfigMap with a name of 254 characters',
      configMap({ name: long }),
      inMap(long, 'metadata.name', long, 'must be no more than 253 characters'),
    ],
    [
      'ConfigMap without a name',
      { metadata: {} },
      invalid(
        'ConfigMap',
        undefined,
        'metadata.name',
        'FieldValueRequired',
        'Required value: name or generateName is required',
      ),
    ],
    [
      'ConfigMap with a space in a key',
      configMap({}, { data: { 'a b': '' } }),
      inMap('a', 'data[a b]', 'a b', configKey),
    ],
    ['ConfigMap with an empty key', configMap({}, { data: { '': '' } }), inMap('a', 'data[]', '', configKey)],
    [
      'ConfigMap with a key of two dots',
      configMap({}, { data: { '..': '' } }),
      inMap('a', 'data[..]', '..', "must not be '..'"),
    ],
    [
      'ConfigMap with a key of one dot',
      configMap({}, { data: { '.': '' } }),
      inMap('a', 'data[.]', '.', "must not be '.'"),
    ],
    [
      'ConfigMap with a key that begins with two dots',
      configMap({}, { data: { '..x': '' } }),
      inMap('a', 'data[..x]', '..x', "must not start with '..'"),
    ],
    [
      'ConfigMap with a key of 254 characters',
      configMap({}, { data: { [long]: '' } }),
      inMap('a', `data[${long}]`, long, 'must be no more than 253 characters'),
    ],
    [
      'ConfigMap with a bad binary key',
      configMap({}, { binaryData: { 'a b': '' } }),
      inMap('a', 'binaryData[a b]', 'a b', configKey),
    ],
    [
      'ConfigMap with a key in data and binaryData',
      configMap({}, { data: { k: 'x' }, binaryData: { k: 'eA==' } }),
      inMap('a', 'data[k]', 'k', 'duplicate of key present in binaryData'),
    ],
    [
      'ConfigMap with a bad label key',
      configMap({ labels: { 'a b': '' } }),
      inMap('a', 'metadata.labels', 'a b', qualifiedName),
    ],
    [
      'ConfigMap with a bad label value',
      configMap({ labels: { l: '-x' } }),
      inMap('a', 'metadata.labels', '-x', labelValue),
    ],
    [
      'ConfigMap with a label value of 64 bytes',
      configMap({ labels: { l: 'x'.repeat(64) } }),
      inMap('a', 'metadata.labels', 'x'.repeat(64), 'must be no more than 63 bytes'),
    ],
    [
      'ConfigMap with a bad annotation key',
      configMap({ annotations: { 'a b': '' } }),
      inMap('a', 'metadata.annotations', 'a b', qualifiedName),
    ],
    [
      'ConfigMap of more than 1 MiB',
      configMap({}, { data: { k: 'x'.repeat(1_048_577) } }),
      invalid('ConfigMap', 'a', '[]', 'FieldValueTooLong', 'Too long: may not be more than 1048576 bytes'),
    ],
    [
      'ConfigMap with a number for a value',
      configMap({}, { data: { k: 1 } }),
      badRequest(
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ConfigMap.data of type string',
      ),
    ],
    [
      'ConfigMap with a number for a label',
      configMap({ labels: { l: 1 } }),
      badRequest(
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string',
      ),
    ],
    [
      'ConfigMap with bytes that are no base64',
      configMap({}, { binaryData: { k: '!!' } }),
      badRequest('ConfigMap in version "v1" cannot be handled as a ConfigMap: illegal base64 data at input byte 0'),
    ],
    [
      'Secret for a list of ConfigMaps',
      { kind: 'Secret', apiVersion: 'v1', ...configMap({}) },
      badRequest(
        'Secret in version "v1" cannot be handled as a ConfigMap: converting (v1.Secret) to (core.ConfigMap): unknown conversion',
      ),
    ],
    [
      'ConfigMap of another namespace',
      { metadata: { name: 'a', namespace: 'other' } },
      badRequest('the namespace of the provided object does not match the namespace sent on the request'),
    ],
    [
      'ConfigMap that has a resourceVersion already',
      { metadata: { name: 'a', resourceVersion: '5' } },
      {
        code: 500,
        reason: undefined,
        message: 'resourceVersion should not be set on objects to be created',
        details: undefined,
      },
    ],
  ])('%s is refused', async (_, object, expected) => {
    const { api, configmaps } = await given();
    expect(refusal(await api.post(configmaps, object))).toEqual(expected);
    expect((await api.get(configmaps)).body.items).toEqual([]);
  });

  test.each<[string, object, readonly [string, string, string][]]>([
    [
      'TLS Secret without a key',
      { type: 'kubernetes.io/tls', data: { 'tls.crt': 'eA==' } },
      [['data[tls.key]', 'FieldValueRequired', 'Required value']],
    ],
    [
      'login Secret without a login',
      { type: 'kubernetes.io/basic-auth' },
      [
        ['data[username]', 'FieldValueRequired', 'Required value'],
        ['data[password]', 'FieldValueRequired', 'Required value'],
      ],
    ],
    [
      'registry Secret without its key',
      { type: 'kubernetes.io/dockerconfigjson' },
      [['data[.dockerconfigjson]', 'FieldValueRequired', 'Required value']],
    ],
    ['Secret with a bad key', { data: { 'a b': '' } }, [['data[a b]', 'FieldValueInvalid', wrong('a b', configKey)]]],
  ])('%s is refused', async (_, rest, causes) => {
    const { api, secrets } = await given();
    const { code, reason, details } = refusal(await api.post(secrets, { metadata: { name: 's' }, ...rest }));
    expect({ code, reason }).toEqual({ code: 422, reason: 'Invalid' });
    expect(details).toEqual({
      name: 's',
      kind: 'Secret',
      causes: causes.map(([field, cause, message]) => ({ reason: cause, message, field })),
    });
  });

  test('Secret whose data is no base64 is refused', async () => {
    const { api, secrets } = await given();
    expect(refusal(await api.post(secrets, { metadata: { name: 's' }, data: { k: '!!' } }))).toEqual(
      badRequest('Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte 0'),
    );
  });

  test('names all that is wrong, in one answer', async () => {
    const { api, configmaps } = await given();
    const object = configMap({ labels: { 'a b': 'c' }, annotations: { 'q r': '' } }, { data: { 'x y': '' } });
    expect(refusal(await api.post(configmaps, object)).details).toEqual({
      name: 'a',
      kind: 'ConfigMap',
      causes: [
        { reason: 'FieldValueInvalid', message: wrong('a b', qualifiedName), field: 'metadata.labels' },
        { reason: 'FieldValueInvalid', message: wrong('q r', qualifiedName), field: 'metadata.annotations' },
        { reason: 'FieldValueInvalid', message: wrong('x y', configKey), field: 'data[x y]' },
      ],
    });
  });

  test.each(['{bad', '[]', ' '])('that cannot be read is refused: %s', async (body) => {
    const { api, configmaps } = await given();
    const { code, reason, message } = refusal(await api.post(configmaps, body));
    expect({ code, reason }).toEqual({ code: 400, reason: 'BadRequest' });
    expect(message).toMatch(/^the object provided is unrecognized \(must be of type ConfigMap\)/);
  });

  test('that is larger than a request may be is refused', async () => {
    const { api, configmaps } = await given();
    const answer = await api.post(configmaps, configMap({}, { data: { k: 'x'.repeat(3_200_000) } }));
    expect(refusal(answer)).toEqual({
      code: 413,
      reason: 'RequestEntityTooLarge',
      message: 'Request entity too large: limit is 3145728',
    });
  });

  test('of just 1 MiB is none', async () => {
    const { api, configmaps } = await given();
    expect((await api.post(configmaps, configMap({}, { data: { k: 'x'.repeat(1_048_575) } }))).status).toBe(201);
  });

  test('with an unknown field is stored without it, and refused where that is asked for', async () => {
    const { api, configmaps, namespace } = await given();
    const object = configMap({}, { unknown: 1 });
    expect(refusal(await api.post(at(configmaps, { fieldValidation: 'Strict' }), object))).toEqual(
      badRequest(
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "unknown"',
      ),
    );
    expect(bare(await api.create(configmaps, object))).toEqual({
      kind: 'ConfigMap',
      apiVersion: 'v1',
      metadata: { name: 'a', namespace },
    });
  });

  test.each<[string, Query, string, string]>([
    ['dryRun', { dryRun: 'Some' }, 'dryRun', 'Unsupported value: ["Some"]: supported values: "All"'],
    [
      'fieldValidation',
      { fieldValidation: 'Some' },
      'fieldValidation',
      'Unsupported value: "Some": supported values: "", "Ignore", "Strict", "Warn"',
    ],
  ])('is one asked for with an unknown %s', async (_, query, field, message) => {
    const { api, configmaps } = await given();
    expect(refusal(await api.post(at(configmaps, query), configMap({})))).toMatchObject({
      code: 422,
      message: `CreateOptions.meta.k8s.io "" is invalid: ${field}: ${message}`,
      details: { group: 'meta.k8s.io', kind: 'CreateOptions', causes: [{ reason: 'FieldValueNotSupported', field }] },
    });
  });
});
