import { dirname } from 'node:path/posix';
import { errnoOf } from '../../errno-of.js';
import { FileError } from '../../model.js';
import type { FileSystem } from './file-system.js';

export interface RemoveEmptyDirectoriesOptions {
  readonly fs: FileSystem;
  /** Directories that we made: no other is ever removed. */
  readonly made: ReadonlySet<string>;
  /** How to reach a path; throws where it is outside the roots or leads over a link. */
  readonly reach: (path: string) => string;
}

/**
 * Removes those of `paths`, and of the directories above them, that we made and that are empty, since Loki takes each
 * directory for a tenant. rmdir(2) decides what is empty, so nothing is lost to a race. Never throws.
 *
 * Returns the paths that are gone, children before parents. What is settled leaves `paths`; what the disk refused stays.
 */
export function removeEmptyDirectories(paths: Set<string>, options: RemoveEmptyDirectoriesOptions): string[] {
  const gone = new Set<string>();
  for (const start of [...paths]) {
    paths.delete(start);
    for (let path = start; options.made.has(path) && !gone.has(path); path = dirname(path)) {
      const outcome = remove(path, options);
      if (outcome === 'refused') paths.add(path);
      if (outcome !== 'gone') break;
      gone.add(path);
    }
  }
  return [...gone];
}

function remove(path: string, { fs, reach }: RemoveEmptyDirectoriesOptions): 'gone' | 'stays' | 'refused' {
  try {
    fs.rmdirSync(reach(path));
    return 'gone';
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') return 'gone';
    return error instanceof FileError || code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'ENOTDIR'
      ? 'stays'
      : 'refused';
  }
}
