import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import type { FileSystem } from './file-system.js';

/** Not blocking: opening a named pipe without a writer would hold the whole process. */
export const READ_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
const CHUNK_BYTES = 64 * 1024;

/**
 * The SHA-256 of the regular file at `access`, in hexadecimal digits, if it has exactly `size` bytes: others are not read
 * to their end. `undefined` for any other file, and for one that cannot be read.
 */
export function fileDigest(fs: FileSystem, access: string, size: number): string | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(access, READ_FLAGS);
    const stat = fs.fstatSync(descriptor);
    if (!stat.isFile() || stat.size !== size) return undefined;
    const digest = createHash('sha256');
    const read = readChunks(fs, descriptor, size, (chunk) => digest.update(chunk));
    return read === size ? digest.digest('hex') : undefined;
  } catch {
    return undefined;
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}

/** Gives what is left of the descriptor's file in slices, until its end or just after `maxBytes`. Returns how many bytes came. */
export function readChunks(
  fs: FileSystem,
  descriptor: number,
  maxBytes: number,
  take: (chunk: Uint8Array) => void,
): number {
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  let total = 0;
  while (total <= maxBytes) {
    const count = fs.readSync(descriptor, buffer, 0, buffer.length, null);
    if (count === 0) break;
    total += count;
    take(buffer.subarray(0, count));
  }
  return total;
}
