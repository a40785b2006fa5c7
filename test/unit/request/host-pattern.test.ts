import { describe, expect, it } from 'vitest';
import { matchesHost, parseHostPattern } from '../../../src/request/host-pattern.js';

const matches = (pattern: string, url: string): boolean => {
  const parsed = parseHostPattern(pattern);
  if (parsed === undefined) throw new Error(`${pattern} is none`);
  return matchesHost([parsed], new URL(url));
};

describe('a host pattern', () => {
  it.each([
    ['example.com', 'https://example.com/x'],
    ['example.com', 'http://EXAMPLE.com.:8080/x'],
    ['Example.com.', 'http://example.com/'],
    ['bücher.example', 'http://xn--bcher-kva.example/'],
    ['example.com:443', 'https://example.com/'],
    ['example.com:80', 'http://example.com/'],
    ['example.com:8080', 'http://example.com:8080/'],
    ['*.example.com', 'http://a.example.com/'],
    ['*.example.com', 'http://a.b.example.com/'],
    ['git*.example.com', 'http://github.example.com/'],
    ['a.*.example.com', 'http://a.b.example.com/'],
    ['*', 'http://anything.example/'],
    ['*:8443', 'https://anything.example:8443/'],
    ['10.0.0.1', 'http://10.0.0.1:9/'],
    ['0x0a.1', 'http://10.0.0.1/'],
    ['::1', 'http://[::1]:9/'],
    ['[::1]:80', 'http://[0:0::1]/'],
  ])('%s matches %s', (pattern, url) => {
    expect(matches(pattern, url)).toBe(true);
  });

  it.each([
    ['example.com', 'http://a.example.com/'],
    ['example.com', 'http://example.com.evil.example/'],
    ['example.com', 'http://exampleXcom/'],
    ['example.com:443', 'http://example.com/'],
    ['example.com:80', 'https://example.com/'],
    ['*.example.com', 'http://example.com/'],
    ['*.example.com', 'http://evilexample.com/'],
    ['git*.example.com', 'http://git.evil.example.com/'],
    ['a.*.example.com', 'http://a.b.c.example.com/'],
    ['*:8443', 'https://anything.example/'],
    ['::1', 'http://[::2]/'],
  ])('%s does not match %s', (pattern, url) => {
    expect(matches(pattern, url)).toBe(false);
  });

  it.each([
    '',
    ' ',
    'a b',
    'http://example.com',
    'example.com/path',
    'user@example.com',
    'example.com?x',
    'a:b',
    'example.com:0',
    'example.com:65536',
    '[::1',
    'a%2fb',
    ':80',
  ])('%j is none', (text) => {
    expect(parseHostPattern(text)).toBeUndefined();
  });
});
