import { closeSync, constants, fstatSync, openSync, type Stats, statSync, writeSync } from 'node:fs';
import { errnoOf } from '../../errno-of.js';
import type { LogFileOptions } from '../log-config/log-config.js';
import { rotateBySize } from './rotate-by-size.js';
import { rotateByTime } from './rotate-by-time.js';
import type { Rotation } from './rotation.js';

export interface OpenLogFileOptions {
  readonly file: LogFileOptions;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Gets one sentence when the file cannot be written, once until it can be again. */
  readonly onFault: (message: string) => void;
}

export interface LogFile {
  /** Appends a line that ends in a newline. Whether it is in the file. Never throws. */
  readonly write: (line: string) => boolean;
}

/** A file that cannot be written is tried again after this: each try costs time that the work needs. */
const RETRY_MS = 10_000;

interface OpenFile {
  readonly fd: number;
  readonly id: string;
  readonly isRegular: boolean;
  size: number;
}

/**
 * A log file: opened with the first line, appended to by one write a line, so that no line is lost with the process, and rotated
 * between lines. Only regular files are rotated, as in Python.
 */
export function openLogFile({ file, clock, onFault }: OpenLogFileOptions): LogFile {
  const { path, rotation } = file;
  let open: OpenFile | undefined;
  let rotate: Rotation | undefined;
  let truncate = file.truncate;
  let isTorn = false;
  let failedAtMs: number | undefined;
  let stuckAtMs: number | undefined;

  const openAgain = (): OpenFile => {
    open = openFile(path, truncate);
    truncate = false;
    return open;
  };

  const close = (): void => {
    const { fd } = open ?? {};
    open = undefined;
    if (fd !== undefined) closeSync(fd);
  };

  /** What is wrong with a file may be over with another descriptor. */
  const closeQuietly = (): void => {
    try {
      close();
    } catch {
      // It is about to be opened again.
    }
  };

  /** One that cannot be moved goes on growing: a record is worth more than the limit. */
  const moveAway = (rotation: Rotation): OpenFile => {
    close();
    try {
      rotation.rotate(clock());
      stuckAtMs = undefined;
    } catch (error) {
      if (stuckAtMs === undefined) onFault(`the log file ${path} cannot be rotated (${errnoOf(error) ?? 'unknown'})`);
      stuckAtMs = clock();
    }
    return openAgain();
  };

  /**
   * 1. Open the file that stands there, if it is another one than that we have.
   * 2. Move it away when it is due, and open a new one.
   * 3. Append the line, on a line of its own where a full disk took a part of the last one.
   */
  const append = (line: string): void => {
    const bytes = Buffer.from(isTorn ? `\n${line}` : line);
    if (open !== undefined && rotation.type === 'reopen' && idAt(path) !== open.id) close(); // 1
    let current = open ?? openAgain();
    rotate ??= rotationFor(file, fstatSync(current.fd), clock());
    if (!isRecent(stuckAtMs) && current.isRegular && rotate?.isDue(current.size, bytes.length, clock())) {
      current = moveAway(rotate); // 2
    }
    const written = writeSync(current.fd, bytes); // 3
    current.size += written;
    isTorn = written < bytes.length;
    if (isTorn) throw Object.assign(new Error('a part was written'), { code: 'ENOSPC' });
  };

  const isRecent = (atMs: number | undefined) => atMs !== undefined && clock() - atMs < RETRY_MS;

  return {
    write: (line) => {
      if (isRecent(failedAtMs)) return false;
      try {
        append(line);
        failedAtMs = undefined;
        return true;
      } catch (error) {
        const isFirst = failedAtMs === undefined;
        failedAtMs = clock();
        closeQuietly();
        if (isFirst) onFault(`the log file ${path} cannot be written (${errnoOf(error) ?? 'unknown'})`);
        return false;
      }
    },
  };
}

/** `O_NONBLOCK`: a pipe that nobody reads must not hold the process. */
function openFile(path: string, truncate: boolean): OpenFile {
  const { O_WRONLY, O_CREAT, O_APPEND, O_TRUNC, O_NONBLOCK } = constants;
  const fd = openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NONBLOCK | (truncate ? O_TRUNC : 0), 0o666);
  const stats = fstatSync(fd);
  return { fd, id: idOf(stats), isRegular: stats.isFile(), size: stats.size };
}

function rotationFor({ path, rotation }: LogFileOptions, stats: Stats, nowMs: number): Rotation | undefined {
  if (rotation.type === 'by-size') return rotateBySize(path, rotation.maxBytes, rotation.backups);
  if (rotation.type === 'by-time') return rotateByTime(path, rotation, stats.size > 0 ? stats.mtimeMs : nowMs);
  return undefined;
}

function idOf({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

function idAt(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats && idOf(stats);
}
