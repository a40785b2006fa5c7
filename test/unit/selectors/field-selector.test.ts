import { expect, it } from 'vitest';
import { parseFieldSelector } from '../../../src/selectors/field-selector.js';
import { SelectorError } from '../../../src/selectors/selector-error.js';

it.each([
  ['a=b', ['a = b'], 'a=b'],
  ['a==b', ['a = b'], 'a=b'],
  ['a!=b', ['a != b'], 'a!=b'],
  ['a=', ['a = '], 'a='],
  ['', [], ''],
  [',a=b,,c!=d,', ['a = b', 'c != d'], 'a=b,c!=d'],
  [' a = b , \n c != d ', ['a = b', 'c != d'], 'a=b,c!=d'],
  ['a=x\\,y\\=z\\\\', ['a = x,y=z\\'], 'a=x\\,y\\=z\\\\'],
])('%j is read', (text, terms, canonical) => {
  const selector = parseFieldSelector(text);
  expect(selector.terms.map(({ field, operator, value }) => `${field} ${operator} ${value}`)).toEqual(terms);
  expect(selector.text).toBe(canonical);
  expect(parseFieldSelector(selector.text)).toMatchObject({ terms: selector.terms });
});

it.each([
  ['a', 1],
  ['=b', 1],
  ['a=b,c', 5],
  ['a=b=c', 1],
  ['a===b', 1],
  ['a=\\x', 1],
  ['a=b\\', 1],
])('%j is none', (text, position) => {
  expect(() => parseFieldSelector(text)).toThrow(SelectorError);
  expect(() => parseFieldSelector(text)).toThrow(`at character ${position} of the field selector`);
});

it.each([
  ['a=1', { a: '1' }, true],
  ['a=1', { a: '2' }, false],
  ['a!=1', { a: '1' }, false],
  ['a!=1', { a: '2' }, true],
  ['a=1,b=2', { a: '1', b: '3' }, false],
  ['a=1,b=2', { a: '1' }, true],
  ['toString=1', {}, true],
  ['', {}, true],
])('%j with %j: %s', (text, fields, may) => {
  expect(parseFieldSelector(text).mayMatch(fields as Record<string, string>)).toBe(may);
});
