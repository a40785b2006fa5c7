import type { FileSystem } from './file-system.js';

/** Removes a stage file of ours after a failure, which matters more than that the removal fails too: the next start removes it. */
export function unlinkQuietly(fs: FileSystem, path: string): void {
  try {
    fs.unlinkSync(path);
  } catch {
    // gone already, or the disk is gone
  }
}
