import { type Headers, parseHeaderLines } from '../request/header-lines.js';
import { isBearerToken } from '../request/is-bearer-token.js';
import { parseRequestAddress } from '../request/request-address.js';
import { parseSuccessRule, type SuccessRule } from '../request/success-rule.js';
import type { OptionType } from './option-type.js';
import { redactUrl } from './redact-url.js';

/** Kept as it was written; only the error shows it without userinfo and query, which may hold a token. */
export const requestUrl: OptionType<string> = {
  label: 'URL',
  show: redactUrl,
  parse: (text) =>
    parseRequestAddress(text) === undefined
      ? { expected: 'a URL that begins with http:// or https://, or unix:/run/app.sock:/path' }
      : { value: text.trim() },
};

/** By their names in lower case. An error names the line at fault, never what it holds. */
export const headerLines: OptionType<Headers> = {
  label: 'header lines',
  parse: (text) => {
    const lines = parseHeaderLines(text);
    return lines.ok ? { value: lines.headers } : { expected: `one \`Name: value\` a line (${lines.fault})` };
  },
};

/** Blanks around it are dropped: a value from a YAML block ends in a newline. */
export const bearerToken: OptionType<string> = {
  label: 'token',
  parse: (text) =>
    isBearerToken(text.trim()) ? { value: text.trim() } : { expected: 'visible ASCII characters without blanks' },
};

export const successRule: OptionType<SuccessRule> = {
  label: 'answers',
  parse: (text) => {
    const rule = parseSuccessRule(text);
    return rule
      ? { value: rule }
      : {
          expected:
            'a comma list of statuses and ranges, perhaps with one json:FIELD=VALUE, such as 200-299,json:status=0',
        };
  },
};
