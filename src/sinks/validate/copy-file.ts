import * as nodeFs from 'node:fs';
import { closeSync, constants, fchmodSync, fstatSync, openSync, readSync } from 'node:fs';
import { writeAll } from '../files/write-all.js';

/** Neither follows a link nor waits for the other end of a fifo. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const WRITE_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
const CHUNK_BYTES = 64 * 1024;

/**
 * Copies a regular file to a new one, without ever holding more than a chunk of it; what is none is not copied. `mode`: `same` as
 * the file has, `umask` as a new file gets, or a mode. Throws the errno of a call that failed.
 */
export function copyFile(from: string, to: string, mode: number | 'same' | 'umask'): void {
  const source = openSync(from, READ_FLAGS);
  try {
    const stat = fstatSync(source);
    if (!stat.isFile()) return;
    const target = openSync(to, WRITE_FLAGS, mode === 'umask' ? 0o666 : 0o600);
    try {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      for (let count = readSync(source, chunk); count > 0; count = readSync(source, chunk)) {
        writeAll(nodeFs, target, chunk.subarray(0, count));
      }
      if (mode !== 'umask') fchmodSync(target, mode === 'same' ? stat.mode & 0o777 : mode);
    } finally {
      closeSync(target);
    }
  } finally {
    closeSync(source);
  }
}
