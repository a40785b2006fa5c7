import { type ProxySettings, proxyUrl } from '../../http/find-proxy.js';
import { userinfoOf } from '../../userinfo.js';
import type { RequestCredentialsOptions } from './request-credentials.js';
import { secretsOfHeaders } from './secrets-of-headers.js';

/** A shorter value in a query is more likely `true` or `1` than a token, and would black out half a log. */
const MIN_QUERY_SECRET = 8;

/**
 * What of a target's own configuration must enter no log: passwords, tokens, headers, and the values of the query, where
 * charts put tokens. Each as it is written and as it is meant, since either may turn up.
 */
export function secretsOfTarget(
  url: URL,
  { password = '', token = '', headers = {} }: RequestCredentialsOptions,
  proxy: ProxySettings,
): ReadonlySet<string> {
  const query = url.search
    .slice(1)
    .split('&')
    .map((pair) => pair.slice(pair.indexOf('=') + 1));
  const tokens = [...query, ...url.searchParams.values()].filter((value) => value.length >= MIN_QUERY_SECRET);
  const urls = [url, proxyUrl(proxy.http), proxyUrl(proxy.https)].filter((each) => each !== undefined);
  const passwords = urls.flatMap((each) => [each.password, userinfoOf(each).password]);
  const ofHeaders = secretsOfHeaders(headers).map(({ value }) => value);
  const secrets = new Set([...tokens, ...passwords, password, token, ...ofHeaders]);
  secrets.delete('');
  return secrets;
}
