import { accessSync, closeSync, constants, openSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { errnoOf } from '../../errno-of.js';

/** What execvp(3) takes where the environment has none. */
const DEFAULT_SEARCH_PATH = '/bin:/usr/bin';

/** The kernel reads 256 bytes of a script for its first line. */
const FIRST_LINE_BYTES = 256;

/**
 * What keeps `script` from being run, in a sentence; `undefined` where nothing is known to. The file may come, go and
 * change, so it is looked at when it is asked for, and running it decides.
 */
export function scriptFault(script: string, env: Readonly<Record<string, string>>): string | undefined {
  const searchPath = env['PATH'] ?? DEFAULT_SEARCH_PATH;
  try {
    const stats = statSync(script);
    if (!stats.isFile()) return `The script ${script} is ${stats.isDirectory() ? 'a directory' : 'no file'}.`;
    if (isExecutable(script)) return interpreterFault(script, searchPath);
    accessSync(script, constants.R_OK);
  } catch (error) {
    const errno = errnoOf(error) ?? 'unknown';
    if (errno === 'ENOENT') return `The script ${script} does not exist: mount it, or unset SCRIPT.`;
    return `The script ${script} cannot be read (${errno}).`;
  }
  if (isFound('sh', searchPath)) return undefined;
  return `The script ${script} is not executable, and there is no sh to run it: use the image with a shell.`;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Where the first line names a program that is not there, the kernel says only that "it" does not exist. */
function interpreterFault(script: string, searchPath: string): string | undefined {
  const line = firstLine(script);
  const [, interpreter, argument] = /^#![ \t]*([^ \t\n\r]+)(?:[ \t]+([^ \t\n\r]+))?/.exec(line) ?? [];
  if (interpreter === undefined) return undefined;
  if (/^[^\n]*\r(\n|$)/.test(line)) {
    return `The first line of the script ${script} ends in CR LF, and no program is called so: end its lines in LF.`;
  }
  if (!isExecutable(interpreter)) return missing(script, interpreter);
  const named = basename(interpreter) === 'env' && argument !== undefined && !/^-|=|\//.test(argument);
  return named && !isFound(argument, searchPath) ? missing(script, argument) : undefined;
}

function missing(script: string, program: string): string {
  return `The script ${script} needs ${program}, which is not there: use an image that has it, or write the script for sh.`;
}

function isFound(program: string, searchPath: string): boolean {
  return searchPath.split(':').some((directory) => isExecutable(join(directory || '.', program)));
}

/** Empty for a program that may be executed and not read. */
function firstLine(path: string): string {
  const bytes = Buffer.alloc(FIRST_LINE_BYTES);
  try {
    const descriptor = openSync(path, constants.O_RDONLY);
    try {
      return bytes.toString('latin1', 0, readSync(descriptor, bytes));
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return '';
  }
}
