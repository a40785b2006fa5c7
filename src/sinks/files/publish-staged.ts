import { constants } from 'node:fs';
import { errnoOf } from '../../errno-of.js';
import type { StagedContent } from '../../model.js';
import { fileDigest, READ_FLAGS, readChunks } from './file-digest.js';
import type { PublishedFile, PublishFileOptions } from './publish-file.js';
import { unlinkQuietly } from './unlink-quietly.js';
import { writeAll } from './write-all.js';
import { writeInPlace } from './write-in-place.js';

export interface PublishStagedOptions extends Omit<PublishFileOptions, 'bytes'> {
  readonly staged: StagedContent;
  /** The stage file, as it is reached in this turn. */
  readonly stagedAccess: string;
}

const NEW_FILE = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * Makes the file at the target equal to content that was staged over many turns; as {@link publishFile} otherwise. Whether it
 * returns or throws, the stage file is gone.
 *
 * 1. Look at the stage file: it must be the one that was finished. One that has vanished throws `ENOENT`: fetch it again.
 * 2. Compare: a regular file of the same size, mode (if one is wanted) and hash stays as it is.
 * 3. Announce the change.
 * 4. Rename the stage file over the target.
 * 5. If the target is on another file system, copy the stage file to the target's directory, and rename the copy.
 * 6. If the target is a mount point, or is written in place, copy the stage file into it.
 */
export function publishStaged(options: PublishStagedOptions): PublishedFile {
  const { fs, staged, stagedAccess, fileMode } = options;
  const target = options.directory.at(options.name);
  try {
    const stat = fs.lstatSync(stagedAccess, { throwIfNoEntry: false }); // 1
    if (stat === undefined || !stat.isFile() || stat.size !== staged.size) {
      throw Object.assign(new Error(stagedAccess), { code: 'ENOENT' });
    }
    const found = compare(options, target); // 2
    const published = { sha256: staged.sha256, size: staged.size };
    if (found === 'same') return { op: 'unchanged', ...published };
    options.beforeChange(); // 3
    if (options.fileWrite === 'in-place' || !replace(options, target)) {
      const bytes = readStaged(options); // 6
      writeInPlace({ fs, target, bytes, fileMode, isNew: found === 'absent' });
    }
    return { op: found === 'absent' ? 'created' : 'updated', ...published };
  } finally {
    unlinkQuietly(fs, stagedAccess);
  }
}

/** `false`: the target is a mount point. */
function replace(options: PublishStagedOptions, target: string): boolean {
  const { fs, directory, otherFileSystem, stagedAccess } = options;
  try {
    if (!otherFileSystem.has(directory.path)) {
      try {
        fs.renameSync(stagedAccess, target); // 4
        return true;
      } catch (error) {
        if (errnoOf(error) !== 'EXDEV') throw error;
        otherFileSystem.add(directory.path);
      }
    }
    renameCopy(options, target); // 5
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EBUSY') return false; // 6
    throw error;
  }
}

function renameCopy(options: PublishStagedOptions, target: string): void {
  const { fs, directory, stagedAccess, staged, fileMode } = options;
  const copy = directory.at(options.stageName());
  const source = fs.openSync(stagedAccess, READ_FLAGS);
  try {
    const descriptor = fs.openSync(copy, NEW_FILE, fileMode === undefined ? 0o666 : 0o600);
    try {
      try {
        readChunks(fs, source, staged.size, (chunk) => writeAll(fs, descriptor, chunk));
        if (fileMode !== undefined) fs.fchmodSync(descriptor, fileMode);
      } finally {
        fs.closeSync(descriptor);
      }
      fs.renameSync(copy, target);
    } catch (error) {
      unlinkQuietly(fs, copy);
      throw error;
    }
  } finally {
    fs.closeSync(source);
  }
}

function readStaged({ fs, stagedAccess, staged }: PublishStagedOptions): Buffer {
  const source = fs.openSync(stagedAccess, READ_FLAGS);
  const chunks: Buffer[] = [];
  try {
    readChunks(fs, source, staged.size, (chunk) => chunks.push(Buffer.from(chunk)));
  } finally {
    fs.closeSync(source);
  }
  return Buffer.concat(chunks);
}

function compare({ fs, fileMode, staged }: PublishStagedOptions, target: string): 'absent' | 'same' | 'other' {
  const stat = fs.lstatSync(target, { throwIfNoEntry: false });
  if (stat === undefined) return 'absent';
  if (stat.isDirectory()) throw Object.assign(new Error(target), { code: 'EISDIR' });
  if (fileMode !== undefined && (stat.mode & 0o7777) !== fileMode) return 'other';
  return fileDigest(fs, target, staged.size) === staged.sha256 ? 'same' : 'other';
}
