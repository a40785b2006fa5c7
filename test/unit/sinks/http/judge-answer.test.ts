import { describe, expect, it } from 'vitest';
import { DEFAULT_SUCCESS } from '../../../../src/request/success-rule.js';
import { isSuccess, judgeAnswer } from '../../../../src/sinks/http/judge-answer.js';

describe('isSuccess', () => {
  it.each([
    [199, false],
    [200, true],
    [299, true],
    [300, false],
  ])('by default says of %i: %s', (code, expected) => {
    expect(isSuccess(DEFAULT_SUCCESS, code)).toBe(expected);
  });

  it('takes any of the ranges', () => {
    const rule = {
      ranges: [
        { from: 200, to: 200 },
        { from: 304, to: 304 },
      ],
    };
    expect([200, 201, 304].map((code) => isSuccess(rule, code))).toEqual([true, false, true]);
  });
});

const judge = (path: string, value: string | number | boolean | null, body: string) =>
  judgeAnswer({ path: path.split('.'), value }, Buffer.from(body));

describe('judgeAnswer', () => {
  it.each([
    ['status', 0, '{"reload":"done","status":0}'],
    ['status', 0, '{"status":0.0}'],
    ['status', '0', '{"status":"0"}'],
    ['result.ok', true, '{"result":{"ok":true}}'],
    ['items.1.state', 'done', '{"items":[{},{"state":"done"}]}'],
    ['error', null, '{"error":null}'],
    ['__proto__', 1, '{"__proto__":1}'],
    ['status', 0, '\ufeff{"status":0}'],
  ])('by %s = %j takes %s', (path, value, body) => {
    expect(judge(path, value, body)).toEqual({ ok: true });
  });

  it.each([
    ['status', 0, '{"status":-1}', 'with status being -1 in its JSON'],
    ['status', 0, '{"status":"0"}', 'with status being something else in its JSON'],
    ['status', '0', '{"status":0}', 'with status being 0 in its JSON'],
    ['status', 0, '{"status":false}', 'with status being false in its JSON'],
    ['status', 0, '{"status":null}', 'with status being null in its JSON'],
    ['status', 0, '{"status":123456}', 'with status being 123456 in its JSON'],
    ['status', 0, '{"status":1234567}', 'with status being something else in its JSON'],
    ['status', 0, '{"status":{"a":1}}', 'with status being something else in its JSON'],
    ['status', 0, '{"status":[]}', 'with status being something else in its JSON'],
    ['a.b', 'ok', '{"a":{"b":"s3cret"}}', 'with a.b being something else in its JSON'],
  ])('by %s = %j says of %s that the application said no, and quotes no text', (path, value, body, reason) => {
    expect(judge(path, value, body)).toEqual({ ok: false, reason, isDeliberate: true });
  });

  it.each([
    ['status', '{}'],
    ['a.b', '{"a":1}'],
    ['a.b', '{"a":null}'],
    ['a.b', '{"a":"s3cret"}'],
    ['a.length', '{"a":[]}'],
    ['a.length', '{"a":"s3cret"}'],
    ['constructor', '{}'],
    ['constructor.name', '{}'],
    ['0', '"s3cret"'],
    ['status', 'null'],
  ])('without %s in %s nothing was said', (path, body) => {
    const reason = `without ${path} in its JSON`;
    expect(judge(path, 0, body)).toEqual({ ok: false, reason, isDeliberate: false });
  });

  it.each([
    '',
    's3cret',
    '<html>',
    '{"status":0',
    '['.repeat(60_000),
  ])('of what is no JSON nothing is quoted (%#)', (body) => {
    expect(judge('status', 0, body)).toEqual({ ok: false, reason: 'without JSON', isDeliberate: false });
  });

  it('of an answer that is too long nothing is known', () => {
    expect(judgeAnswer({ path: ['a'], value: 0 }, undefined)).toEqual({
      ok: false,
      reason: 'with more than could be read',
      isDeliberate: false,
    });
  });
});
