import { describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config/read-config.js';
import { fieldSelector, labelSelector } from '../../../src/config/selector-types.js';

test.each([
  ['app in (a, b), !test', 'app in (a, b), !test'],
  [' app\n,\r\n\t!test\n', 'app , !test'],
])('the label selector %j is sent as %j', (text, value) => {
  expect(labelSelector.parse(text)).toEqual({ value });
});

test.each([
  ['  ', undefined],
  ['app in b', 8],
  ['app,', 5],
  ['-a', 1],
])('the label selector %j is wrong', (text, position) => {
  const at = position === undefined ? '$' : ` \\(at character ${position}: `;
  expect(labelSelector.parse(text)).toEqual({
    expected: expect.stringMatching(new RegExp(`^a label selector of Kubernetes, such as .*${at}`)),
  });
});

test.each([
  ['metadata.name=a', 'metadata.name=a'],
  [' metadata.name == a , , metadata.namespace != b ', 'metadata.name=a,metadata.namespace!=b'],
  ['type=kubernetes.io/tls', 'type=kubernetes.io/tls'],
])('the field selector %j is sent as %j', (text, value) => {
  expect(fieldSelector.parse(text)).toEqual({ value });
});

test.each([
  'status.phase=Active',
  'metadata.labels.a=b',
  'metadata.name',
  ' , ',
  'metadata.name=a=b',
  'a=\\x',
])('the field selector %j is wrong', (text) => {
  expect(fieldSelector.parse(text)).toEqual({
    expected: expect.stringMatching(/^a field selector of Kubernetes on metadata.name, metadata.namespace, type/),
  });
});

describe('LABEL', () => {
  const read = (env: Record<string, string>) => readConfig({ env: { FOLDER: '/f', ...env }, argv: [] });

  test.each([{ LABEL_SELECTOR: 'app' }, { FIELD_SELECTOR: 'metadata.name!=a' }])('may be absent with %j', (env) => {
    expect(read(env)).toMatchObject({ ok: { label: undefined } });
  });

  test('may be absent where a flag selects', () => {
    expect(readConfig({ env: { FOLDER: '/f' }, argv: ['--label-selector=app'] })).toHaveProperty('ok');
  });

  test.each([
    {},
    { LABEL_SELECTOR: '' },
    { RESOURCE_NAME: 'x' },
    { NAMESPACE_SELECTOR: 'a' },
  ])('is required with %j', (env) => {
    expect(read(env)).toEqual({
      errors: [
        expect.objectContaining({
          code: 'missing',
          message: 'Expected `LABEL` or `--label` to be set: Key of the label to select objects by.',
        }),
      ],
    });
  });

  test('is not said to be missing beside a selector that is wrong', () => {
    expect(read({ LABEL_SELECTOR: '(' })).toEqual({ errors: [expect.objectContaining({ code: 'invalid' })] });
  });
});

test('Secrets alone can be selected by type', () => {
  const env = { LABEL: 'l', FOLDER: '/f', FIELD_SELECTOR: 'type=Opaque' };
  expect(readConfig({ env: { ...env, RESOURCE: 'secret' }, argv: [] })).toHaveProperty('ok');
  expect(readConfig({ env, argv: [] })).toHaveProperty('errors');
});
