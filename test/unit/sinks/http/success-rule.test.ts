import { describe, expect, it } from 'vitest';
import { DEFAULT_SUCCESS, isSuccess, parseSuccessRule, successText } from '../../../../src/sinks/http/success-rule.js';

describe('parseSuccessRule', () => {
  it.each([
    ['200-299', [{ from: 200, to: 299 }]],
    ['204', [{ from: 204, to: 204 }]],
    [
      ' 200 - 204 , 304',
      [
        { from: 200, to: 204 },
        { from: 304, to: 304 },
      ],
    ],
    ['200-200', [{ from: 200, to: 200 }]],
  ])('reads %j', (text, ranges) => {
    expect(parseSuccessRule(text)).toEqual({ ranges });
  });

  it.each([
    '',
    '200-',
    '299-200',
    '2xx',
    '99',
    '600',
    '200,,204',
    '200-299-300',
    '200 204',
    '200,json:status=0',
  ])('does not take %j', (text) => {
    expect(parseSuccessRule(text)).toBeUndefined();
  });

  it('reads the text of a rule as that rule', () => {
    const rule = parseSuccessRule('200-204,304');
    expect(successText(rule ?? DEFAULT_SUCCESS)).toBe('200-204,304');
  });
});

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
