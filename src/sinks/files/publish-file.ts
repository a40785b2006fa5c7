import { hash } from 'node:crypto';
import { constants } from 'node:fs';
import { errnoOf } from '../../errno-of.js';
import type { FileSystem } from './file-system.js';
import type { Directory } from './open-directory.js';
import { readUpTo } from './read-up-to.js';
import { stageFile } from './stage-file.js';
import { unlinkQuietly } from './unlink-quietly.js';
import { writeInPlace } from './write-in-place.js';

export interface PublishFileOptions {
  readonly fs: FileSystem;
  /** The target: `name` in `directory`. */
  readonly directory: Directory;
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Where files are staged, unless it is on another file system than the target. */
  readonly stageDirectory: Directory;
  /** Paths of directories found to be on another file system: kept between calls, so that each is found once. */
  readonly otherFileSystem: Set<string>;
  readonly stageName: () => string;
  readonly fileMode: number | undefined;
  readonly fileWrite: 'atomic' | 'in-place';
  /** Called before the first change on disk, and not at all when nothing changes. */
  readonly beforeChange: () => void;
}

export interface PublishedFile {
  readonly op: 'created' | 'updated' | 'unchanged';
  readonly sha256: string;
  readonly size: number;
}

/** A stage file vanishes when a sibling with the same identity starts; a third time is no accident. */
const MAX_TRIES = 3;
const COMPARE_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Makes the file at the target equal to `bytes`. A reader sees the old file or the new one, whole; when it throws (the
 * errno of the call that failed), the old one is still there and no stage file is left.
 *
 * 1. Compare: a regular file of the same size, mode (if one is wanted) and content stays as it is.
 * 2. Announce the change, so that the debt to those who must hear of it is on disk first.
 * 3. Stage: a new file under a name of ours, with its final mode.
 * 4. Rename it over the target, which replaces a symbolic link there and leaves the link's target alone.
 * 5. If the target is on another file system, stage in its own directory from now on.
 * 6. If the stage file has vanished, or its name was taken, stage again.
 * 7. If the target is a mount point, it cannot be renamed over: write in place.
 */
export function publishFile(options: PublishFileOptions): PublishedFile {
  const { bytes, fs, fileMode } = options;
  const target = options.directory.at(options.name);
  const found = compare(options, target); // 1
  const published = { sha256: hash('sha256', bytes, 'hex'), size: bytes.length };
  if (found === 'same') return { op: 'unchanged', ...published };
  options.beforeChange(); // 2
  const inPlace = { fs, target, bytes, fileMode, isNew: found === 'absent' };
  if (options.fileWrite === 'in-place') writeInPlace(inPlace);
  else if (!replace(options, target)) writeInPlace(inPlace); // 7
  return { op: found === 'absent' ? 'created' : 'updated', ...published };
}

/** `false`: the target is a mount point. */
function replace(options: PublishFileOptions, target: string): boolean {
  const { fs, directory, otherFileSystem } = options;
  for (let tries = 1; ; tries++) {
    const stagedIn = otherFileSystem.has(directory.path) ? directory : options.stageDirectory;
    const stage = stagedIn.at(options.stageName());
    let staged = false;
    try {
      stageFile(fs, stage, options.bytes, options.fileMode); // 3
      staged = true;
      fs.renameSync(stage, target); // 4
      return true;
    } catch (error) {
      if (staged) unlinkQuietly(fs, stage);
      const code = errnoOf(error);
      if (staged && code === 'EBUSY') return false; // 7
      if (code === 'EXDEV' && stagedIn.path !== directory.path)
        otherFileSystem.add(directory.path); // 5
      else if ((code !== 'ENOENT' && code !== 'EEXIST') || tries >= MAX_TRIES) throw error; // 6
    }
  }
}

/** lstat first: it tells most cases apart in one call that does not throw, and a new file has nothing to read. */
function compare({ fs, bytes, fileMode }: PublishFileOptions, target: string): 'absent' | 'same' | 'other' {
  const stat = fs.lstatSync(target, { throwIfNoEntry: false });
  if (stat === undefined) return 'absent';
  if (stat.isDirectory()) throw Object.assign(new Error(target), { code: 'EISDIR' });
  if (!stat.isFile() || stat.size !== bytes.length) return 'other';
  if (fileMode !== undefined && (stat.mode & 0o7777) !== fileMode) return 'other';
  let descriptor: number | undefined;
  try {
    descriptor = fs.openSync(target, COMPARE_FLAGS);
    // One byte more, to see that it has not grown since.
    return readUpTo(fs, descriptor, bytes.length + 1).equals(bytes) ? 'same' : 'other';
  } catch {
    return 'other'; // not readable for us, or no regular file any more: replaced
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor);
  }
}
