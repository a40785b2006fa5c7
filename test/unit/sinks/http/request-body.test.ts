import { describe, expect, it } from 'vitest';
import { requestBody } from '../../../../src/sinks/http/request-body.js';

describe('requestBody', () => {
  it.each([
    '{"a": 1}',
    '[1,2]',
    '"text"',
    '12345678901234567890',
    'null',
    ' true ',
  ])('sends the JSON %j as it stands', (payload) => {
    expect(requestBody('POST', payload)?.toString()).toBe(payload);
  });

  it.each([
    'reload',
    "{'a': 1}",
    '{"a": ',
    'ü "quoted"\n',
    'NaN',
  ])('sends %j, which is no JSON, as a JSON string', (payload) => {
    expect(JSON.parse(requestBody('POST', payload)?.toString() ?? '')).toBe(payload);
  });

  it('sends UTF-8', () => {
    expect(requestBody('POST', '"ü"')).toEqual(Buffer.from([0x22, 0xc3, 0xbc, 0x22]));
  });

  it.each(['POST', 'PUT', 'PATCH'] as const)('sends a body with %s', (method) => {
    expect(requestBody(method, '{}')).toBeDefined();
  });

  it.each(['GET', 'DELETE'] as const)('sends none with %s', (method) => {
    expect(requestBody(method, '{}')).toBeUndefined();
  });

  it.each([undefined, ''])('sends none for the payload %j', (payload) => {
    expect(requestBody('POST', payload)).toBeUndefined();
  });
});
