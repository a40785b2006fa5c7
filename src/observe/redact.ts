export const MASK = '***';

/** A shorter secret would be found inside other words, so it is replaced only where it stands on its own. */
const MIN_ANYWHERE = 4;

/** Base64 of a secret inside a longer text is looked for from this many characters of certain letters. */
const MIN_BASE64_CORE = 5;

/** Values of a rotating credential that are remembered: an older one may still be in an error on its way. */
const MAX_ROTATED = 4;

/**
 * Removes every registered secret from a text, by value, in each form in which programs print one: plain, URL-encoded,
 * JSON-escaped, and base64, there also as a part of `user:password`.
 */
export class Redactor {
  readonly #fixed = new Set<string>();
  readonly #rotating = new Map<string, readonly string[]>();
  /** `undefined` is to be made anew; `null`: nothing is registered. */
  #pattern: RegExp | null | undefined = null;

  /**
   * Blank secrets are ignored. What is re-read now and then, such as a token file, names its `source`, so that only
   * its last values are kept; every other secret is kept for good.
   */
  add(secret: string, source?: string): void {
    if (secret.trim() === '') return;
    if (source === undefined) {
      this.#fixed.add(secret);
    } else {
      const known = this.#rotating.get(source) ?? [];
      if (known.at(-1) === secret) return;
      this.#rotating.set(source, [...known.filter((each) => each !== secret), secret].slice(-MAX_ROTATED));
    }
    this.#pattern = undefined;
  }

  redact(text: string): string {
    this.#pattern ??=
      this.#pattern === null ? null : patternOf([...this.#fixed, ...[...this.#rotating.values()].flat()]);
    return this.#pattern === null ? text : text.replace(this.#pattern, MASK);
  }
}

/** Longest first, so that a secret that begins with another one is replaced as a whole. */
function patternOf(secrets: readonly string[]): RegExp {
  const forms = new Set(secrets.flatMap((secret) => [secret, secret.trim()]).flatMap(formsOf));
  const sorted = [...forms].sort((a, b) => b.length - a.length);
  const anywhere = sorted.filter((form) => form.length >= MIN_ANYWHERE).map(escapePattern);
  const alone = sorted.filter((form) => form.length < MIN_ANYWHERE).map(escapePattern);
  if (alone.length > 0) anywhere.push(`(?<![\\p{L}\\p{N}_])(?:${alone.join('|')})(?![\\p{L}\\p{N}_])`);
  return new RegExp(anywhere.join('|'), 'gu');
}

function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

function formsOf(secret: string): readonly string[] {
  const plain = secret.toWellFormed();
  const encoded = [
    encodeURIComponent(plain),
    encodeURI(plain),
    new URLSearchParams([['', plain]]).toString().slice(1),
    asUserinfo(plain),
    asQuery(plain),
  ];
  const lowerHex = encoded.map((form) => form.replace(/%[0-9A-F]{2}/g, (hex) => hex.toLowerCase()));
  const json = JSON.stringify(plain).slice(1, -1);
  const twice = JSON.stringify(json).slice(1, -1);
  const base64 = [Buffer.from(plain, 'utf8'), Buffer.from(plain, 'latin1')].flatMap(base64Forms);
  return [secret, plain, ...encoded, ...lowerHex, json, twice, ...base64].filter((form) => form !== '');
}

function asUserinfo(plain: string): string {
  const url = new URL('http://host');
  url.password = plain;
  return url.password;
}

function asQuery(plain: string): string {
  const url = new URL('http://host');
  url.search = `?${plain}`;
  return url.search.slice(1);
}

/**
 * Base64 of the bytes alone, and the characters that they surely give inside a longer text, such as `user:password`:
 * three bytes become four characters, so the bytes may begin at each of three places, and the characters that share
 * bits with a neighbour are left out.
 */
function base64Forms(bytes: Buffer): readonly string[] {
  const forms = [bytes.toString('base64'), bytes.toString('base64').replace(/=+$/, '')];
  for (const before of [0, 1, 2]) {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64url');
    const core = whole.slice(before === 0 ? 0 : before + 1, Math.floor(((before + bytes.length) * 8) / 6));
    if (core.length >= MIN_BASE64_CORE) forms.push(core, core.replaceAll('-', '+').replaceAll('_', '/'));
  }
  return [...forms, bytes.toString('base64url')];
}
