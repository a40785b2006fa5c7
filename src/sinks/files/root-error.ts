import { errnoOf } from '../../errno-of.js';
import { FileError } from '../../model.js';

/** A target folder that is no directory is nobody's object's fault. */
export function rootError(error: unknown, path: string): unknown {
  const code = errnoOf(error);
  if (code !== 'ENOTDIR' && code !== 'EEXIST' && code !== 'ELOOP') return error;
  const message = `Cannot open the folder ${JSON.stringify(path)} (${code}): it, or a part of its path, is no directory; remove what stands there.`;
  return new FileError('disk', code, message, { diskWide: true, cause: error });
}
