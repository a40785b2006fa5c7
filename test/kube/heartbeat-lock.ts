import { mkdir, rm, stat, utimes } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';

const beatMs = 1_000;
/** Ten missed beats: a machine that swaps or is suspended for a moment keeps its lock. */
const staleAfterMs = 10 * beatMs;

/**
 * Runs `work` while no other process on this machine runs it under the same lock directory.
 *
 * The holder touches the directory each second, so the lock of a killed process, or of one in another container, is
 * found stale without knowing its pid. Two waiters may then take over at the same moment: the lock saves work,
 * it is not what keeps the work correct.
 */
export async function withHeartbeatLock<T>(lockDir: string, work: () => Promise<T>): Promise<T> {
  while (!(await take(lockDir))) await wait(beatMs / 4);
  const heart = setInterval(() => {
    const now = new Date();
    utimes(lockDir, now, now).catch(() => undefined);
  }, beatMs);
  try {
    return await work();
  } finally {
    clearInterval(heart);
    await rm(lockDir, { recursive: true, force: true });
  }
}

async function take(lockDir: string): Promise<boolean> {
  try {
    await mkdir(lockDir);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const beat = await stat(lockDir).catch(() => undefined);
    if (beat && Date.now() - beat.mtimeMs > staleAfterMs) await rm(lockDir, { recursive: true, force: true });
    return false;
  }
}
