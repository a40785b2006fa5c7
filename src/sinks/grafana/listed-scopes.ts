import type { ObjectKey, Scope } from '../../model.js';
import { ScopePhases } from '../../operators/scope-phases.js';
import { scopeCovers } from '../../selectors/scope-covers.js';
import type { PushInput } from './push-options.js';

export interface ListedScopesOptions {
  readonly scopes: readonly Scope[];
  readonly scopesOf: (namespace: string) => readonly Scope[];
}

/** What complete lists prove, and which of them are still to come. */
export class ListedScopes {
  readonly #phases: ScopePhases;
  readonly #scopesOf: (namespace: string) => readonly Scope[];
  readonly #complete = new Set<Scope>();
  /** Live: those that joined come and go. */
  readonly scopes: Set<Scope>;

  constructor({ scopes, scopesOf }: ListedScopesOptions) {
    this.#phases = new ScopePhases(scopes);
    this.#scopesOf = scopesOf;
    this.scopes = new Set(scopes);
  }

  /** Whether anything is known now that was not before. */
  note(event: PushInput): boolean {
    switch (event.type) {
      case 'init-done':
        this.#complete.add(event.scope);
        return this.#phases.complete(event.scope);
      case 'failed':
        return event.error.code === 'forbidden' && this.#phases.refuse(event.scope);
      case 'joined':
        this.scopes.add(event.scope);
        this.#phases.join(event.scope);
        return false;
      case 'left':
        this.scopes.delete(event.scope);
        this.#complete.delete(event.scope);
        this.#phases.leave(event.scope);
        return true;
      default:
        return false;
    }
  }

  /** While a list is to come that nobody refuses, somebody may still claim anything: nothing is given up. */
  get isDeciding(): boolean {
    return this.#phases.phase === 'open';
  }

  /** An object of an earlier life, not seen in this one, may be there. */
  mayExist(owner: ObjectKey): boolean {
    return this.#phases.mayExist(owner);
  }

  /**
   * An object that was not seen is not there: a complete list covers it. What no list of ours covers proves nothing, since another
   * sidecar may; but a namespace that we would read, and that a complete list of namespaces does not have, is gone with all
   * that was in it.
   */
  proveGone(owner: ObjectKey): boolean {
    const covering = [...this.scopes].filter((scope) => scopeCovers(scope, owner));
    if (covering.length > 0) return covering.every((scope) => this.#complete.has(scope));
    const followed = [...this.scopes].filter(({ kind }) => kind === 'namespace');
    if (followed.length === 0 || !followed.every((scope) => this.#complete.has(scope))) return false;
    const [, namespace = ''] = owner.split('/');
    return this.#scopesOf(namespace).some((scope) => scopeCovers(scope, owner));
  }
}
