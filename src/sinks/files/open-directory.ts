import { constants } from 'node:fs';
import { join } from 'node:path/posix';
import { errnoOf } from '../../errno-of.js';
import { fileError } from './file-error.js';
import type { FileSystem } from './file-system.js';
import { rootError } from './root-error.js';

/** A directory that was walked to without following a symbolic link. */
export interface Directory {
  readonly path: string;
  /** A path to `name` in this very directory, whatever its own path leads to by now. */
  at(name: string): string;
}

export interface Directories {
  /** `root`, resolved already; made with its parents where `make` and missing. */
  root(root: string, make: boolean): Directory;
  /** `rest` below `root`, each component opened without following links; missing ones are made where `make`. */
  below(root: string, rest: string, make: boolean): Directory;
  /** The directory is gone, so it must not be served from the cache. */
  forget(path: string): void;
  /** Releases all descriptors. */
  close(): void;
}

export interface DirectoriesOptions {
  readonly fs: FileSystem;
  /** As of `os.platform()`. */
  readonly platform: string;
  /** Called before a directory below a root is made. */
  readonly beforeMake: (path: string) => void;
}

/** Open at most at one time. A plan touches one or two directories; 32 keep those of a slice of plans. */
const MAX_OPEN = 32;
/**
 * O_PATH, which Node does not name: asm-generic/fcntl.h, the same on every architecture that Node runs on. A directory
 * that we may pass and write to, but not list, can be walked.
 */
const O_PATH = 0o10000000;
const FLAGS = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

interface Opened extends Directory {
  readonly descriptor: number | undefined;
}

/**
 * Directories for one turn of the event loop. On Linux each is held by a descriptor and its files are reached through
 * `/proc/self/fd/<n>/<name>`, a substitute for openat(2): a component that is swapped for a symbolic link afterwards leads
 * nobody astray. Elsewhere (`plan` and `dev` on a developer's machine) each component is looked at with lstat.
 *
 * Throws the errno of a call that failed, or a {@link FileError} that names a component which is no directory.
 */
export function openDirectories({ fs, platform, beforeMake }: DirectoriesOptions): Directories {
  const byDescriptor = platform === 'linux';
  const opened = new Map<string, Opened>();

  const open = (path: string, access: string): Opened => {
    if (!byDescriptor) {
      if (!fs.lstatSync(access).isDirectory()) throw Object.assign(new Error(access), { code: 'ENOTDIR' });
      return { path, descriptor: undefined, at: (name) => join(path, name) };
    }
    const descriptor = fs.openSync(access, FLAGS);
    return { path, descriptor, at: (name) => `/proc/self/fd/${descriptor}/${name}` };
  };

  const release = (directory: Opened | undefined): void => {
    if (directory?.descriptor !== undefined) fs.closeSync(directory.descriptor);
  };

  const step = (parent: Directory, name: string, make: boolean): Opened => {
    const path = join(parent.path, name);
    const access = parent.at(name);
    try {
      return open(path, access);
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'ENOENT' && make) {
        beforeMake(path);
        makeDirectory(access, fs);
        return open(path, access);
      }
      // Linux says ENOTDIR of a link that was opened with both flags, macOS ELOOP.
      if (code !== 'ENOTDIR' && code !== 'ELOOP') throw error;
      const isLink = fs.lstatSync(access, { throwIfNoEntry: false })?.isSymbolicLink() === true;
      throw fileError(
        Object.assign(new Error(path, { cause: error }), { code: isLink ? 'ELOOP' : 'ENOTDIR' }),
        'open',
        path,
      );
    }
  };

  const keep = (path: string, directory: Opened): Directory => {
    opened.delete(path);
    opened.set(path, directory);
    for (const [oldest, evicted] of opened) {
      if (opened.size <= MAX_OPEN) break;
      opened.delete(oldest);
      release(evicted);
    }
    return directory;
  };

  const root = (path: string, make: boolean): Directory => {
    const known = opened.get(path);
    if (known !== undefined) return keep(path, known);
    try {
      if (make && fs.lstatSync(path, { throwIfNoEntry: false }) === undefined) fs.mkdirSync(path, { recursive: true });
      return keep(path, open(path, path));
    } catch (error) {
      throw rootError(error, path);
    }
  };

  return {
    root,
    below: (rootPath, rest, make) => {
      if (rest === '') return root(rootPath, make);
      const known = opened.get(join(rootPath, rest));
      if (known !== undefined) return keep(known.path, known);
      let directory: Opened | undefined;
      for (const name of rest.split('/')) {
        const parent = directory;
        try {
          directory = step(parent ?? root(rootPath, make), name, make);
        } finally {
          release(parent);
        }
      }
      return keep((directory as Opened).path, directory as Opened);
    },
    forget: (path) => {
      release(opened.get(path));
      opened.delete(path);
    },
    close: () => {
      for (const directory of opened.values()) release(directory);
      opened.clear();
    },
  };
}

/** Mode 0777 less the umask; somebody else may be quicker. */
function makeDirectory(access: string, fs: FileSystem): void {
  try {
    fs.mkdirSync(access);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}
