import type { Term } from '../leadership.js';
import type { Stopwatch } from './lease-clock.js';

/** A term of ours: it lives for `renewDeadlineMs` from when its last renewal was sent. */
export class LeaseTerm implements Term {
  readonly #renewDeadlineMs: number;
  #since: Stopwatch;
  #isOver = false;

  /** `since` was started before the Lease was written: it can only be younger than that. */
  constructor(since: Stopwatch, renewDeadlineMs: number) {
    this.#since = since;
    this.#renewDeadlineMs = renewDeadlineMs;
  }

  mayAct(): boolean {
    return this.remainingMs() > 0;
  }

  remainingMs(): number {
    const leftMs = this.#isOver ? 0 : this.#renewDeadlineMs - this.#since.mostMs();
    // Who was once told that it is over may have let go of what it did: no renewal brings that back.
    this.#isOver ||= leftMs <= 0;
    return Math.max(leftMs, 0);
  }

  renew(since: Stopwatch): void {
    this.#since = since;
  }

  end(): void {
    this.#isOver = true;
  }
}
