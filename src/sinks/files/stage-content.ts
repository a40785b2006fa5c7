import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import type { StagedContent } from '../../model.js';
import { fileError } from './file-error.js';
import type { FileSystem } from './file-system.js';
import { writeAll } from './write-all.js';

/** Content that comes in pieces, over many turns of the event loop. Each call throws a `FileError` about the file that it is for. */
export interface Stage {
  write(chunk: Uint8Array): void;
  /** The file is whole and waits for its name. */
  finish(): StagedContent;
  /** Nothing of it stays, unless it was published. Never throws; also after `finish`, and more than once. */
  discard(): void;
}

export interface StageContentOptions {
  readonly fs: FileSystem;
  /** The stage file: how it is reached in this turn, and where it is. */
  readonly access: string;
  readonly stagedAt: string;
  /** The file that the content is for: it stands in messages. */
  readonly path: string;
  readonly fileMode: number | undefined;
  readonly discard: (stagedAt: string) => void;
}

const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * A new stage file that nobody had before, held by its descriptor until it is whole. As in {@link stageFile}: its readers'
 * mode comes last.
 */
export function stageContent(options: StageContentOptions): Stage {
  const { fs, path, stagedAt, fileMode } = options;
  const told = <T>(act: () => T): T => {
    try {
      return act();
    } catch (error) {
      throw fileError(error, 'write', path);
    }
  };
  const digest = createHash('sha256');
  let size = 0;
  let descriptor: number | undefined = told(() =>
    fs.openSync(options.access, FLAGS, fileMode === undefined ? 0o666 : 0o600),
  );
  let state: 'open' | 'whole' | 'gone' = 'open';

  const close = (): void => {
    const closing = descriptor;
    descriptor = undefined;
    if (closing !== undefined) fs.closeSync(closing);
  };

  const usable = (): number => {
    if (state === 'open' && descriptor !== undefined) return descriptor;
    throw Object.assign(new Error(path), { code: 'EBADF' });
  };

  return {
    write: (chunk) =>
      told(() => {
        writeAll(fs, usable(), chunk);
        digest.update(chunk);
        size += chunk.length;
      }),
    finish: () =>
      told(() => {
        if (fileMode === undefined) usable();
        else fs.fchmodSync(usable(), fileMode);
        close(); // some file systems tell of a full disk only here
        state = 'whole';
        return { stagedAt, sha256: digest.digest('hex'), size };
      }),
    discard: () => {
      if (state === 'gone') return;
      state = 'gone';
      try {
        close();
      } catch {
        // the disk is gone, or was full: the file goes anyway
      }
      options.discard(stagedAt);
    },
  };
}
