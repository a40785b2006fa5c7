import type { ObjectKey, Scope } from '../model.js';
import { scopeCovers } from '../selectors/scope-covers.js';

/** `complete` has sent `init-done` once; `refused` is answered with 403, so it may never. Of all scopes together: the least of them. */
export type ScopePhase = 'open' | 'refused' | 'complete';

/** In their order. */
const PHASES: readonly ScopePhase[] = ['open', 'refused', 'complete'];

/**
 * How far the lists are: of each scope, and of all together, which is a phase that only goes forward.
 *
 * A scope that joined at run time is waited for like others, unless it is `refused`: nobody asked for this one. Once every scope is
 * complete, one that joins holds nobody up. What changes a scope says whether anything may be decided now that could not be before.
 */
export class ScopePhases {
  readonly #scopes: Map<Scope, ScopePhase>;
  readonly #joined = new Set<Scope>();
  #phase: ScopePhase;

  constructor(scopes: readonly Scope[]) {
    this.#scopes = new Map(scopes.map((scope) => [scope, 'open']));
    this.#phase = this.#leastPhase();
  }

  get phase(): ScopePhase {
    return this.#phase;
  }

  complete(scope: Scope): boolean {
    const isNews = this.#scopes.get(scope) !== 'complete';
    this.#scopes.set(scope, 'complete');
    return this.#advance(isNews);
  }

  /** A scope that was complete once stays so. */
  refuse(scope: Scope): boolean {
    if (this.#scopes.get(scope) !== 'complete') {
      this.#scopes.set(scope, 'refused');
    }
    return this.#advance(false);
  }

  /** What it brings is still to come, so there is nothing to decide. */
  join(scope: Scope): void {
    this.#joined.add(scope);
    this.#scopes.set(scope, 'open');
  }

  leave(scope: Scope): boolean {
    const isNews = this.#scopes.get(scope) !== 'complete';
    this.#joined.delete(scope);
    this.#scopes.delete(scope);
    return this.#advance(isNews);
  }

  /** Whether an object that was not seen may exist: in the last phase only in a scope that was never listed. */
  mayExist(key: ObjectKey): boolean {
    if (this.#phase !== 'complete') {
      return true;
    }
    for (const [scope, phase] of this.#scopes) {
      if (phase !== 'complete' && scopeCovers(scope, key)) {
        return true;
      }
    }
    return false;
  }

  #advance(isNews: boolean): boolean {
    const phase = this.#phase === 'complete' ? 'complete' : this.#leastPhase();
    const begins = PHASES.indexOf(phase) > PHASES.indexOf(this.#phase);
    this.#phase = begins ? phase : this.#phase;
    return begins || (isNews && this.#phase !== 'open');
  }

  #leastPhase(): ScopePhase {
    let least: ScopePhase = 'complete';
    for (const [scope, phase] of this.#scopes) {
      if (phase === 'open') {
        return 'open';
      }
      if (phase === 'refused' && !this.#joined.has(scope)) {
        least = 'refused';
      }
    }
    return least;
  }
}
