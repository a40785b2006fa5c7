import type { ObjectKey } from '../model.js';

/** The keys of one scope that are there, by its lists and its live events. Keys that are gone leave no trace. */
export class ListedKeys {
  readonly #keys = new Set<ObjectKey>();
  /** What the list that is being read has so far; `undefined`: none is. */
  #seen: Set<ObjectKey> | undefined;

  /** A list begins; one that was not complete proves nothing and is forgotten. */
  begin(): void {
    this.#seen = new Set();
  }

  add(key: ObjectKey): void {
    this.#keys.add(key);
    this.#seen?.add(key);
  }

  /** Whether it was there. */
  delete(key: ObjectKey): boolean {
    return this.#keys.delete(key);
  }

  /** The list is complete: gives, and forgets, the keys that it no longer has. None, if no list was begun. */
  complete(): readonly ObjectKey[] {
    const seen = this.#seen ?? this.#keys;
    this.#seen = undefined;
    const gone = [...this.#keys].filter((key) => !seen.has(key));
    for (const key of gone) {
      this.#keys.delete(key);
    }
    return gone;
  }
}
