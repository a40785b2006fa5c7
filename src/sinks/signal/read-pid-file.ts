import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { errnoOf } from '../../errno-of.js';

/** Linux gives out no greater one (PID_MAX_LIMIT, 2^22). */
const MAX_PID = 4_194_304;
/** A pid, and what some write behind it; only the first line counts (PostgreSQL's has eight). */
const MAX_BYTES = 64;
/** Of a fifo nobody writes to, opening would not return. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** The pid in the file, which is another container's: its content is neither trusted nor shown. */
export function readPidFile(path: string): { readonly pid: number } | { readonly fault: string } {
  const fault = (what: string) => ({ fault: `SIGNAL_PROCESS=pidfile:${path} ${what}.` });
  let descriptor: number | undefined;
  try {
    descriptor = openSync(path, FLAGS);
    if (!fstatSync(descriptor).isFile()) return fault('is no regular file');
    const buffer = Buffer.alloc(MAX_BYTES);
    const line = buffer.toString('latin1', 0, readSync(descriptor, buffer)).split('\n', 1)[0] as string;
    const pid = /^\s*\d{1,7}\s*$/.test(line) ? Number(line) : 0;
    return pid >= 1 && pid <= MAX_PID ? { pid } : fault('does not begin with a line that is a process id');
  } catch (error) {
    const code = errnoOf(error) ?? 'unknown';
    return fault(code === 'ENOENT' ? 'does not exist: the application may not be up yet' : `cannot be read (${code})`);
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
