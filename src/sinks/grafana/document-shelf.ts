import type { DesiredDashboard } from './documents/desired-dashboard.js';

/** About as much as eight of the largest ConfigMaps: enough for writes one at a time, small against a container's memory. */
const MAX_CHARACTERS = 8 * 1024 * 1024;

/**
 * The documents that somebody is about to write: of pending work alone, and no more than fit. What does not is fetched when its turn
 * comes; nothing is taken off for something newer, so that what was fetched is written before more is.
 */
export class DocumentShelf {
  readonly #documents = new Map<string, { readonly document: DesiredDashboard; readonly size: number }>();
  readonly #maxSize: number;
  #size = 0;

  constructor(maxSize = MAX_CHARACTERS) {
    this.#maxSize = maxSize;
  }

  get isFull(): boolean {
    return this.#size >= this.#maxSize;
  }

  /**
   * Replaces an older document of the source, if there is room. What was `awaited` always has: no more is fetched than a few objects
   * beyond it. `size`: in characters of its JSON, roughly.
   */
  put(document: DesiredDashboard, size: number, awaited = false): void {
    this.drop(document.source);
    if (!awaited && this.#size + size > this.#maxSize) return;
    this.#documents.set(document.source, { document, size });
    this.#size += size;
  }

  get(source: string, sha256: string): DesiredDashboard | undefined {
    const document = this.#documents.get(source)?.document;
    return document?.sha256 === sha256 ? document : undefined;
  }

  drop(source: string): void {
    this.#size -= this.#documents.get(source)?.size ?? 0;
    this.#documents.delete(source);
  }

  clear(): void {
    this.#documents.clear();
    this.#size = 0;
  }
}
