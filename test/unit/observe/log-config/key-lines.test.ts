import fc from 'fast-check';
import { parseEvents } from 'js-yaml';
import { expect, test } from 'vitest';
import { keyLines, pathKey } from '../../../../src/observe/log-config/key-lines.js';

function linesOf(text: string): Record<string, number> {
  const lines = keyLines(text, parseEvents(text, {}));
  return Object.fromEntries([...lines].map(([path, line]) => [path.split('\0').join(' > '), line]));
}

test.each<[string, string, Record<string, number>]>([
  ['of blocks', '# head\na:\n  b: 1\n\n  c: 2\nd: 3\n', { a: 2, 'a > b': 3, 'a > c': 5, d: 6 }],
  ['of one line', '{a: {b: 1}, c: 2}', { a: 1, 'a > b': 1, c: 1 }],
  ['in lists', 'a:\n  - b: 1\n  - [x]\n  - c: 2\n', { a: 1, 'a > 0 > b': 2, 'a > 2 > c': 4 }],
  ['behind a mark, with other ends of lines', '---\r\na: 1\r\n"b": 2\r\n', { a: 2, b: 3 }],
  ['behind text of several lines', 'a: |\n  b: 1\n  c: 2\nd: 3\n', { a: 1, d: 4 }],
  ['behind keys that are no text', '? [x, {y: 1}]\n: {z: 1}\n? *a\n: 2\nb: 3\n', { b: 5 }],
  ['with an alias', 'a: &a {b: 1}\nc: *a\n', { a: 1, 'a > b': 1, c: 2 }],
  ['of a text', 'x', {}],
])('keys %s', (_, text, expected) => {
  // An alias as a key needs its anchor.
  expect(linesOf(text.replace('? *a', '? &a q'))).toEqual(text.includes('? *a') ? { ...expected, q: 3 } : expected);
});

test('each key of a mapping that is written key by line is on its line', () => {
  const key = fc.stringMatching(/^[a-z.]{1,5}$/);
  fc.assert(
    fc.property(fc.uniqueArray(key, { minLength: 1, maxLength: 20 }), (keys) => {
      const text = keys.map((name) => `"${name}": {x: 1}\n`).join('');
      const lines = keyLines(text, parseEvents(text, {}));
      for (const [index, name] of keys.entries()) {
        expect(lines.get(pathKey([name]))).toBe(index + 1);
        expect(lines.get(pathKey([name, 'x']))).toBe(index + 1);
      }
    }),
  );
});
