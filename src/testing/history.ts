import type { Change } from './change.js';

/** The last changes, one for each revision. */
export interface History {
  /** The revision that the oldest change followed. */
  readonly oldest: number;
  add(change: Change): void;
  /** A new array; what is older than `oldest` is not in it. */
  since(revision: number): Change[];
  clear(oldest: number): void;
}

/**
 * A ring: revisions follow each other without a gap, so a change stands at its revision modulo the length, and memory
 * ends where the history does.
 */
export function createHistory(length: number): History {
  const ring: Change[] = [];
  let oldest = 1;
  let newest = 1;
  return {
    get oldest() {
      return oldest;
    },
    add(change) {
      ring[change.revision % length] = change;
      newest = change.revision;
      oldest = Math.max(oldest, newest - length);
    },
    since(revision) {
      const from = Math.max(revision, oldest) + 1;
      return Array.from({ length: Math.max(0, newest - from + 1) }, (_, i) => ring[(from + i) % length] as Change);
    },
    clear(revision) {
      ring.length = 0;
      oldest = revision;
      newest = revision;
    },
  };
}
