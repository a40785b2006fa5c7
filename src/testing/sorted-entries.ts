import type { StoredEntry } from './stored-entry.js';

/** Entries by key, in the order of their keys. */
export interface SortedEntries {
  readonly size: number;
  get(key: string): StoredEntry | undefined;
  /** From the first key that is not less, on. */
  from(key: string): readonly StoredEntry[];
}

export interface MutableSortedEntries extends SortedEntries {
  /** What stood there. */
  put(entry: StoredEntry): StoredEntry | undefined;
  remove(key: string): void;
}

/**
 * An array that is kept sorted: a binary search for each write, and lists, which are the most of what is asked, cost
 * nothing but a slice. Keys are ASCII, so the order is etcd's.
 */
export function createSortedEntries(initial: readonly StoredEntry[] = []): MutableSortedEntries {
  const sorted = [...initial];
  const indexOf = (key: string): number => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sorted[middle] as StoredEntry).key < key) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const at = (index: number, key: string): StoredEntry | undefined => {
    const entry = sorted[index];
    return entry?.key === key ? entry : undefined;
  };

  return {
    get size() {
      return sorted.length;
    },
    get: (key) => at(indexOf(key), key),
    from: (key) => sorted.slice(indexOf(key)),
    put(entry) {
      const index = indexOf(entry.key);
      const previous = at(index, entry.key);
      sorted.splice(index, previous ? 1 : 0, entry);
      return previous;
    },
    remove(key) {
      const index = indexOf(key);
      if (at(index, key)) sorted.splice(index, 1);
    },
  };
}
