/** `2026-08-20T09:30:00.000+02:00`: ISO 8601 with milliseconds and the given offset from UTC. */
export function isoTime(epochMs: number, offsetMinutes: number): string {
  const shifted = new Date(epochMs + offsetMinutes * 60_000).toISOString().slice(0, -1);
  const size = Math.abs(offsetMinutes);
  const digits = (number: number) => String(Math.trunc(number)).padStart(2, '0');
  return `${shifted}${offsetMinutes < 0 ? '-' : '+'}${digits(size / 60)}:${digits(size % 60)}`;
}

/** How far local time is from UTC at a moment: it changes with the season. */
export function localOffsetMinutes(epochMs: number): number {
  return -new Date(epochMs).getTimezoneOffset();
}
