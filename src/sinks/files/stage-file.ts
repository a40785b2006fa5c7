import { constants } from 'node:fs';
import type { FileSystem } from './file-system.js';
import { unlinkQuietly } from './unlink-quietly.js';
import { writeAll } from './write-all.js';

const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * A whole new file at `stage` that nobody had before: content first, then the mode that its readers need, so that a Secret
 * is never open to more of them. Without `fileMode` the umask rules. Leaves nothing behind when it throws.
 */
export function stageFile(fs: FileSystem, stage: string, bytes: Uint8Array, fileMode: number | undefined): void {
  const descriptor = fs.openSync(stage, FLAGS, fileMode === undefined ? 0o666 : 0o600);
  let open = true;
  try {
    writeAll(fs, descriptor, bytes);
    if (fileMode !== undefined) fs.fchmodSync(descriptor, fileMode);
    open = false;
    fs.closeSync(descriptor); // some file systems tell of a full disk only here
  } catch (error) {
    if (open) fs.closeSync(descriptor);
    unlinkQuietly(fs, stage);
    throw error;
  }
}
