import type { RequestAddress } from '../../request/request-address.js';
import type { HttpMethod } from './http-target-options.js';

/** One request of a try. */
export interface Hop extends RequestAddress {
  readonly method: HttpMethod;
  readonly body: Buffer | undefined;
}

/** The next hop, or why there is none: a clause that begins with what the answer did. */
export type Redirection = { readonly ok: true; readonly hop: Hop } | { readonly ok: false; readonly reason: string };

const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * Where a redirect leads. Within the host name only, since whoever answers there must not send reloads to others; to another
 * port or scheme of it, too, where credentials do not go (`exchange.ts`). From https to http with neither credentials nor
 * a body, since both would travel in the clear. Of a unix socket: within it, since nothing else is its host.
 *
 * 303 asks for a GET; 301 and 302 turn POST into one, as every client does; the rest keeps method and body (RFC 9110, 15.4).
 */
export function followRedirect(
  hop: Hop,
  status: number,
  location: string | undefined,
  secretive: boolean,
): Redirection {
  if (location === undefined || !URL.canParse(location, hop.url))
    return refused('redirected without a readable Location');
  const url = new URL(location, hop.url);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return refused(`redirected to ${url.protocol} instead of http or https`);
  }
  if (hop.socketPath !== undefined && url.origin !== hop.url.origin) {
    return refused(`redirected out of its socket, to ${url.host}; set REQ_URL to the address that answers`);
  }
  if (url.hostname !== hop.url.hostname) {
    return refused(`redirected to another host, ${url.host}; set REQ_URL to the address that answers`);
  }
  if (hop.url.protocol === 'https:' && url.protocol === 'http:' && (secretive || hop.body !== undefined)) {
    return refused(`redirected from https to http on ${url.host}, where credentials and payloads do not go`);
  }
  // The server may name a user, but it is not the one who says which credentials we send.
  url.username = '';
  url.password = '';
  url.hash = '';
  const toGet = status === 303 || (status <= 302 && hop.method === 'POST');
  return { ok: true, hop: toGet ? { ...hop, url, method: 'GET', body: undefined } : { ...hop, url } };
}

function refused(reason: string): Redirection {
  return { ok: false, reason };
}
