import type { OptionType } from './option-type.js';
import { redactUrl } from './redact-url.js';

/** Kept as it was written; only the error shows it without userinfo and query, which may hold a token. */
export const httpUrl: OptionType<string> = {
  label: 'URL',
  show: redactUrl,
  parse: (text) => {
    const url = URL.parse(text.trim());
    const valid = url !== null && /^https?:\/\//i.test(text.trim());
    return valid ? { value: text.trim() } : { expected: 'a URL that begins with http:// or https://' };
  },
};

/** Passed through: who uses the proxy also takes `host:port` without a scheme. May hold a password. */
export const proxyUrl: OptionType<string> = {
  label: 'URL',
  show: redactUrl,
  parse: (text) => ({ value: text.trim() }),
};

/** Relative ones are relative to the working directory. */
export const path: OptionType<string> = {
  label: 'path',
  parse: (text) => (text.includes('\0') ? { expected: 'a path without a NUL character' } : { value: text }),
};

export const absolutePath: OptionType<string> = {
  label: 'absolute path',
  parse: (text) => (isAbsolute(text) ? { value: text } : { expected: 'an absolute path' }),
};

/** `auto`, `off`, or a directory. A relative path is refused, since a typing error in a word would be one. */
export const stateLocation: OptionType<'auto' | 'off' | `/${string}`> = {
  label: 'auto, off or path',
  parse: (text) => {
    const word = text.trim().toLowerCase();
    if (word === 'auto' || word === 'off') return { value: word };
    if (isAbsolute(text)) return { value: text };
    return { expected: 'auto, off or the absolute path of a directory' };
  },
};

function isAbsolute(text: string): text is `/${string}` {
  return text.startsWith('/') && !text.includes('\0');
}
