import { readFileSync } from 'node:fs';

/** The mount table of this process (proc_pid_mountinfo(5)). */
export function readMountInfo(): string | undefined {
  try {
    return readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    return undefined; // no Linux
  }
}
