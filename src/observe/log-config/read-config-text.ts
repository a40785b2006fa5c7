import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { errnoOf } from '../../errno-of.js';

/** Real ones have some hundred bytes. */
const MAX_BYTES = 256 * 1024;

/** A file's text, or why there is none, as the end of a sentence that begins with its path. */
export function readConfigText(path: string): { readonly text: string } | { readonly problem: string } {
  let fd: number;
  try {
    // Nothing that stands there may hold the start: a pipe would, until somebody writes into it.
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return { problem: `cannot be read (${errnoOf(error) ?? 'unknown'})` };
  }
  try {
    if (!fstatSync(fd).isFile()) return { problem: 'is not a file' };
    const bytes = Buffer.alloc(MAX_BYTES + 1);
    let size = 0;
    for (let read = -1; read !== 0 && size < bytes.length; size += read)
      read = readSync(fd, bytes, size, bytes.length - size, null);
    if (size > MAX_BYTES) return { problem: `is longer than ${MAX_BYTES} bytes` };
    return { text: bytes.toString('utf8', 0, size) };
  } catch (error) {
    return { problem: `cannot be read (${errnoOf(error) ?? 'unknown'})` };
  } finally {
    closeSync(fd);
  }
}
