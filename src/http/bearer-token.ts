import { isBearerToken } from '../request/is-bearer-token.js';
import { readTextFile, type TextFileResult } from './read-text-file.js';

export interface BearerTokenOptions {
  readonly token?: string | undefined;
  /** Read at each request, since tokens are rotated; wins over its plain twin. */
  readonly tokenFile?: string | undefined;
}

/** The token, an empty string without one. Blanks around it are not part of it: none can hold any. */
export function readBearerToken({ token = '', tokenFile }: BearerTokenOptions): TextFileResult {
  const read = tokenFile ? readTextFile('the token file', tokenFile) : { ok: true as const, value: token };
  if (!read.ok) return read;
  const value = read.value.trim();
  if (isBearerToken(value) || (value === '' && !tokenFile)) return { ok: true, value };
  const what = tokenFile ? `the token file ${tokenFile}` : 'the token';
  return { ok: false, message: `${what} holds no token; expected visible ASCII characters without blanks` };
}
