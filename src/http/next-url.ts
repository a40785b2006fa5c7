import type { IncomingMessage } from 'node:http';
import type { UrlAnswer } from '../request/url-answer.js';
import { shownHost } from './address-rules.js';

/** Enough for any chain of CDNs, and the limit of the request to the application too. */
const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status);
}

/**
 * Where a redirect leads, or why it is not followed. `redirects` were followed before. Whether the address may be asked is
 * for the next hop to see.
 */
export function nextUrl({ statusCode, headers }: IncomingMessage, url: URL, redirects: number): URL | UrlAnswer {
  const host = shownHost(url);
  const next = headers.location === undefined ? null : URL.parse(headers.location, url);
  if (next === null) {
    return {
      op: 'failed',
      kind: 'status',
      reason: `${host} redirected without a readable Location`,
      status: statusCode,
    };
  }
  if (!isHttp(next)) return refused(`${host} redirected to ${next.protocol} instead of http or https`);
  if (url.protocol === 'https:' && next.protocol === 'http:') {
    return refused(`${host} redirected from https to http, where anybody on the way may answer`);
  }
  return redirects === MAX_REDIRECTS ? refused(`${host} redirected more than ${MAX_REDIRECTS} times`) : next;
}

export function refused(reason: string, final = false): UrlAnswer {
  return { op: 'refused', reason, final };
}

export function isHttp({ protocol }: URL): boolean {
  return protocol === 'http:' || protocol === 'https:';
}

/** Of a redirect, too: the server may name a user, but it does not say which credentials we send. */
export function withoutUserinfo(url: URL): URL {
  const bare = new URL(url);
  bare.username = '';
  bare.password = '';
  bare.hash = '';
  return bare;
}
