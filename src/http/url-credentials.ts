import { type HostPattern, matchesHost } from '../request/host-pattern.js';
import { userinfoOf } from '../userinfo.js';
import { type BasicAuthOptions, readBasicAuth } from './basic-auth.js';

/** Who gets `REQ_USERNAME` and `REQ_PASSWORD` besides the reload request. */
export interface UrlAuthOptions {
  readonly basicAuth: BasicAuthOptions;
  /** `REQ_URL`: whoever is at its origin gets them anyway. */
  readonly reqUrl: string | undefined;
  /** `URL_AUTH_HOSTS`; `*` is everybody. */
  readonly hosts: readonly HostPattern[];
}

export type UrlCredentials =
  | { readonly ok: true; readonly header: string | undefined; readonly secrets: readonly string[] }
  /** A clause that names the file at fault. */
  | { readonly ok: false; readonly reason: string };

/**
 * The `Authorization` header for the first hop of a URL, read anew each time. Its own userinfo counts before ours, also a name
 * without a password, as tokens are written. What it gives is for the origin of this URL alone.
 */
export function urlCredentials(url: URL, options: UrlAuthOptions): UrlCredentials {
  if (url.username !== '' || url.password !== '') {
    const { username, password } = userinfoOf(url);
    const packed = Buffer.from(`${username}:${password}`, 'utf8').toString('base64');
    const secrets = [password === '' ? username : password, packed];
    return { ok: true, header: `Basic ${packed}`, secrets };
  }
  const isTarget = options.reqUrl !== undefined && originOf(options.reqUrl) === url.origin;
  if (!isTarget && !matchesHost(options.hosts, url)) return { ok: true, header: undefined, secrets: [] };
  const read = readBasicAuth(options.basicAuth);
  if (!read.ok) return { ok: false, reason: read.message };
  if (read.credentials === undefined) return { ok: true, header: undefined, secrets: [] };
  const { header, password } = read.credentials;
  return { ok: true, header, secrets: [password, header.slice('Basic '.length)] };
}

/** A unix socket is nobody's origin. */
function originOf(text: string): string | undefined {
  const url = URL.parse(text);
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.origin : undefined;
}
