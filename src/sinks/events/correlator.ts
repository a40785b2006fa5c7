import type { Notice } from './notice-of.js';
import { RecentMap } from './recent-map.js';

/** A notice on its own, or the newest of many that are alike: these share one Event. */
export interface Correlated {
  readonly notice: Notice;
  readonly combined: boolean;
}

/** As client-go's EventCorrelator: how many objects are remembered. */
const MAX_OBJECTS = 4_096;
/** As there: from the tenth on within ten minutes, those that differ in their message alone are combined. */
const MAX_ALIKE = 10;
const ALIKE_WITHIN_MS = 600_000;
/** As there: an object may have 25 writes at once, then one in five minutes. */
const BURST = 25;
const REFILL_MS = 300_000;

/**
 * Keeps one object from flooding its namespace with Events, by the rules of client-go's EventCorrelator: an object with a hundred
 * bad keys gets nine Events, and a tenth that stands for the rest.
 */
export class Correlator {
  readonly #alike = new RecentMap<{ readonly messages: Set<string>; readonly atMs: number }>(MAX_OBJECTS);
  readonly #buckets = new RecentMap<{ readonly tokens: number; readonly atMs: number }>(MAX_OBJECTS);

  /** What is to be written; `undefined` when the object has had its share. */
  admit(notice: Notice, nowMs: number): Correlated | undefined {
    const combined = this.#areMany(notice, nowMs);
    return this.#spend(notice.object, nowMs) ? { notice, combined } : undefined;
  }

  #areMany({ object, reason, message }: Notice, nowMs: number): boolean {
    const key = `${object} ${reason}`;
    const known = this.#alike.get(key);
    const messages = known !== undefined && nowMs - known.atMs <= ALIKE_WITHIN_MS ? known.messages : new Set<string>();
    messages.add(message);
    this.#alike.set(key, { messages, atMs: nowMs });
    if (messages.size < MAX_ALIKE) return false;
    // The set stays one short of the limit, so that the next one is combined, too, and it grows no further.
    const [oldest = ''] = messages;
    return messages.delete(oldest);
  }

  #spend(object: string, nowMs: number): boolean {
    const { tokens, atMs } = this.#buckets.get(object) ?? { tokens: BURST, atMs: nowMs };
    const filled = Math.min(BURST, tokens + (nowMs - atMs) / REFILL_MS);
    const granted = filled >= 1;
    this.#buckets.set(object, { tokens: granted ? filled - 1 : filled, atMs: nowMs });
    return granted;
  }
}
