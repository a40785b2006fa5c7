import { basename, dirname, join, resolve } from 'node:path/posix';
import { emptyDirRoot } from './empty-dir-root.js';
import type { FileSystem } from './file-system.js';

/** A directory below which files may be published, in both spellings that count in annotations. */
export interface Root {
  readonly configured: string;
  /** By realpath; of a root that does not exist yet: the part that exists, and the rest as it is. */
  readonly real: string;
}

export interface Roots {
  readonly folder: Root;
  /** `FOLDER` first, then the emptyDir that holds it, then `FOLDER_ALLOWED_ROOTS`. */
  readonly all: readonly Root[];
  /** Where state and stage files go: `FOLDER`, or the directory that `STATE` names. Resolved. */
  readonly stageFolder: string;
  /** The emptyDir that holds `FOLDER`, if one does. */
  readonly emptyDir: string | undefined;
  /** Differs when another directory stands at `FOLDER`; `undefined` while there is none that can be reached. */
  readonly folderId: string | undefined;
  /** `FOLDER` was missing and has just been made. */
  readonly made: boolean;
}

export interface RootsOptions {
  readonly folder: string;
  readonly allowedRoots: readonly string[];
  /** The directory that `STATE` names, if it names one. */
  readonly stateFolder?: string | undefined;
  /** `undefined` where there is none. */
  readonly readMountInfo: () => string | undefined;
  readonly inKubernetes: boolean;
  /** Make `FOLDER` where it is missing. @default true */
  readonly create?: boolean | undefined;
}

/**
 * Resolves `FOLDER` and the allowed roots as they are now. Never throws: a folder that cannot be made or reached is seen
 * by `folderId`, and by the outcome of each write. The mount table, which costs more than all the rest, is read again
 * only when another directory than in `before` stands at `FOLDER`.
 */
export function resolveRoots(options: RootsOptions, fs: FileSystem, before?: Roots): Roots {
  const configured = resolve(options.folder);
  const made = options.create !== false && makeFolder(configured, fs);
  const folder: Root = { configured, real: realpath(configured, fs) };
  const folderId = identify(folder.real, fs);
  const isSame = before !== undefined && before.folderId === folderId && before.folder.real === folder.real;
  const emptyDir = isSame
    ? before.emptyDir
    : emptyDirRoot(folder.real, options.readMountInfo() ?? '', options.inKubernetes);
  const all = [folder];
  if (emptyDir !== undefined) all.push({ configured: emptyDir, real: emptyDir });
  for (const root of options.allowedRoots.map((path) => resolve(path))) {
    all.push({ configured: root, real: realpath(root, fs) });
  }
  const stageFolder = options.stateFolder === undefined ? folder.real : realpath(resolve(options.stateFolder), fs);
  return { folder, all, stageFolder, emptyDir, folderId, made };
}

function makeFolder(folder: string, fs: FileSystem): boolean {
  try {
    if (fs.statSync(folder, { throwIfNoEntry: false }) !== undefined) return false;
    return fs.mkdirSync(folder, { recursive: true }) !== undefined;
  } catch {
    return false; // read-only, or a file is in the way: each write says so
  }
}

function realpath(path: string, fs: FileSystem): string {
  try {
    return fs.realpathSync.native(path);
  } catch {
    return path === '/' ? path : join(realpath(dirname(path), fs), basename(path));
  }
}

/** Device and inode as bigints: 64-bit inodes of overlay and network file systems do not fit a number. */
function identify(path: string, fs: FileSystem): string | undefined {
  try {
    const stat = fs.statSync(path, { bigint: true });
    return stat.isDirectory() ? `${stat.dev}:${stat.ino}` : undefined;
  } catch {
    return undefined;
  }
}
