import { realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path/posix';
import { restBelow } from '../files/rest-below.js';

export interface ValidateFolderOptions {
  /** `VALIDATE_FOLDER` */
  readonly validateFolder: string;
  /** `FOLDER` */
  readonly folder: string;
  /** `FOLDER_ALLOWED_ROOTS` */
  readonly allowedRoots: readonly string[];
}

/**
 * Why candidates cannot be put there, links resolved: the readers of a root would find them there, files that nobody has said
 * yes to. One sentence; `undefined` where nothing is wrong.
 */
export function validateFolderFault({
  validateFolder,
  folder,
  allowedRoots,
}: ValidateFolderOptions): string | undefined {
  const place = real(resolve(validateFolder));
  const roots: [string, string][] = [
    ['FOLDER', folder],
    ...allowedRoots.map((root): [string, string] => ['FOLDER_ALLOWED_ROOTS', root]),
  ];
  for (const [variable, configured] of roots) {
    const root = real(resolve(configured));
    if (restBelow(root, place) === undefined && restBelow(place, root) === undefined) continue;
    return (
      `Expected \`VALIDATE_FOLDER\` to be outside the folders that files are published to, got ${JSON.stringify(validateFolder)}, ` +
      `which ${restBelow(root, place) === undefined ? 'contains' : 'is inside'} ${JSON.stringify(configured)} of \`${variable}\`.`
    );
  }
  return undefined;
}

/** Of what does not exist yet: the part that exists, resolved, and the rest as it is. */
function real(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path === '/' ? path : join(real(dirname(path)), basename(path));
  }
}
