import type { FileSystem } from './file-system.js';
import type { Directory } from './open-directory.js';
import { stageFileName } from './stage-file-name.js';

/**
 * Removes the stage files that an earlier run of the same identity left in `directory` when it was killed; a sibling's
 * never, nothing else either. Never throws: what cannot be removed is tried again at the next start.
 */
export function removeLeftovers(fs: FileSystem, directory: Directory, identity: string): void {
  const [prefix, suffix] = stageFileName(identity, '|').split('|') as [string, string];
  for (const name of namesIn(fs, directory)) {
    if (!name.startsWith(prefix) || !name.endsWith(suffix)) continue;
    if (!/^[0-9a-f]{16}$/.test(name.slice(prefix.length, -suffix.length))) continue;
    try {
      const path = directory.at(name);
      if (fs.lstatSync(path).isFile()) fs.unlinkSync(path);
    } catch {
      // gone already, or not ours to remove
    }
  }
}

function namesIn(fs: FileSystem, directory: Directory): readonly string[] {
  try {
    return fs.readdirSync(directory.at('.'));
  } catch {
    return [];
  }
}
