import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactUrl } from '../../../src/config/redact-url.js';

describe('a URL is shown without userinfo, query and fragment', () => {
  test.each([
    ['http://user:pass@host:3000/path?token=abc#x', 'http://host:3000/path'],
    ['https://host/a/@scope/b', 'https://host/a/@scope/b'],
    ['http://host:3000', 'http://host:3000/'],
  ])('%s', (url, shown) => expect(redactUrl(url)).toBe(shown));
});

describe('a URL with a typing error is treated alike', () => {
  test.each([
    ['htp://user:pass@host/x?y=z', 'htp://host/x'],
    ['user:pass@host/path?token', 'host/path'],
    ['//user:pass@host/path', '//host/path'],
    ['http://ho st/?token', 'http://ho st/'],
    ['unix:/run/x.sock:/p?q', 'unix:/run/x.sock:/p'],
    ['https://user:pass@', 'https://'],
    ['', ''],
  ])('%s', (url, shown) => expect(redactUrl(url)).toBe(shown));
});

describe('a password that was not encoded does not get out in parts', () => {
  test.each([
    ['http://user:pa?ss@host/', 'http://host/'],
    ['http://user:pa/ss@host', 'http://host'],
    ['http://user:@pa/ss@host/', 'http://host/'],
    ['user://pa#ss@host/', 'user://host/'],
    ['http://user:80/34@host/', 'http://host/'],
    ['http://user:12#34@host/', 'http://host/'],
    ['http://user:12?34@host/?q', 'http://host/'],
  ])('%s', (url, shown) => expect(redactUrl(url)).toBe(shown));

  test('whatever it is made of', () => {
    const part = fc.string({ unit: fc.constantFrom(...'Z7/?#:@%&'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(part, part, fc.constantFrom('http://', 'https://', 'htp:/', ''), (password, query, scheme) => {
        const token = query.replaceAll('@', '');
        expect(redactUrl(`${scheme}admin:${password}@host/path?${token}`)).not.toMatch(/[Z7]/);
      }),
      { numRuns: 2000 },
    );
  });
});
