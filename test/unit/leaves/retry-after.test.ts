import { describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../../src/retry-after.js';

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);

describe('retryAfterMs', () => {
  it.each([
    ['0', 0],
    [' 7 ', 7_000],
    ['Fri, 02 Jan 2026 03:04:15 GMT', 10_000],
    ['Friday, 02-Jan-26 03:04:15 GMT', 10_000],
    ['Fri, 02 Jan 2026 03:04:00 GMT', 0],
  ])('reads %j as %i ms', (header, expected) => {
    expect(retryAfterMs(header, nowMs)).toBe(expected);
  });

  it.each([undefined, '', 'soon', '-1', '1.5', '2026-01-02'])('finds nothing in %j', (header) => {
    expect(retryAfterMs(header, nowMs)).toBeUndefined();
  });
});
