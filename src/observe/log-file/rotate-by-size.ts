import { renameSync } from 'node:fs';
import { errnoOf } from '../../errno-of.js';
import type { Rotation } from './rotation.js';

/**
 * As Python's RotatingFileHandler: a file that would reach `maxBytes` becomes `path.1`, that `path.2`, and so on; what was
 * `path.<backups>` is gone. A single record that is longer gets a file of its own: one that is empty is not moved.
 */
export function rotateBySize(path: string, maxBytes: number, backups: number): Rotation {
  return {
    isDue: (size, addedBytes) => size > 0 && size + addedBytes >= maxBytes,
    rotate: () => {
      for (let number = backups - 1; number >= 1; number--) renameIfThere(`${path}.${number}`, `${path}.${number + 1}`);
      renameIfThere(path, `${path}.1`);
    },
  };
}

/** Replaces what stands at `to`. */
export function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
}
