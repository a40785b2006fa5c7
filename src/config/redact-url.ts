/**
 * `http://user:80/34@host/` is host `user`, port 80 by the letter, but may be a password that was not encoded: so
 * wherever the authority has a colon and a `@` comes later.
 */
const MAY_HIDE_PASSWORD = /^https?:\/*[^/?#]*:[^/?#]*[/?#].*@/is;

/**
 * A URL as it may be shown: scheme, host and path, without userinfo, query and fragment.
 *
 * Text that is no such URL gets the same by hand, since it is most often a URL with a typing error. A password that
 * was not encoded may hold `/`, `?`, `#` or `@`, so everything up to the last `@` goes first, and only then the query.
 */
export function redactUrl(text: string): string {
  const trimmed = text.trim();
  const url = URL.parse(trimmed);
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (isHttp && !MAY_HIDE_PASSWORD.test(trimmed)) return `${url.protocol}//${url.host}${url.pathname}`;
  const scheme = /^([a-z][a-z0-9+.-]*:)?\/+/i.exec(trimmed)?.[0] ?? '';
  const rest = trimmed.slice(Math.max(scheme.length, trimmed.lastIndexOf('@') + 1));
  return scheme + rest.replace(/[?#].*$/s, '');
}
