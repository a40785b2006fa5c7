import { DecodeError } from './decode-error.js';

const RFC3339 = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** A time of the API: RFC 3339 in UTC, to the second. Throws a `DecodeError`. */
export function parseTime(text: string): string {
  const [, date, clock, zone] = RFC3339.exec(text) ?? [];
  const ms = date === undefined ? Number.NaN : Date.parse(`${date}T${clock}${zone}`);
  if (Number.isNaN(ms)) {
    throw new DecodeError(`parsing time as "2006-01-02T15:04:05Z07:00": cannot parse it`);
  }
  return formatTime(ms);
}

const RFC3339_MICRO = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})(Z|[+-]\d\d:\d\d)$/;

/** A time with exactly six digits behind the seconds, in UTC. Throws a `DecodeError`. */
export function parseMicroTime(text: string): string {
  const [, seconds, micros, zone] = RFC3339_MICRO.exec(text) ?? [];
  const ms = seconds === undefined ? Number.NaN : Date.parse(`${seconds}${zone}`);
  if (Number.isNaN(ms)) {
    throw new DecodeError(`parsing time as "2006-01-02T15:04:05.000000Z07:00": cannot parse it`);
  }
  return formatTime(ms).replace('Z', `.${micros}Z`);
}

/** Milliseconds since 1970 as the API writes them. */
export function formatTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}
