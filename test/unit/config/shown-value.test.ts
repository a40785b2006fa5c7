import { expect, test } from 'vitest';
import { httpUrl } from '../../../src/config/place-types.js';
import { count } from '../../../src/config/scalar-types.js';
import { shownValue } from '../../../src/config/shown-value.js';

test('a secret is not shown, of whatever type it is', () => {
  expect(shownValue({ type: count, secret: 'credential' }, 'hunter22')).toBe('a value that is not shown');
  expect(shownValue({ type: httpUrl, secret: 'content' }, 'hunter22')).toBe('a value that is not shown');
});

test('a URL is shown without what may be secret', () => {
  expect(shownValue({ type: httpUrl }, 'ftp://u:p@host/a?b')).toBe('"ftp://host/a"');
});

test('any other value is quoted, in one line, and cut at 100 characters', () => {
  expect(shownValue({ type: count }, 'a\n"b"')).toBe('"a\\n\\"b\\""');
  expect(shownValue({ type: count }, 'x'.repeat(101))).toBe(`"${'x'.repeat(100)}…"`);
});
