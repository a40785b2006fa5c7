import { expect, it } from 'vitest';
import { secretsOfHeaders } from '../../../../src/sinks/http/secrets-of-headers.js';

const valuesOf = (headers: Record<string, string>) => secretsOfHeaders(headers).map(({ value }) => value);

it('a long value is a secret, a short one only where its name says so', () => {
  expect(valuesOf({ 'x-scope': '12345678', 'x-debug': '1234567' })).toEqual(['12345678']);
  expect(valuesOf({ 'x-api-key': 'k1', 'x-auth': 'a', cookie: 'c=1', 'x-session-id': '5' })).toEqual([
    'k1',
    'a',
    'c=1',
    '5',
  ]);
});

it('what says how a message is read is none', () => {
  expect(
    valuesOf({ accept: 'application/json', 'content-type': 'application/json', 'user-agent': 'curl/8.0.1' }),
  ).toEqual([]);
});

it('of an Authorization the part behind the scheme is one of its own', () => {
  expect(valuesOf({ authorization: 'Bearer  t0ken' })).toEqual(['Bearer  t0ken', 't0ken']);
  expect(valuesOf({ authorization: 't0ken' })).toEqual(['t0ken']);
});

it('each has a source of its own', () => {
  const sources = secretsOfHeaders({ authorization: 'Bearer t', 'x-api-key': 'k' }).map(({ source }) => source);
  expect(new Set(sources).size).toBe(3);
  expect(sources.join()).not.toContain('Bearer');
});
