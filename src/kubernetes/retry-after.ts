/**
 * The `Retry-After` header in milliseconds from `now`: a number of seconds, or an HTTP date (RFC 9110, 10.2.3). A date that
 * has passed is 0, anything else `undefined`.
 */
export function retryAfterMs(header: unknown, now: number): number | undefined {
  if (typeof header !== 'string' || header.trim() === '') {
    return undefined;
  }
  if (/^\d+$/.test(header.trim())) {
    return Number(header) * 1000;
  }
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
