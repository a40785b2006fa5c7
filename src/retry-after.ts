/**
 * Reads a `Retry-After` header (RFC 9110, 10.2.3), seconds or a date, as milliseconds from now. `undefined` when there is
 * none that can be read. A date in the past is 0.
 */
export function retryAfterMs(header: unknown, nowMs: number): number | undefined {
  const value = typeof header === 'string' ? header.trim() : '';
  if (/^\d+$/.test(value)) {
    return Number(value) * 1_000;
  }
  // Date.parse takes much that is no HTTP date, `1.5` and `-1` among it; each form of an HTTP date begins with a weekday.
  const atMs = /^[A-Za-z]{3}/.test(value) ? Date.parse(value) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
