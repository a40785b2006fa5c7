import type { FileSystem } from './file-system.js';

/** Bytes from the descriptor's position on, until the end of the file or `maxBytes`. */
export function readUpTo(fs: FileSystem, descriptor: number, maxBytes: number): Buffer {
  const buffer = Buffer.allocUnsafe(maxBytes);
  let filled = 0;
  while (filled < maxBytes) {
    const count = fs.readSync(descriptor, buffer, filled, maxBytes - filled, null);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}
