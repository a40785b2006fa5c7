import { errnoOf } from '../../errno-of.js';
import type { FileSystem } from './file-system.js';
import type { Directory } from './open-directory.js';

/**
 * Removes `name` from `directory`: the link itself where it is a symbolic link. One that is gone already counts as removed.
 * Throws the errno of another failure; `EISDIR` when a directory has taken its place.
 */
export function removeFile(fs: FileSystem, directory: Directory, name: string): void {
  const target = directory.at(name);
  try {
    fs.unlinkSync(target);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') return;
    // macOS says EPERM of a directory, Linux EISDIR.
    const isDirectory = code === 'EPERM' && fs.lstatSync(target, { throwIfNoEntry: false })?.isDirectory() === true;
    throw isDirectory ? Object.assign(new Error(target, { cause: error }), { code: 'EISDIR' }) : error;
  }
}
