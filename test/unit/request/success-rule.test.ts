import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_SUCCESS, parseSuccessRule, successText } from '../../../src/request/success-rule.js';

const usual = [{ from: 200, to: 299 }];

describe('parseSuccessRule', () => {
  it.each([
    ['200-299', usual],
    ['204', [{ from: 204, to: 204 }]],
    [
      ' 200 - 204 , 304',
      [
        { from: 200, to: 204 },
        { from: 304, to: 304 },
      ],
    ],
    ['200-200', [{ from: 200, to: 200 }]],
    ['200\n', [{ from: 200, to: 200 }]],
  ])('reads %j', (text, ranges) => {
    expect(parseSuccessRule(text)).toEqual({ ranges });
  });

  it.each([
    ['200-299,json:status=0', { path: ['status'], value: 0 }],
    ['json:status=0,200-299', { path: ['status'], value: 0 }],
    ['json:status=-1.5', { path: ['status'], value: -1.5 }],
    ['json:result.reload.0.state=done', { path: ['result', 'reload', '0', 'state'], value: 'done' }],
    ['json: ok = true ', undefined],
    ['json:ok = true ', { path: ['ok'], value: true }],
    ['json:error=null', { path: ['error'], value: null }],
    ['json:status="0"', { path: ['status'], value: '0' }],
    ['json:status="a, \\"b\\"=c" , 200-299', { path: ['status'], value: 'a, "b"=c' }],
    ['json:status=""', { path: ['status'], value: '' }],
    ['json:status=in progress', { path: ['status'], value: 'in progress' }],
    ['json:state=a=b', { path: ['state'], value: 'a=b' }],
  ])('reads the rule on the JSON in %j', (text, json) => {
    expect(parseSuccessRule(text)).toEqual(json && { ranges: usual, json });
  });

  it.each([
    '',
    ' ',
    ',',
    '200-',
    '299-200',
    '2xx',
    '99',
    '600',
    '200,,204',
    '200,',
    '200-299-300',
    '200 204',
    'json:status',
    'json:=0',
    'json:status=',
    'json:status= ',
    'json:a..b=0',
    'json:.a=0',
    'json:a.=0',
    'json:status=0,json:other=1',
    'json:status={}',
    'json:status=[]',
    'json:status="a',
    'json:status=a"',
    'json:status="a"b',
    'json:status="\\x"',
    'JSON:status=0',
  ])('does not take %j', (text) => {
    expect(parseSuccessRule(text)).toBeUndefined();
  });

  it('reads the text of a rule as that rule', () => {
    const status = fc.integer({ min: 100, max: 599 });
    const range = fc.tuple(status, status).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }));
    const key = fc.string({ unit: 'grapheme', minLength: 1 }).filter((text) => !/[.=,\s]/.test(text));
    const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer(), fc.boolean(), fc.constant(null));
    const json = fc.record({ path: fc.array(key, { minLength: 1, maxLength: 3 }), value });
    fc.assert(
      fc.property(fc.array(range, { minLength: 1 }), fc.option(json, { nil: undefined }), (ranges, field) => {
        const rule = { ranges, ...(field && { json: field }) };
        expect(parseSuccessRule(successText(rule))).toEqual(rule);
      }),
    );
    expect(successText(DEFAULT_SUCCESS)).toBe('200-299');
  });
});
