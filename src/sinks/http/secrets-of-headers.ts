import type { Headers } from '../../request/header-lines.js';

export interface Secret {
  readonly value: string;
  /** Tells it from others, so that of what is read again and again only the last values are remembered. */
  readonly source: string;
}

/** A shorter value is more likely `true` or `1` than a secret, and would black out half a log; unless its name says more. */
const MIN_UNNAMED_SECRET = 8;

const SECRET_NAME = /auth|cookie|credential|key|passw|secret|session|signature|token/;

/** They say how to read a message, and their values stand in many. */
const PLAIN_NAMES: ReadonlySet<string> = new Set(['accept', 'accept-language', 'content-type', 'user-agent']);

/** What of the headers must enter no log: of an `Authorization` also what stands behind its scheme. */
export function secretsOfHeaders(headers: Headers): readonly Secret[] {
  return Object.entries(headers).flatMap(([name, value]) => {
    if (PLAIN_NAMES.has(name) || (value.length < MIN_UNNAMED_SECRET && !SECRET_NAME.test(name))) return [];
    const source = `header ${name} of the request`;
    const [, behind] = /^[\w-]+ +(\S.*)$/.exec(value) ?? [];
    const isScheme = name === 'authorization' && behind !== undefined;
    return [{ value, source }, ...(isScheme ? [{ value: behind, source: `${source}, behind its scheme` }] : [])];
  });
}
