import type { IncomingMessage } from 'node:http';
import type { UrlValidators } from '../request/url-answer.js';

/** The headers that ask for content only if it has changed; none for another URL than the one that it came from. */
export function conditionsFor(url: URL, validators: UrlValidators | undefined): Readonly<Record<string, string>> {
  if (validators?.href !== url.href) return {};
  const { etag, lastModified } = validators;
  return {
    ...(etag !== undefined && { 'if-none-match': etag }),
    ...(lastModified !== undefined && { 'if-modified-since': lastModified }),
  };
}

/** Of a 200 alone: what comes with a fault is no version of the content. */
export function validatorsOf({ statusCode, headers }: IncomingMessage, { href }: URL): UrlValidators | undefined {
  const { etag, 'last-modified': lastModified } = headers;
  if (statusCode !== 200 || (etag === undefined && lastModified === undefined)) return undefined;
  return { href, etag, lastModified };
}
