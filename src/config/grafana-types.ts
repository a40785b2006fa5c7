import type { OptionType } from './option-type.js';
import { redactUrl } from './redact-url.js';

/** The base URL, perhaps with a path below which Grafana is. Credentials have variables of their own, which can be redacted. */
export const grafanaUrl: OptionType<string> = {
  label: 'URL',
  show: redactUrl,
  parse: (text) => {
    const trimmed = text.trim();
    const url = /^https?:\/\//i.test(trimmed) ? URL.parse(trimmed) : null;
    const isPlain = url?.username === '' && url.password === '' && !/[?#]/.test(trimmed);
    if (isPlain) return { value: trimmed };
    return { expected: 'a URL that begins with http:// or https://, without a user name, a query and a fragment' };
  },
};

/** As Grafana's IsValidShortUID. `general` is its name of the root, which is the empty string. */
export const folderUid: OptionType<string> = {
  label: 'folder uid',
  parse: (text) => {
    const uid = text.trim();
    if (/^[a-zA-Z0-9_-]{1,40}$/.test(uid)) return { value: uid === 'general' ? '' : uid };
    return { expected: 'the uid of a folder: at most 40 letters, digits, - and _' };
  },
};

export const orgId: OptionType<number> = {
  label: 'integer',
  parse: (text) => whole(text, 1, Number.MAX_SAFE_INTEGER, 'the number of an organisation, from 1 up'),
};

export const percent: OptionType<number> = {
  label: 'percent',
  parse: (text) => whole(text, 0, 100, 'a whole number from 0 to 100'),
};

/** It stands in annotations, in JSON and in the log. */
export const instanceName: OptionType<string> = {
  label: 'name',
  parse: (text) =>
    /^[^\p{Cc}]{1,253}$/u.test(text.trim())
      ? { value: text.trim() }
      : { expected: 'a name of at most 253 characters on one line' },
};

function whole(text: string, min: number, max: number, expected: string) {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? { value } : { expected };
}
