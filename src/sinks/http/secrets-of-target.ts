import type { BasicAuthOptions } from '../../http/basic-auth.js';
import { type ProxySettings, proxyUrl } from '../../http/find-proxy.js';
import { userinfoOf } from '../../userinfo.js';

/** A shorter value in a query is more likely `true` or `1` than a token, and would black out half a log. */
const MIN_QUERY_SECRET = 8;

/**
 * What of a target's own configuration must enter no log: passwords and the values of the query, where charts put tokens.
 * Each as it is written and as it is meant, since either may turn up.
 */
export function secretsOfTarget(
  url: URL,
  { password = '' }: BasicAuthOptions,
  proxy: ProxySettings,
): ReadonlySet<string> {
  const query = url.search
    .slice(1)
    .split('&')
    .map((pair) => pair.slice(pair.indexOf('=') + 1));
  const tokens = [...query, ...url.searchParams.values()].filter((value) => value.length >= MIN_QUERY_SECRET);
  const urls = [url, proxyUrl(proxy.http), proxyUrl(proxy.https)].filter((each) => each !== undefined);
  const passwords = urls.flatMap((each) => [each.password, userinfoOf(each).password]);
  const secrets = new Set([...tokens, ...passwords, password]);
  secrets.delete('');
  return secrets;
}
