import { describe, expect, it } from 'vitest';
import { parseLabelSelector } from '../../../src/selectors/label-selector.js';
import { SelectorError } from '../../../src/selectors/selector-error.js';

const longest = 'a'.repeat(63);

describe('selects what the API server selects', () => {
  it.each([
    ['', {}, true],
    ['   ', { a: 'x' }, true],
    ['a', { a: '' }, true],
    ['a', { b: 'x' }, false],
    ['!a', {}, true],
    ['! a', { a: '' }, false],
    ['a=b', { a: 'b' }, true],
    ['a=b', { a: 'c' }, false],
    ['a=b', {}, false],
    ['a==b', { a: 'b' }, true],
    ['a = b', { a: 'b' }, true],
    ['a=', { a: '' }, true],
    ['a=', { a: 'b' }, false],
    ['a=,b', { a: '', b: '' }, true],
    ['a!=b', { a: 'c' }, true],
    ['a!=b', { a: 'b' }, false],
    ['a!=b', {}, true],
    ['a!=', { a: '' }, false],
    ['a in (x)', { a: 'x' }, true],
    ['a in (x,y)', { a: 'y' }, true],
    ['a in (x,y)', { a: 'z' }, false],
    ['a in (x,y)', {}, false],
    ['a in ( x , y )', { a: 'y' }, true],
    ['a\tin\r\n(x,\ty)', { a: 'y' }, true],
    ['a in(x)', { a: 'x' }, true],
    ['a in ()', { a: '' }, true],
    ['a in (,)', { a: '' }, true],
    ['a in (x,)', { a: '' }, true],
    ['a in (x,,y)', { a: '' }, true],
    ['a in (x,,)', { a: 'x' }, true],
    ['a in (in,notin)', { a: 'notin' }, true],
    ['a notin (x,y)', { a: 'z' }, true],
    ['a notin (x,y)', { a: 'x' }, false],
    ['a notin (x,y)', {}, true],
    ['a>1', { a: '2' }, true],
    ['a>1', { a: '1' }, false],
    ['a>1', { a: 'x' }, false],
    ['a>1', {}, false],
    ['a<10', { a: '9' }, true],
    ['a<10', { a: '10' }, false],
    ['a<9223372036854775807', { a: '9223372036854775806' }, true],
    ['a>1', { a: '9223372036854775808' }, false],
    ['a,b=c,!d', { a: '', b: 'c' }, true],
    ['a,b=c,!d', { a: '', b: 'c', d: '' }, false],
    ['a=b,a!=b', { a: 'b' }, false],
    ['in', { in: 'x' }, true],
    ['notin in (in)', { notin: 'in' }, true],
    ['in=notin', { in: 'notin' }, true],
    ['example.com/app=x_1.2-Z', { 'example.com/app': 'x_1.2-Z' }, true],
    [`a=${longest}`, { a: longest }, true],
    [longest, { [longest]: '' }, true],
    ['constructor', {}, false],
    ['!toString', {}, true],
  ] as [string, Record<string, string>, boolean][])('%j on %j: %j', (selector, labels, selected) => {
    expect(parseLabelSelector(selector).matches(labels)).toBe(selected);
  });
});

describe('refuses what the API server refuses, and says where', () => {
  const prefix = `${'a'.repeat(126)}.${'b'.repeat(127)}`;

  it.each([
    ['a,', 2, 'a label key'],
    [',a', 0, 'a label key'],
    ['a,,b', 2, 'a label key'],
    ['=a', 0, 'a label key'],
    ['!', 1, 'a label key'],
    ['!!a', 1, 'a label key'],
    ['!a=b', 2, '"," or the end'],
    ['a b', 2, '=, ==, !=, in, notin, >, <, "," or the end'],
    ['a end', 2, '=, ==, !=, in, notin, >, <, "," or the end'],
    ['a!b', 1, '=, ==, !=, in, notin, >, <, "," or the end'],
    ['a(x)', 1, '=, ==, !=, in, notin, >, <, "," or the end'],
    ['a=b c', 4, '"," or the end'],
    ['a===b', 3, '"," or the end'],
    ['a=!b', 2, '"," or the end'],
    ['a in', 4, '"("'],
    ['a in x', 5, '"("'],
    ['a in (x', 7, '"," or ")"'],
    ['a in (x y)', 8, '"," or ")"'],
    ['a in (x))', 8, '"," or the end'],
    ['a in (!x)', 6, '"," or ")"'],
    ['a>x', 2, 'an integer of 64 bits'],
    ['a>', 2, 'an integer of 64 bits'],
    ['a<9223372036854775808', 2, 'an integer of 64 bits'],
    ['a>-1', 2, expect.stringMatching(/^a label value/)],
    ['a=-', 2, expect.stringMatching(/^a label value/)],
    ['a=b/c', 2, expect.stringMatching(/^a label value/)],
    ['a=ü', 2, expect.stringMatching(/^a label value/)],
    [`a=${longest}a`, 2, expect.stringMatching(/^a label value/)],
    ['a in (x,_y)', 8, expect.stringMatching(/^a label value/)],
    ['_a', 0, expect.stringMatching(/^a label key/)],
    ['a.', 0, expect.stringMatching(/^a label key/)],
    [`${longest}a`, 0, expect.stringMatching(/^a label key/)],
    ['/a', 0, expect.stringMatching(/^a label key/)],
    ['a/', 0, expect.stringMatching(/^a label key/)],
    ['a/b/c', 0, expect.stringMatching(/^a label key/)],
    ['Example.com/a', 0, expect.stringMatching(/^a label key/)],
    ['example..com/a', 0, expect.stringMatching(/^a label key/)],
    [`${prefix}/a`, 0, expect.stringMatching(/^a label key/)],
    ['a\u00a0=b', 0, expect.stringMatching(/^a label key/)],
    ['a\0', 0, expect.stringMatching(/^a label key/)],
  ] as [string, number, unknown][])('%j', (selector, position, expected) => {
    let error: unknown;
    try {
      parseLabelSelector(selector);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(SelectorError);
    expect(error).toMatchObject({ code: 'invalid-selector', position, expected });
  });

  it('in one sentence', () => {
    expect(() => parseLabelSelector('a in (x y)')).toThrow(
      'Expected "," or ")" at character 9 of the label selector "a in (x y)", got "y".',
    );
    expect(() => parseLabelSelector('a in')).toThrow('got the end.');
  });

  it('a prefix may have 253 characters', () => {
    expect(parseLabelSelector(`${prefix.slice(1)}/a`).requirements).toHaveLength(1);
  });
});

it('keeps the text and the requirements', () => {
  expect(parseLabelSelector('a==b, !c, d>1')).toMatchObject({
    text: 'a==b, !c, d>1',
    requirements: [
      { key: 'a', operator: 'in', values: new Set(['b']) },
      { key: 'c', operator: 'absent' },
      { key: 'd', operator: '>', value: 1n },
    ],
  });
});
