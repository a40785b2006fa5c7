import type { Leadership, Standing } from '../leadership.js';
import type { SourceError } from '../model.js';
import type { Stopwatch } from './lease-clock.js';
import { LeaseTerm } from './lease-term.js';

/** What an election has come to, and what of it is worth saying: each method gives what is new. */
export class Election {
  readonly #renewDeadlineMs: number;
  readonly #onRenewed: () => void;
  #term: LeaseTerm | undefined;
  /** As it was said last; nothing: it has to be said. */
  #leader: { readonly identity: string } | undefined;
  /** Of the failure that was said, until something goes well. */
  #failure: string | undefined;

  constructor(renewDeadlineMs: number, onRenewed: () => void) {
    this.#renewDeadlineMs = renewDeadlineMs;
    this.#onRenewed = onRenewed;
  }

  get isLeading(): boolean {
    return this.#term?.mayAct() ?? false;
  }

  remainingMs(): number {
    return this.#term?.remainingMs() ?? 0;
  }

  /** The Lease is ours since then. A process that was stopped may hear of it when that is over already. */
  held(since: Stopwatch): readonly Leadership[] {
    this.#failure = undefined;
    const said = this.isLeading ? [] : this.#end('expired');
    if (this.#term) {
      this.#term.renew(since);
      this.#onRenewed();
      return said;
    }
    const term = new LeaseTerm(since, this.#renewDeadlineMs);
    if (!term.mayAct()) return said;
    this.#term = term;
    this.#leader = undefined;
    this.#onRenewed();
    return [...said, { type: 'leadership', state: 'leading', term }];
  }

  other(holder: string): readonly Leadership[] {
    this.#failure = undefined;
    const ended = this.#end('taken', holder);
    if (ended.length === 0 && this.#leader?.identity === holder) return [];
    this.#leader = { identity: holder };
    return ended.length > 0 ? ended : [{ type: 'leadership', state: 'standing', leader: holder }];
  }

  failed({ code, message }: SourceError, retryInMs: number): readonly Leadership[] {
    if (this.#failure === code) return [];
    this.#failure = code;
    // That it goes well again will be said by who leads.
    this.#leader = undefined;
    return [{ type: 'leadership', state: 'failed', code, message, retryInMs }];
  }

  /** Once the term's time is over; nothing where it is not, or was said already. */
  expired(): readonly Leadership[] {
    return this.isLeading ? [] : this.#end('expired');
  }

  stopped(): readonly Leadership[] {
    return this.#end('released');
  }

  #end(ended: Exclude<Standing['ended'], undefined>, leader?: string): readonly Standing[] {
    if (!this.#term) return [];
    this.#term.end();
    this.#term = undefined;
    return [{ type: 'leadership', state: 'standing', leader, ended }];
  }
}
