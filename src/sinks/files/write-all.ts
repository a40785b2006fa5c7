import type { FileSystem } from './file-system.js';

/** Writes all of `bytes` at the descriptor's position: one write(2) may take less than it was given, above all on a nearly full disk. */
export function writeAll(fs: FileSystem, descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) {
    const count = fs.writeSync(descriptor, bytes, written, bytes.length - written);
    if (count === 0) throw Object.assign(new Error('write(2) took no byte'), { code: 'EIO' });
    written += count;
  }
}
