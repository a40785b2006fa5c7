import type { ObjectKey } from '../../model.js';
import type { DocumentShelf } from './document-shelf.js';
import { ownerOfSource } from './wish.js';

/** Each brings a whole object. */
const MAX_FETCHES = 4;

/**
 * Who waits for the document of which source, and what is fetched next: in the order of asking, and only while the shelf
 * has room, so that thousands which are wanted at once (a Grafana that came back empty) are in memory a few at a time.
 */
export class DocumentQueue {
  readonly #shelf: Pick<DocumentShelf, 'isFull'>;
  readonly #fetch: (owner: ObjectKey) => void;
  readonly #wanted = new Map<ObjectKey, Set<string>>();
  readonly #waiting = new Set<ObjectKey>();
  readonly #fetching = new Set<ObjectKey>();

  constructor(shelf: Pick<DocumentShelf, 'isFull'>, fetch: (owner: ObjectKey) => void) {
    this.#shelf = shelf;
    this.#fetch = fetch;
  }

  want(source: string): void {
    const owner = ownerOfSource(source);
    const wanted = this.#wanted.get(owner) ?? new Set();
    this.#wanted.set(owner, wanted.add(source));
    this.#waiting.add(owner);
    this.pump();
  }

  isWanted(source: string): boolean {
    return this.#wanted.get(ownerOfSource(source))?.has(source) ?? false;
  }

  /** It has come, or nobody needs it any more. */
  drop(source: string): void {
    const owner = ownerOfSource(source);
    const wanted = this.#wanted.get(owner);
    if (wanted?.delete(source) && wanted.size === 0) {
      this.#wanted.delete(owner);
      this.#waiting.delete(owner);
    }
  }

  /** The fetch has ended, with or without what was wanted: what it did not bring is fetched again only if it is asked for again. */
  fetched(owner: ObjectKey): void {
    this.#fetching.delete(owner);
    this.pump();
  }

  /** There may be room on the shelf again. */
  pump(): void {
    for (const owner of this.#waiting) {
      if (this.#fetching.size >= MAX_FETCHES || this.#shelf.isFull) return;
      if (this.#fetching.has(owner)) continue;
      this.#waiting.delete(owner);
      this.#fetching.add(owner);
      this.#fetch(owner);
    }
  }

  /** Nobody wants anything: fetches under way may end as they like. */
  clear(): void {
    this.#wanted.clear();
    this.#waiting.clear();
  }
}
