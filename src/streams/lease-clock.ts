import { uptime } from 'node:os';

/** How long ago something was, by no clock but this machine's own. */
export interface Stopwatch {
  /** So much has gone by for certain: for him who waits for another's Lease to run out. */
  leastMs(): number;
  /** More has not gone by, as far as any clock knows: for him who must stop before his own Lease runs out. */
  mostMs(): number;
}

export type StartStopwatch = () => Stopwatch;

/**
 * Three clocks, since none does for both sides of a Lease:
 *
 * - `performance.now` (Linux: CLOCK_MONOTONIC) never jumps, but stands still while the machine sleeps: a lower bound, and the only
 *   one. To wait too long for another's Lease is safe.
 * - `os.uptime` (CLOCK_BOOTTIME, hundredths of a second) never jumps either, and counts sleep.
 * - `Date.now` jumps, but it is what a hypervisor sets right after it had frozen a machine, when both others have lost that time.
 *
 * The longest of them bounds our own Lease. A wall clock that is put forward costs a leader one new election, one that is put back
 * nothing. What no clock of a frozen machine shows until somebody sets it cannot be noticed here either: only the resource itself
 * could refuse a write that comes that late.
 */
export const startStopwatch: StartStopwatch = () => {
  const monotonicMs = performance.now();
  const bootMs = uptime() * 1_000;
  const wallMs = Date.now();
  const leastMs = () => performance.now() - monotonicMs;
  return {
    leastMs,
    mostMs: () => Math.max(leastMs(), uptime() * 1_000 - bootMs, Date.now() - wallMs),
  };
};
