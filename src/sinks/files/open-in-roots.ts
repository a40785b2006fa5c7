import type { Directories, Directory } from './open-directory.js';
import { restBelow } from './rest-below.js';
import type { Roots } from './roots.js';

/**
 * The directory at `path`, walked from the innermost root that holds it: what is above that root is not our business.
 * Throws `ESTALE` for a path in no root: it was one before `FOLDER` was replaced.
 */
export function openInRoots(roots: Roots, directories: Directories, path: string, make: boolean): Directory {
  const holders = roots.all.filter(({ real }) => restBelow(real, path) !== undefined);
  const innermost = holders.sort((a, b) => b.real.length - a.real.length)[0];
  if (innermost === undefined) throw Object.assign(new Error(path), { code: 'ESTALE' });
  return directories.below(innermost.real, restBelow(innermost.real, path) ?? '', make);
}
