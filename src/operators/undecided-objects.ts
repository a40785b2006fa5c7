import { asyncScheduler } from 'rxjs';
import type { ObjectKey } from '../model.js';
import { type BackoffOptions, backoffMs } from './backoff.js';

/** Objects that alone brought the validator to no end, and when they are tried again. */
export class UndecidedObjects {
  readonly #backoff: BackoffOptions;
  readonly #keys = new Set<ObjectKey>();
  #tries = 0;
  #dueAtMs = 0;

  constructor(backoff: BackoffOptions) {
    this.#backoff = backoff;
  }

  get keys(): readonly ObjectKey[] {
    return [...this.#keys];
  }

  /** How long until they are tried again, all together; `undefined` where there are none. */
  get dueInMs(): number | undefined {
    return this.#keys.size === 0 ? undefined : Math.max(0, this.#dueAtMs - asyncScheduler.now());
  }

  has(key: ObjectKey): boolean {
    return this.#keys.has(key);
  }

  /** Those that a round left without an answer. Gives those that were not among them before. */
  add(keys: readonly ObjectKey[]): readonly ObjectKey[] {
    const fresh = keys.filter((key) => !this.#keys.has(key));
    for (const key of keys) this.#keys.add(key);
    if (keys.length > 0) {
      this.#tries += 1;
      this.#dueAtMs = asyncScheduler.now() + backoffMs(this.#tries, this.#backoff);
    }
    return fresh;
  }

  /** There is an answer about it, or there is newer of it. */
  delete(key: ObjectKey): void {
    this.#keys.delete(key);
    if (this.#keys.size === 0) this.#tries = 0;
  }
}
