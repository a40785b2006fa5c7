/** Headers by their names in lower case. */
export type Headers = Readonly<Record<string, string>>;

export type HeaderLines =
  | { readonly ok: true; readonly headers: Headers }
  /** `fault` names the line and says what it is not, never what it holds: `line 2 has no colon`. */
  | { readonly ok: false; readonly fault: string };

/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;

/** RFC 9110, 5.5: visible characters, blanks and tabs, and the upper half of Latin-1, in which Node writes headers. */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * What belongs to the connection and the framing of a message, and so to us, as in the list of reserved headers of
 * Prometheus. `host` also is the name that TLS holds a certificate to: who wants another one names it in the URL.
 */
const RESERVED: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Reads one `Name: value` a line; empty lines are skipped, blanks around a value are not part of it. A name that comes
 * twice is a fault, since servers differ in which of the two counts.
 */
export function parseHeaderLines(text: string): HeaderLines {
  const headers = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).replace(/^[\t ]+|[\t ]+$/g, '');
    const fault = colon === -1 ? 'has no colon' : headers.has(name) ? 'repeats a name' : headerFault(name, value);
    if (fault !== undefined) return { ok: false, fault: `line ${index + 1} ${fault}` };
    headers.set(name, value);
  }
  return { ok: true, headers: Object.fromEntries(headers) };
}

/** What is wrong with a header, without its value; `undefined` for nothing. A reserved name is shown: it is one of ours. */
export function headerFault(name: string, value: string): string | undefined {
  if (!TOKEN.test(name)) return 'has a name that no header can have';
  if (RESERVED.has(name.toLowerCase())) return `sets ${name.toLowerCase()}, which is not the user's to set`;
  if (value.trim() === '') return 'has no value';
  return VALUE.test(value) ? undefined : 'has a character that a header cannot carry';
}
