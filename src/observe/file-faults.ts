import { dirname } from 'node:path';
import type { FileOutcome } from '../model.js';

export type FailedOutcome = Extract<FileOutcome, { op: 'failed' }>;

/**
 * Which paths could not be written and still cannot: until a later outcome of the path is another one.
 *
 * `group` puts faults with one cause together (a full disk fails thousands of files at once).
 */
export class FileFaults {
  readonly #groupOf = new Map<string, string>();
  readonly #paths = new Map<string, Set<string>>();

  /** The group that ended with this outcome, if it was the last of it. */
  take(outcome: FileOutcome): string | undefined {
    const group = outcome.op === 'failed' ? faultGroup(outcome) : undefined;
    const before = this.#groupOf.get(outcome.path);
    if (before === group) return undefined;
    if (group === undefined) this.#groupOf.delete(outcome.path);
    else this.#add(outcome.path, group);
    return before === undefined ? undefined : this.#leave(outcome.path, before);
  }

  #add(path: string, group: string): void {
    this.#groupOf.set(path, group);
    const paths = this.#paths.get(group) ?? new Set();
    this.#paths.set(group, paths.add(path));
  }

  #leave(path: string, group: string): string | undefined {
    const paths = this.#paths.get(group);
    paths?.delete(path);
    if (paths?.size !== 0) return undefined;
    this.#paths.delete(group);
    return group;
  }
}

/** A fault of the whole disk is one group, one of a folder's another; a fault of the object stands for itself. */
export function faultGroup({ path, error }: FailedOutcome): string {
  if (error.fault === 'object') return `${error.code} ${path}`;
  return error.diskWide ? error.code : `${error.code} ${dirname(path)}`;
}
