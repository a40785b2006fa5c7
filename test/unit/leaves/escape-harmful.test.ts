import { describe, expect, it } from 'vitest';
import { escapeHarmful } from '../../../src/escape-harmful.js';

describe('escapeHarmful', () => {
  it.each([
    ['orders to terminals', 'a\u001b[2Jb\u009b31m\u0007\u007f', 'a\\u001b[2Jb\\u009b31m\\u0007\\u007f'],
    ['ends of lines, for whomever', 'a\nb\rc\u2028d\u2029e\u0085', 'a\\u000ab\\u000dc\\u2028d\\u2029e\\u0085'],
    ['what turns the direction', '\u202agnp\u202e.exe\u2066\u2069', '\\u202agnp\\u202e.exe\\u2066\\u2069'],
  ])('escapes %s', (_, text, shown) => {
    expect(escapeHarmful(text)).toBe(shown);
  });

  it('leaves every other text as it is', () => {
    const text = 'tab\t "quotes" \\u001b ä € 😀 שלום\u200f \ufeff';
    expect(escapeHarmful(text)).toBe(text);
  });
});
