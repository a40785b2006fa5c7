import type { BasicAuthOptions } from '../../http/basic-auth.js';
import { type Headers, headerFault } from '../../request/header-lines.js';
import { isBearerToken } from '../../request/is-bearer-token.js';
import { userinfoOf } from '../../userinfo.js';
import type { HttpTargetOptions } from './http-target-options.js';
import type { RequestCredentialsOptions } from './request-credentials.js';

const ENCODINGS: readonly string[] = ['latin1', 'utf8', 'ascii'];

/**
 * The credentials of a target. Throws a `TypeError` for what contradicts itself, as far as it is known before the files are
 * read. Userinfo of the URL counts only as a whole and only where nothing else is configured, so that no name meets
 * another's password.
 */
export function checkedCredentials(url: URL, options: HttpTargetOptions): RequestCredentialsOptions {
  const { basicAuth = {}, token, tokenFile, headersFile, certFile, keyFile } = options;
  const { encoding = 'latin1' } = basicAuth;
  if (!ENCODINGS.includes(encoding)) {
    throw new TypeError(`Expected \`basicAuth.encoding\` to be one of ${ENCODINGS.join(', ')}, got ${encoding}`);
  }
  if (token && !isBearerToken(token)) {
    throw new TypeError('Expected `token` to be visible ASCII characters without blanks');
  }
  if (!certFile !== !keyFile) {
    throw new TypeError('Expected `certFile` and `keyFile` to be set both, or neither');
  }
  // What a file wins over is not looked at.
  const headers = headersFile ? undefined : checkedHeaders(options.headers ?? {});
  const logins = [isSet(basicAuth), !!(token || tokenFile), headers?.['authorization'] !== undefined].filter(Boolean);
  if (logins.length > 1) {
    throw new TypeError('Expected one of `basicAuth`, `token` and an Authorization in `headers`, got more');
  }
  const login = logins.length === 0 && url.username !== '' ? { ...basicAuth, ...userinfoOf(url) } : basicAuth;
  return { ...login, token, tokenFile, headers, headersFile, certFile, keyFile };
}

function isSet({ username, password, usernameFile, passwordFile }: BasicAuthOptions): boolean {
  return !!(username || password || usernameFile || passwordFile);
}

function checkedHeaders(headers: Headers): Headers {
  const checked = Object.entries(headers).map(([name, value]) => {
    const fault = headerFault(name, value);
    if (fault !== undefined)
      throw new TypeError(`Expected \`headers\` to be ones that a request can have; one ${fault}`);
    return [name.toLowerCase(), value] as const;
  });
  return Object.fromEntries(checked);
}
