import { type HostPattern, parseHostPattern } from '../request/host-pattern.js';
import type { OptionType } from './option-type.js';

/** One item of `URL_ALLOWED_HOSTS` or `URL_AUTH_HOSTS`. */
export const hostPattern: OptionType<HostPattern> = {
  label: 'host',
  parse: (text) => {
    const value = parseHostPattern(text);
    if (value !== undefined) return { value };
    return {
      expected: 'a host or a glob, perhaps with a port, such as example.com, *.example.com or 10.0.0.1:8080',
    };
  },
};
