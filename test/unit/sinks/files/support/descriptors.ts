import { readdirSync, readlinkSync } from 'node:fs';

/** What this process holds open below `folder`. */
export function openBelow(folder: string): string[] {
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`);
      return target.startsWith(folder) ? [target] : [];
    } catch {
      return []; // the descriptor of this very listing
    }
  });
}
