/** Remembers the last `max` keys, so that memory does not grow with what comes and goes. */
export class RecentKeys {
  readonly #keys = new Map<string, string>();
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** Whether `value` differs from what the key had, or the key is new or forgotten. */
  changes(key: string, value = ''): boolean {
    if (this.#keys.get(key) === value) return false;
    this.#keys.delete(key);
    this.#keys.set(key, value);
    if (this.#keys.size > this.#max) for (const oldest of this.#keys.keys()) return this.#keys.delete(oldest);
    return true;
  }
}
