import type { FileOutcome } from './model.js';

/**
 * The paths that the disk refused and that nothing was said of since. Only they keep us from being ready: a file that its
 * object is to blame for is not waited for (FileError).
 */
export class UnwrittenPaths {
  readonly #paths = new Set<string>();

  get size(): number {
    return this.#paths.size;
  }

  note(outcome: FileOutcome): void {
    if (outcome.op === 'failed' && outcome.error.fault === 'disk') {
      this.#paths.add(outcome.path);
    } else {
      this.#paths.delete(outcome.path);
    }
  }
}
