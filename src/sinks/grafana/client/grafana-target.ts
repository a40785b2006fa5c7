import type { BasicAuthOptions } from '../../../http/basic-auth.js';
import type { BearerTokenOptions } from '../../../http/bearer-token.js';
import { type ProxySettings, proxyUrl } from '../../../http/find-proxy.js';
import { assertDuration } from '../../../operators/assert-duration.js';
import { isBearerToken } from '../../../request/is-bearer-token.js';
import { userinfoOf } from '../../../userinfo.js';
import type { GrafanaClientOptions, GrafanaFamily } from './grafana-client-options.js';

/** {@link GrafanaClientOptions}, checked and complete. */
export interface GrafanaTarget {
  /** Without a slash at the end, userinfo, query and fragment. */
  readonly base: string;
  readonly login: BasicAuthOptions & BearerTokenOptions;
  readonly orgId: number | undefined;
  readonly skipTlsVerify: boolean;
  readonly caFile: string | undefined;
  readonly proxy: ProxySettings;
  readonly timeoutMs: number;
  readonly api: GrafanaFamily;
  readonly maxAnswerBytes: number;
  readonly onSecret: (value: string, source?: string) => void;
  readonly userAgent: string;
}

const FAMILIES: readonly string[] = ['auto', 'legacy', 'apis'];
const ENCODINGS: readonly string[] = ['latin1', 'utf8', 'ascii'];
const MAX_ANSWER_BYTES = 32 * 1_024 * 1_024;

/**
 * Checks the options and fills in the defaults. Throws a `TypeError` or `RangeError` that names the option; of the URL it
 * shows nothing, since a URL that cannot be read may hold a password anywhere.
 */
export function grafanaTarget(options: GrafanaClientOptions): GrafanaTarget {
  const url = baseUrl(options.url);
  const { api = 'auto', orgId, timeoutMs = 10_000, maxAnswerBytes = MAX_ANSWER_BYTES, proxy = {} } = options;
  if (!FAMILIES.includes(api)) throw new TypeError(`Expected \`api\` to be one of ${FAMILIES.join(', ')}, got ${api}`);
  if (orgId !== undefined && !(Number.isSafeInteger(orgId) && orgId > 0)) {
    throw new RangeError(`Expected \`orgId\` to be a whole number from 1 up, got ${orgId}`);
  }
  if (!(maxAnswerBytes > 0)) {
    throw new RangeError(`Expected \`maxAnswerBytes\` to be a number above 0, got ${maxAnswerBytes}`);
  }
  assertDuration('timeoutMs', timeoutMs);
  const { onSecret = () => undefined } = options;
  const login = checkedLogin(url, options);
  for (const secret of secretsOf(url, login, proxy)) onSecret(secret);
  return {
    base: `${url.origin}${url.pathname.replace(/\/+$/, '')}`,
    login,
    orgId,
    skipTlsVerify: options.skipTlsVerify ?? false,
    caFile: options.caFile,
    proxy,
    timeoutMs,
    api,
    maxAnswerBytes,
    onSecret,
    userAgent: options.userAgent ?? 'k8s-sidecar',
  };
}

function baseUrl(text: string): URL {
  const trimmed = text.trim();
  const url = /^https?:\/\//i.test(trimmed) ? URL.parse(trimmed) : null;
  if (url === null) throw new TypeError('Expected `url` to be an http:// or https:// URL');
  // `?orgId=1` of a browser's address would be lost without a word.
  if (url.search !== '' || url.hash !== '') {
    throw new TypeError('Expected `url` to have neither a query nor a fragment; an organisation is chosen by `orgId`');
  }
  return url;
}

/** Userinfo counts only as a whole and only where nothing else is configured, so that no name meets another's password. */
function checkedLogin(url: URL, options: GrafanaClientOptions): GrafanaTarget['login'] {
  const { token, tokenFile, username, usernameFile, password, passwordFile, encoding = 'utf8' } = options;
  if (!ENCODINGS.includes(encoding)) {
    throw new TypeError(`Expected \`encoding\` to be one of ${ENCODINGS.join(', ')}, got ${encoding}`);
  }
  const hasToken = !!(token || tokenFile);
  const [hasName, hasPassword] = [!!(username || usernameFile), !!(password || passwordFile)];
  if (hasToken && (hasName || hasPassword)) throw new TypeError('Expected one of a token and a login, got both');
  if (hasName !== hasPassword) {
    throw new TypeError('Expected both a user name and a password, or neither: without one we would ask as a stranger');
  }
  if (!tokenFile && token && !isBearerToken(token.trim())) {
    throw new TypeError('Expected `token` to be visible ASCII characters without blanks');
  }
  if (hasToken) return { token, tokenFile };
  if (hasName) return { username, usernameFile, password, passwordFile, encoding };
  if ((url.username === '') !== (url.password === '')) {
    throw new TypeError('Expected `url` to have both a user name and a password, or neither');
  }
  return url.username === '' ? {} : { ...userinfoOf(url), encoding };
}

/** Each as it is written and as it is meant, since either may turn up. */
function secretsOf(url: URL, login: GrafanaTarget['login'], proxy: ProxySettings): ReadonlySet<string> {
  const urls = [url, proxyUrl(proxy.http), proxyUrl(proxy.https)].filter((each) => each !== undefined);
  const passwords = urls.flatMap((each) => [each.password, userinfoOf(each).password]);
  const secrets = new Set([...passwords, login.password ?? '', login.token ?? '']);
  secrets.delete('');
  return secrets;
}
