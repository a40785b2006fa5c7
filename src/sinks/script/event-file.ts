import { join } from 'node:path';
import type { FileSystem } from '../files/file-system.js';
import { stageFile } from '../files/stage-file.js';
import { stageFileName } from '../files/stage-file-name.js';
import { unlinkQuietly } from '../files/unlink-quietly.js';

/** The file by which a script is told more than fits into variables. */
export interface EventFile {
  /** Gives its absolute path. Throws an error with an errno where it cannot be written. */
  readonly put: (bytes: Uint8Array) => string;
  /** Never throws. */
  readonly remove: (path: string) => void;
}

export interface EventFileOptions {
  readonly fs: FileSystem;
  /** An absolute path that we may write to, looked up at each run: where stage files are. */
  readonly directory: () => string;
  /** As of our stage files: what is left of a run that was cut off goes with them at the next start. */
  readonly identity: string;
  /** 16 hex digits. */
  readonly random: () => string;
}

/** Event files that only we and our script can read, under names that no reader of the folder takes. */
export function eventFile({ fs, directory, identity, random }: EventFileOptions): EventFile {
  return {
    put(bytes) {
      const path = join(directory(), stageFileName(identity, random()));
      stageFile(fs, path, bytes, 0o600);
      return path;
    },
    remove: (path) => unlinkQuietly(fs, path),
  };
}
