import { readdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { LogRotation, TimeUnit } from '../log-config/log-config.js';
import { renameIfThere } from './rotate-by-size.js';
import type { Rotation } from './rotation.js';

export type TimeRotation = Extract<LogRotation, { type: 'by-time' }>;

const DAY_MS = 86_400_000;

/** How long a unit is, and how many characters of `2026-08-20_12-00-00` name the interval. */
const UNITS: Readonly<Record<TimeUnit, { readonly ms: number; readonly nameLength: number }>> = {
  second: { ms: 1_000, nameLength: 19 },
  minute: { ms: 60_000, nameLength: 16 },
  hour: { ms: 3_600_000, nameLength: 13 },
  day: { ms: DAY_MS, nameLength: 10 },
  midnight: { ms: DAY_MS, nameLength: 10 },
};

/**
 * As Python's TimedRotatingFileHandler: the file gets the time at which its interval began as an ending, and of those only the
 * last ones are kept. The first interval begins with the last change of the file that is there, at `sinceMs`.
 */
export function rotateByTime(path: string, rotation: TimeRotation, sinceMs: number): Rotation {
  const { unit, every, backups, utc } = rotation;
  const { ms, nameLength } = UNITS[unit];
  const intervalMs = ms * every;
  const endAfter = (fromMs: number) => (unit === 'midnight' ? midnight(fromMs, every, utc) : fromMs + intervalMs);
  const beginOf = (toMs: number) => (unit === 'midnight' ? midnight(toMs, -every, utc) : toMs - intervalMs);
  let endMs = endAfter(sinceMs);

  return {
    isDue: (_size, _addedBytes, nowMs) => nowMs >= endMs,
    rotate: (nowMs) => {
      const begunAt = timeName(beginOf(endMs), utc).slice(0, nameLength);
      // First, so that a folder that cannot be written is tried once an interval.
      endMs = endAfter(nowMs);
      renameIfThere(path, `${path}.${begunAt}`);
      if (backups > 0) removeOldest(path, nameLength, backups);
    },
  };
}

/** The one that began the day, so many days later. Not all days have 24 hours. */
function midnight(fromMs: number, days: number, utc: boolean): number {
  const date = new Date(fromMs);
  return utc
    ? date.setUTCHours(24 * days, 0, 0, 0)
    : new Date(date.setHours(0, 0, 0, 0)).setDate(date.getDate() + days);
}

/** `2026-08-20_12-00-00` */
function timeName(ms: number, utc: boolean): string {
  const shifted = utc ? ms : ms - new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(shifted).toISOString().slice(0, 19).replace('T', '_').replaceAll(':', '-');
}

/** Names of one length sort by time. Others of the folder are not ours. */
function removeOldest(path: string, nameLength: number, backups: number): void {
  const prefix = `${basename(path)}.`;
  const pattern = '0000-00-00_00-00-00'.slice(0, nameLength);
  const ours = readdirSync(dirname(path)).filter(
    (name) => name.startsWith(prefix) && name.slice(prefix.length).replace(/\d/g, '0') === pattern,
  );
  for (const name of ours.sort().slice(0, -backups)) rmSync(join(dirname(path), name), { force: true });
}
