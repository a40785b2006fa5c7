import { hash } from 'node:crypto';
import * as nodeFs from 'node:fs';
import { closeSync, constants, fstatSync, lstatSync, openSync } from 'node:fs';
import type { ReadyFile, WritePlan } from '../../model.js';
import { readUpTo } from '../files/read-up-to.js';

const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Whether a plan would change content on disk. A relist brings every object again, and a change of an annotation its files: the
 * validator would be asked about what stands. `published`: a remove of a path that is nobody's changes nothing.
 */
export function planChanges(
  { writes, removes }: Pick<WritePlan, 'writes' | 'removes'>,
  published: ReadonlyMap<string, unknown>,
): boolean {
  return (
    writes.some(({ file }) => !stands(file)) ||
    removes.some(({ path }) => published.has(path) && lstatSync(path, { throwIfNoEntry: false }) !== undefined)
  );
}

function stands(file: ReadyFile): boolean {
  const { size, sha256 } = 'staged' in file ? file.staged : { size: file.bytes.length, sha256: undefined };
  let descriptor: number | undefined;
  try {
    descriptor = openSync(file.path, FLAGS);
    const stat = fstatSync(descriptor);
    if (!stat.isFile() || stat.size !== size) return false;
    const content = readUpTo(nodeFs, descriptor, size + 1);
    return 'bytes' in file ? content.equals(file.bytes) : hash('sha256', content, 'hex') === sha256;
  } catch {
    return false; // is not there, or not readable: the store will say
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}
