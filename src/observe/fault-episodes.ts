export interface FaultEpisodesOptions {
  /** Milliseconds, from any fixed point. */
  readonly clock: () => number;
  /** A fault that comes and goes is said again after this long. */
  readonly quietMs: number;
}

/**
 * Decides which of many faults are worth a line: the first of each episode, and its end. An episode is one subject
 * (a list, a folder, a target) from its first fault until it works again; its faults differ by variant.
 *
 * A fault that flaps is said once in `quietMs`, so the lines are bounded by time whatever the number of faults; an
 * episode that was silent for that reason is said as soon as it lasts longer.
 */
export class FaultEpisodes {
  readonly #options: FaultEpisodesOptions;
  /** By subject: the variants of its fault that were said since it last worked. */
  readonly #open = new Map<string, Set<string>>();
  /** In the order of time. */
  readonly #saidAt = new Map<string, number>();

  constructor(options: FaultEpisodesOptions) {
    this.#options = options;
  }

  /** Whether this fault should be said. */
  fails(subject: string, variant = ''): boolean {
    const said = this.#open.get(subject) ?? new Set();
    this.#open.set(subject, said);
    const key = `${subject}\n${variant}`;
    if (said.has(variant) || this.#isQuiet(key)) return false;
    said.add(variant);
    this.#saidAt.set(key, this.#options.clock());
    return true;
  }

  /** Whether it should be said that the subject works again: only where its fault was. */
  works(subject: string): boolean {
    const said = this.#open.get(subject);
    this.#open.delete(subject);
    return said !== undefined && said.size > 0;
  }

  /** What was said longer ago is forgotten here: so the memory is bounded, too. */
  #isQuiet(key: string): boolean {
    const now = this.#options.clock();
    for (const [said, at] of this.#saidAt) {
      if (now - at < this.#options.quietMs) break;
      this.#saidAt.delete(said);
    }
    return this.#saidAt.has(key);
  }
}
