import { expect, test } from 'vitest';
import { parseObject } from '../../../src/kubernetes/parse-object.js';

const metadata = { name: 'a', namespace: 'ns', uid: 'u', resourceVersion: '7' };

test('takes what the sources give, and nothing else', () => {
  const json = {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: {
      ...metadata,
      creationTimestamp: '2026-01-01T00:00:00Z',
      labels: { l: '1' },
      annotations: { a: '2' },
      managedFields: [{}],
    },
    data: { k: 'v' },
    binaryData: { b: 'AA==' },
    immutable: true,
  };
  expect(parseObject(json, 'configmap')).toEqual({
    kind: 'configmap',
    namespace: 'ns',
    name: 'a',
    uid: 'u',
    resourceVersion: '7',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { l: '1' },
    annotations: { a: '2' },
    data: { k: 'v' },
    binaryData: { b: 'AA==' },
  });
});

test('of a namespace, its name and its labels', () => {
  const json = { kind: 'Namespace', metadata: { ...metadata, namespace: undefined, labels: { l: '1' } }, data: {} };
  expect(parseObject(json, 'namespace')).toMatchObject({
    kind: 'namespace',
    namespace: '',
    name: 'a',
    labels: { l: '1' },
  });
  expect(() => parseObject({ kind: 'ConfigMap', metadata }, 'namespace')).toThrow(/Expected a Namespace/);
});

test('maps that are missing or null are empty, and values that are no strings are dropped', () => {
  expect(
    parseObject({ metadata: { ...metadata, labels: null }, data: { a: 1, b: 'x', c: null } }, 'configmap'),
  ).toMatchObject({
    labels: {},
    annotations: {},
    data: { b: 'x' },
    binaryData: {},
    creationTimestamp: '',
  });
  expect(parseObject({ metadata, data: ['x'] }, 'configmap').data).toEqual({});
});

test('a Secret has no binaryData', () => {
  expect(parseObject({ metadata, binaryData: { a: 'AA==' } }, 'secret').binaryData).toEqual({});
});

test('a key __proto__ is a key', () => {
  const { data } = parseObject({ metadata, data: JSON.parse('{"__proto__":"x"}') }, 'configmap');
  expect(Object.keys(data)).toEqual(['__proto__']);
  expect(Object.getPrototypeOf(data)).toBe(Object.prototype);
});

test.each(['name', 'namespace', 'uid', 'resourceVersion'])('without %s it is malformed', (key) => {
  expect(() => parseObject({ metadata: { ...metadata, [key]: '' } }, 'configmap')).toThrow(
    expect.objectContaining({
      code: 'malformed',
      message: `Expected a ConfigMap to have \`metadata.${key}\`, got none.`,
    }),
  );
});

test.each([undefined, null, 'text', 7, []])('%j is malformed', (json) => {
  expect(() => parseObject(json, 'secret')).toThrow(expect.objectContaining({ code: 'malformed' }));
});

test('an object of another kind is malformed', () => {
  expect(() => parseObject({ kind: 'Secret', metadata }, 'configmap')).toThrow(/another kind/);
});
