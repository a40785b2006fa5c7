import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dashboardHash } from '../../../../../src/sinks/grafana/documents/dashboard-hash.js';
import type { Json, JsonObject } from '../../../../../src/sinks/grafana/grafana-api.js';
import { anyJson } from './objects.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function turned(value: Json): Json {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, turned(item)] as const);
  return Object.fromEntries(entries.reverse());
}

const anyObject = fc.dictionary(fc.string(), anyJson);

test('the order of keys does not count', () => {
  fc.assert(
    fc.property(anyObject, (spec) => {
      expect(dashboardHash(turned(spec) as JsonObject)).toBe(dashboardHash(spec));
    }),
  );
});

test('two documents have one hash only if they are equal', () => {
  fc.assert(
    fc.property(anyObject, anyObject, (a, b) => {
      const isEqual = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
      expect(dashboardHash(a) === dashboardHash(b)).toBe(isEqual);
    }),
  );
});

function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  // As pairs: an object would put keys that look like numbers first.
  return ['object', ...entries.map(([key, item]) => [key, sorted(item)])];
}

test('it is that of the JSON without blanks and with sorted keys', () => {
  const text = '{"1":"a\\"\\n","10":null,"2":[true,{},[]],"z":{"a":1,"b":2},"é":1.5}';
  const spec = JSON.parse(
    '{ "z": {"b": 2, "a": 1.0}, "é": 15e-1, "10": null, "2": [true, {}, []], "1": "a\\"\\u000a" }',
  );
  expect(dashboardHash(spec)).toBe(sha256(text));
});

test.each([
  ['{"a":1.0}', '{"a":1}'],
  ['{"a":-0}', '{"a":0}'],
  ['{"a":1e999}', '{"a":null}'],
  ['{"a":9007199254740993}', '{"a":9007199254740992}'],
])('a number is what is sent for it: %s is %s', (a, b) => {
  expect(dashboardHash(JSON.parse(a))).toBe(sha256(b));
});

test.each([
  ['{"a":1}', '{"a":"1"}'],
  ['{"a":[]}', '{"a":{}}'],
  ['{"a":[1,2]}', '{"a":[2,1]}'],
  ['{"a":[[1],2]}', '{"a":[1,[2]]}'],
  ['{"a":null}', '{}'],
  ['{"__proto__":{"a":1}}', '{}'],
])('%s is not %s', (a, b) => {
  expect(dashboardHash(JSON.parse(a))).not.toBe(dashboardHash(JSON.parse(b)));
});

test('a document of megabytes is hashed whole', () => {
  const panels = Array.from({ length: 5000 }, (_, id) => ({ id, text: 'x'.repeat(200) }));
  const hash = dashboardHash({ panels });
  expect(hash).toBe(sha256(JSON.stringify({ panels })));
  const other = panels.map((panel) => (panel.id === 4999 ? { ...panel, text: 'y' } : panel));
  expect(dashboardHash({ panels: other })).not.toBe(hash);
});

test('what is nested as no dashboard is has none, and ends no process', () => {
  const nested = (levels: number) => JSON.parse(`{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`);
  expect(dashboardHash(nested(499))).toMatch(/^[0-9a-f]{64}$/);
  expect(dashboardHash(nested(500))).toBeUndefined();
  expect(dashboardHash(nested(300_000))).toBeUndefined();
  expect(dashboardHash(JSON.parse(`${'{"a":'.repeat(501)}1${'}'.repeat(501)}`))).toBeUndefined();
});
