import { expect, it } from 'vitest';
import type { ObjectKey, Scope } from '../../../src/model.js';
import { scopeCovers } from '../../../src/selectors/scope-covers.js';

const inA: Scope = { kind: 'configmap', namespace: 'a' };

it.each<[string, Partial<Scope>, ObjectKey, boolean]>([
  ['its namespace', {}, 'configmap/a/x', true],
  ['another namespace', {}, 'configmap/b/x', false],
  ['another kind', {}, 'secret/a/x', false],
  ['any namespace', { namespace: undefined }, 'configmap/b/x', true],
  ['its name', { fieldSelector: 'metadata.name=x' }, 'configmap/a/x', true],
  ['another name', { fieldSelector: 'metadata.name=x' }, 'configmap/a/y', false],
  ['all names but one', { fieldSelector: 'metadata.name!=x' }, 'configmap/a/x', false],
  ['a namespace by its field', { namespace: undefined, fieldSelector: 'metadata.namespace=b' }, 'configmap/a/x', false],
  ['what the key does not tell', { fieldSelector: 'metadata.name=x,type=Opaque' }, 'configmap/a/x', true],
])('%s', (_, more, key, covers) => {
  expect(scopeCovers({ ...inA, ...more }, key)).toBe(covers);
});
