import { constants } from 'node:fs';
import { errnoOf } from '../../errno-of.js';
import type { FileSystem } from './file-system.js';
import type { Directory } from './open-directory.js';
import { unlinkQuietly } from './unlink-quietly.js';
import { writeAll } from './write-all.js';

export interface JournalFile {
  /** There is a file of ours to append to. */
  isOpen(): boolean;
  /** It has doubled since it was replaced. */
  isLong(): boolean;
  /** All or nothing. When it throws and what was written in part cannot be cut off again, it closes. */
  append(lines: string): void;
  /** A whole new file in the place of the old one; when it throws, the old one is as it was. */
  replace(place: Directory, text: string): void;
  /** There is no room to replace it now: it is not long until it has doubled again. */
  postpone(): void;
  /** Somebody removed it, most likely with the whole folder. */
  lost(): boolean;
  close(): void;
}

/** A shorter one is never long: it would be replaced all the time. 64 KiB are some 600 files. */
const MIN_LONG_BYTES = 64 * 1024;
const FLAGS = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/**
 * The journal on disk. It is only ever appended to in a file that we made in this run and renamed to its name, so nothing
 * that was planted there, a link or another's file, is written to.
 */
export function journalFile(fs: FileSystem, name: string, stageName: () => string): JournalFile {
  let descriptor: number | undefined;
  let bytes = 0;
  let longBytes = 0;
  /** Some network file systems say 0 links of every file. */
  let countsLinks = false;

  const close = (): void => {
    if (descriptor !== undefined) fs.closeSync(descriptor);
    descriptor = undefined;
  };

  /** Only a full disk leaves a descriptor that can be trusted. */
  const cutOff = (to: number, error: unknown): boolean => {
    const code = errnoOf(error);
    if (code !== 'ENOSPC' && code !== 'EDQUOT') return false;
    try {
      fs.ftruncateSync(to, bytes);
      return true;
    } catch {
      return false;
    }
  };

  return {
    isOpen: () => descriptor !== undefined,
    isLong: () => bytes >= longBytes,
    append: (lines) => {
      if (descriptor === undefined) throw new Error('The journal is not open.');
      const text = Buffer.from(lines);
      try {
        writeAll(fs, descriptor, text);
        bytes += text.length;
      } catch (error) {
        if (!cutOff(descriptor, error)) close();
        throw error;
      }
    },
    replace: (place, lines) => {
      const text = Buffer.from(lines);
      const fresh = openReplaced(fs, place, stageName(), name, text);
      close();
      descriptor = fresh;
      countsLinks = linkCount(fs, fresh) > 0;
      bytes = text.length;
      longBytes = Math.max(2 * bytes, MIN_LONG_BYTES);
    },
    postpone: () => {
      longBytes = 2 * bytes;
    },
    lost: () => descriptor !== undefined && countsLinks && linkCount(fs, descriptor) === 0,
    close,
  };
}

/** Staged and renamed like any file, but kept open. Mode 0600: names of Secrets are nobody else's business. */
function openReplaced(fs: FileSystem, place: Directory, stageName: string, name: string, text: Buffer): number {
  const stage = place.at(stageName);
  const descriptor = fs.openSync(stage, FLAGS, 0o600);
  try {
    writeAll(fs, descriptor, text);
    fs.renameSync(stage, place.at(name));
    return descriptor;
  } catch (error) {
    fs.closeSync(descriptor);
    unlinkQuietly(fs, stage);
    throw error;
  }
}

/** 1 where it cannot be told. */
function linkCount(fs: FileSystem, descriptor: number): number {
  try {
    return fs.fstatSync(descriptor).nlink;
  } catch {
    return 1;
  }
}
