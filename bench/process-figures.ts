import { readFileSync } from 'node:fs';

/** In MB, 10^6 bytes. */
export interface Memory {
  readonly rss: number;
  /** The process's own pages, which it can save; the rest is mapped files, above all the node binary. */
  readonly anonymous: number;
  /** The most that `rss` ever was. */
  readonly peak: number;
}

export function memoryOf(pid: number): Memory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return { rss: megabytes(rollup, 'Rss'), anonymous: megabytes(rollup, 'Anonymous'), peak: megabytes(status, 'VmHWM') };
}

/** Seconds of CPU so far, of all its threads, in steps of 10 ms. */
export function cpuSecondsOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the command in parentheses, which may hold anything; utime and stime are 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** USER_HZ: 100 on each architecture that Node runs on. */
const ticksPerSecond = 100;

function megabytes(text: string, name: string): number {
  const kib = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1];
  if (kib === undefined) throw new Error(`Expected ${name} in /proc, got: ${text.slice(0, 200)}`);
  return (Number(kib) * 1024) / 1e6;
}
