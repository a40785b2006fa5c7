/** Deletes that come within this belong together: `kubectl delete -l` of many takes seconds, a chart's uninstall a minute. */
const EPISODE_MS = 60_000;
/** Fewer than this many are no disaster (compat.md, part 4). */
const MAX_UNCHECKED = 10;

export interface DeleteBrakeOptions {
  /** `GRAFANA_MAX_DELETE_PERCENT` */
  readonly maxPercent: number;
  /** How many dashboards are ours. */
  readonly ours: () => number;
  /** Milliseconds. */
  readonly now: () => number;
}

/**
 * Refuses to delete many of our dashboards at once: more than ten, and more than a share of what was ours when the first of
 * them was to go. Whatever their reason: a complete list that lacks them, a label that was mistyped, `kubectl delete`.
 *
 * What was deleted within the last minute counts in, so that many small steps are one. What is refused stays so until it is
 * wanted again, or until there are so few of them: time alone allows nothing.
 */
export class DeleteBrake {
  readonly #options: DeleteBrakeOptions;
  readonly #requested = new Set<string>();
  #deleted = 0;
  #oursAtStart = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(options: DeleteBrakeOptions) {
    this.#options = options;
  }

  request(uid: string): void {
    if (this.#requested.has(uid)) return;
    const nowMs = this.#options.now();
    if (this.#requested.size === 0 && nowMs - this.#lastMs > EPISODE_MS) {
      this.#deleted = 0;
      this.#oursAtStart = this.#options.ours();
    }
    this.#requested.add(uid);
    this.#lastMs = nowMs;
  }

  /** It is wanted again, or not ours any more. */
  withdraw(uid: string): void {
    this.#requested.delete(uid);
  }

  deleted(uid: string): void {
    if (!this.#requested.delete(uid)) return;
    this.#deleted += 1;
    this.#lastMs = this.#options.now();
  }

  get holds(): boolean {
    const count = this.count;
    return this.#requested.size > 0 && count > MAX_UNCHECKED && count * 100 > this.#options.maxPercent * this.ours;
  }

  /** How many would go, or have gone. */
  get count(): number {
    return this.#requested.size + this.#deleted;
  }

  /** Of how many. */
  get ours(): number {
    return Math.max(this.#oursAtStart, this.count);
  }
}
