import { constants } from 'node:fs';
import type { FileSystem } from './file-system.js';
import { unlinkQuietly } from './unlink-quietly.js';
import { writeAll } from './write-all.js';

export interface WriteInPlaceOptions {
  readonly fs: FileSystem;
  readonly target: string;
  readonly bytes: Uint8Array;
  readonly fileMode: number | undefined;
  /** There is no such file yet, so half of one is removed when writing fails. */
  readonly isNew: boolean;
}

/** Not blocking: opening a named pipe without a reader would hold the whole process. */
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Writes into the file that is there, for targets that a rename would not reach: a file mounted alone keeps its inode.
 * A reader may see a part; the order keeps that short and the file never empty.
 *
 * 1. Open without following a link; refuse what is no regular file.
 * 2. Set the mode, before content that it may have to hide.
 * 3. Write over the old content.
 * 4. Cut off what the old content had more.
 * 5. Close; some file systems tell of a full disk only here.
 */
export function writeInPlace({ fs, target, bytes, fileMode, isNew }: WriteInPlaceOptions): void {
  const descriptor = fs.openSync(target, FLAGS, fileMode === undefined ? 0o666 : 0o600); // 1
  let open = true;
  try {
    if (!fs.fstatSync(descriptor).isFile()) throw Object.assign(new Error(target), { code: 'EINVAL' });
    if (fileMode !== undefined) fs.fchmodSync(descriptor, fileMode); // 2
    writeAll(fs, descriptor, bytes); // 3
    fs.ftruncateSync(descriptor, bytes.length); // 4
    open = false;
    fs.closeSync(descriptor); // 5
  } catch (error) {
    if (open) fs.closeSync(descriptor);
    if (isNew) unlinkQuietly(fs, target);
    throw error;
  }
}
