import type { OptionType } from './option-type.js';

/** How `SIGNAL_PROCESS` names a process. `text` is the option as it was written, for messages. */
export type ProcessSelector = { readonly text: string } & (
  | { readonly by: 'name'; readonly name: string }
  /** Tested against the arguments, joined by spaces. */
  | { readonly by: 'cmdline'; readonly pattern: RegExp }
  | { readonly by: 'pidfile'; readonly path: string }
);

const EXPECTED = 'name:NAME, cmdline:REGEX or pidfile:/absolute/path, such as name:nginx';

export const processSelector: OptionType<ProcessSelector> = {
  label: 'process',
  parse: (raw) => {
    const text = raw.trim();
    const [, by, rest = ''] = /^(name|cmdline|pidfile):(.+)$/s.exec(text) ?? [];
    if (by === 'name' && /^[^/\0]+$/.test(rest)) return { value: { text, by, name: rest } };
    if (by === 'pidfile' && /^\/[^\0]*$/.test(rest)) return { value: { text, by, path: rest } };
    if (by !== 'cmdline') return { expected: EXPECTED };
    const pattern = compiled(rest);
    if (pattern === undefined) return { expected: 'cmdline: and a regular expression of JavaScript' };
    if (pattern.test('')) return { expected: 'cmdline: and a regular expression that does not match everything' };
    return { value: { text, by, pattern } };
  },
};

function compiled(source: string): RegExp | undefined {
  try {
    return new RegExp(source);
  } catch {
    return undefined; // its message says no more than that
  }
}
