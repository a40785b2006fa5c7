import { errnoOf } from '../../errno-of.js';
import { FileError } from '../../model.js';

interface Fault {
  readonly fault: 'object' | 'disk';
  readonly diskWide?: boolean;
  /** What is wrong, then what to do. */
  readonly text: string;
}

const FULL = "the disk is full; free space or raise the volume's size limit";
const DENIED = "permission denied; let this user write there (fsGroup, runAsUser, or the folder's mode)";
const DESCRIPTORS = 'too many files are open; raise the limit of open files';

const FAULTS: Readonly<Record<string, Fault>> = {
  ENOSPC: { fault: 'disk', diskWide: true, text: FULL },
  EDQUOT: { fault: 'disk', diskWide: true, text: FULL },
  EROFS: { fault: 'disk', diskWide: true, text: 'the file system is read-only; mount the volume writable' },
  EACCES: { fault: 'disk', diskWide: true, text: DENIED },
  EPERM: { fault: 'disk', diskWide: true, text: DENIED },
  EIO: { fault: 'disk', diskWide: true, text: 'the disk fails; check the volume' },
  EMFILE: { fault: 'disk', diskWide: true, text: DESCRIPTORS },
  ENFILE: { fault: 'disk', diskWide: true, text: DESCRIPTORS },
  ENOENT: { fault: 'disk', text: 'it, or its folder, is missing; it is tried again' },
  ESTALE: {
    fault: 'disk',
    text: 'it is outside the target folders as they are now; it is written again where they are',
  },
  EISDIR: { fault: 'object', text: 'a directory stands in its place; remove the directory or rename the key' },
  ENOTDIR: { fault: 'object', text: 'a part of the path is no directory; remove that file or change the annotation' },
  ELOOP: { fault: 'object', text: 'a symbolic link stands in the path and is not followed; remove the link' },
  ENAMETOOLONG: { fault: 'object', text: 'the name is too long for the file system; shorten the key' },
  EXDEV: { fault: 'object', text: 'the folder is on another file system and cannot be staged to; check the mounts' },
  EBUSY: { fault: 'object', text: 'it is a mount point; mount its directory instead of the file' },
  ENOTEMPTY: {
    fault: 'object',
    text: 'a directory that is not empty stands in its place; remove it or rename the key',
  },
  EINVAL: { fault: 'object', text: 'it is no regular file; remove it or rename the key' },
};

/**
 * What a failed file operation means for whoever reads the log: path, reason, what to do, in one sentence without content.
 * An errno that is not in the table is taken for the disk's fault: better not ready than silent.
 */
export function fileError(error: unknown, act: 'write' | 'remove' | 'open', path: string): FileError {
  if (error instanceof FileError) return error;
  const code = errnoOf(error) ?? 'UNKNOWN';
  const { fault, diskWide, text } = FAULTS[code] ?? { fault: 'disk', text: 'the system refuses; it is tried again' };
  return new FileError(fault, code, `Cannot ${act} ${JSON.stringify(path)} (${code}): ${text}.`, {
    diskWide: diskWide ?? false,
    cause: error,
  });
}
