import type { ObjectKey } from '../../model.js';
import type { Notice } from './notice-of.js';
import { RecentMap } from './recent-map.js';

/** As the API server's `--event-ttl`: after that the Event is gone, so what still holds is said again. */
const SAID_FOR_MS = 3_600_000;
/** As client-go's correlator remembers. */
const MAX_REMEMBERED = 4_096;
/** A namespace whose Role lacks the rule is asked again after this: it may have been mended. */
const FORBIDDEN_FOR_MS = 300_000;

/** What was said of which object, and where nothing may be said. */
export class NoticeMemory {
  readonly #said = new RecentMap<{ readonly text: string; readonly atMs: number }>(MAX_REMEMBERED);
  readonly #forbiddenUntilMs = new RecentMap<number>(MAX_REMEMBERED);

  /** Whether this is worth an Event now; then it is remembered. */
  isNews(notice: Notice, nowMs: number): boolean {
    if (this.isForbidden(notice, nowMs)) return false;
    const text = textOf(notice);
    const known = this.#said.get(keyOf(notice));
    if (known?.text === text && nowMs - known.atMs < SAID_FOR_MS) return false;
    this.#said.set(keyOf(notice), { text, atMs: nowMs });
    return true;
  }

  isForbidden({ object }: Notice, nowMs: number): boolean {
    return nowMs < (this.#forbiddenUntilMs.get(namespaceOf(object)) ?? 0);
  }

  /** The API server refused one of its namespace for the lack of a rule. */
  forbid({ object }: Notice, nowMs: number): void {
    this.#forbiddenUntilMs.set(namespaceOf(object), nowMs + FORBIDDEN_FOR_MS);
  }

  /** It was not written, so it is news when it comes again; but for one that was replaced meanwhile. */
  forget(notice: Notice): void {
    if (this.#said.get(keyOf(notice))?.text === textOf(notice)) this.#said.delete(keyOf(notice));
  }
}

export function namespaceOf(object: ObjectKey): string {
  return object.split('/')[1] ?? '';
}

function textOf({ reason, message }: Notice): string {
  return `${reason} ${message}`;
}

function keyOf({ object, about }: Notice): string {
  return `${object} ${about}`;
}
