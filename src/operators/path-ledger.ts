import type { ObjectKey, Scope } from '../model.js';
import { type Claimant, precedes } from './claimant.js';
import { ScopePhases } from './scope-phases.js';

/** What one change asks for. `give`: the changed object holds these paths. `fetch`: these objects hold a path whose content nobody has in hand. */
export interface LedgerDecision {
  readonly give: readonly string[];
  readonly release: readonly { readonly path: string; readonly owner: ObjectKey }[];
  readonly fetch: readonly ObjectKey[];
  readonly conflicts: readonly { readonly path: string; readonly winner: ObjectKey; readonly loser: ObjectKey }[];
}

interface Seat {
  /** Whose content was last put out, in this life or, by the journal, in an earlier one. */
  publishedFor: ObjectKey | undefined;
  /** Who may publish now. Differs from `publishedFor` until the content is there; the old file stays meanwhile. */
  holder: ObjectKey | undefined;
  readonly claimants: Set<ObjectKey>;
}

interface KnownObject {
  readonly claimant: Claimant;
  readonly paths: ReadonlySet<string>;
}

/**
 * Who wants which path, who holds it, who takes over.
 *
 * The winner of a path is the oldest object, then the first by namespace, name and kind (ConfigMaps first): the same
 * one whatever the order of events. Three phases keep a path from flickering while that order is not known yet:
 *
 * 1. While any scope is `open`, a path that is published stays with its owner, known or remembered.
 * 2. When the only scopes missing are `refused` ones, objects seen in this life are decided upon, so that one forbidden
 *    namespace does not keep the others' deleted files for ever; a remembered owner that was not seen stays.
 * 3. When every scope is complete, everything is decided, and what nobody claims is released.
 *
 * A scope that joined and is refused is not waited for ({@link ScopePhases}): everything else is decided, and what it may hold, by the
 * names of remembered owners, stays until it is complete or left.
 */
export class PathLedger {
  readonly #scopes: ScopePhases;
  readonly #seats = new Map<string, Seat>();
  readonly #objects = new Map<ObjectKey, KnownObject>();
  /** Owners of an earlier life that no event of this life has named yet, and no complete list has disproved. */
  readonly #unseen = new Set<ObjectKey>();
  /** Holders whose content was asked for and has not come. */
  readonly #awaited = new Set<ObjectKey>();

  constructor(scopes: readonly Scope[]) {
    this.#scopes = new ScopePhases(scopes);
  }

  /** Owners of an earlier life: at the start, and again where the folder could not be read then. Known paths stay as they are. */
  remember(owners: ReadonlyMap<string, ObjectKey>): LedgerDecision {
    const decision = new Decision();
    for (const [path, owner] of owners) {
      const seat = this.#seat(path);
      if (seat.publishedFor === undefined) {
        seat.publishedFor = owner;
        if (!this.#objects.has(owner) && this.#scopes.mayExist(owner)) {
          this.#unseen.add(owner);
        }
        this.#settle(path, seat, decision);
      }
    }
    return this.#finish(decision);
  }

  /** Every scope was listed, and no path waits for the content of its holder. */
  get settled(): boolean {
    return this.#scopes.phase === 'complete' && this.#awaited.size === 0;
  }

  knows(key: ObjectKey): boolean {
    return this.#objects.has(key);
  }

  /** The object exists and wants exactly `paths`, whose contents the caller has in hand. */
  apply(claimant: Claimant, paths: ReadonlySet<string>): LedgerDecision {
    const decision = new Decision();
    const before = this.#objects.get(claimant.key)?.paths ?? new Set<string>();
    this.#unseen.delete(claimant.key);
    this.#awaited.delete(claimant.key);
    this.#objects.set(claimant.key, { claimant, paths });
    for (const path of paths) {
      this.#seat(path).claimants.add(claimant.key);
    }
    for (const path of paths) {
      const seat = this.#seat(path);
      this.#settle(path, seat, decision);
      if (seat.holder === claimant.key) {
        seat.publishedFor = claimant.key;
        decision.give.push(path);
      } else if (seat.holder !== undefined && seat.claimants.has(seat.holder) && !before.has(path)) {
        decision.conflicts.push({ path, winner: seat.holder, loser: claimant.key });
      }
    }
    decision.fetch.delete(claimant.key);
    for (const path of before) {
      if (!paths.has(path)) {
        this.#withdraw(path, claimant.key, decision);
      }
    }
    return this.#finish(decision);
  }

  /** The object exists but cannot be published as it is now: what it has stays, as it would if it were wanted. */
  keep(claimant: Claimant): LedgerDecision {
    const paths = new Set<string>();
    for (const [path, seat] of this.#seats) {
      if (seat.publishedFor === claimant.key) {
        paths.add(path);
      }
    }
    const { give: _contentNotInHand, ...decision } = this.apply(claimant, paths);
    return { give: [], ...decision };
  }

  /** The object is gone, or no longer selected. Unknown objects change nothing. */
  delete(key: ObjectKey): LedgerDecision {
    const decision = new Decision();
    const known = this.#objects.get(key);
    this.#objects.delete(key);
    this.#awaited.delete(key);
    for (const path of known?.paths ?? []) {
      this.#withdraw(path, key, decision);
    }
    return this.#finish(decision);
  }

  /** A complete list of the scope was seen. */
  complete(scope: Scope): LedgerDecision {
    return this.#decide(this.#scopes.complete(scope));
  }

  /** The server refuses to list the scope (403). */
  refuse(scope: Scope): LedgerDecision {
    return this.#decide(this.#scopes.refuse(scope));
  }

  /** A scope came at run time. */
  join(scope: Scope): void {
    this.#scopes.join(scope);
  }

  /** A scope that joined has gone. Its objects were deleted before. */
  leave(scope: Scope): LedgerDecision {
    return this.#decide(this.#scopes.leave(scope));
  }

  #decide(mayDecideMore: boolean): LedgerDecision {
    const decision = new Decision();
    if (mayDecideMore) {
      for (const owner of this.#unseen) {
        if (!this.#scopes.mayExist(owner)) {
          this.#unseen.delete(owner);
        }
      }
      for (const [path, seat] of this.#seats) {
        this.#settle(path, seat, decision);
      }
    }
    return this.#finish(decision);
  }

  /** Whether the published path must stay with its owner, whoever claims it. */
  #mustStay(owner: ObjectKey): boolean {
    return this.#scopes.phase === 'open' || this.#unseen.has(owner);
  }

  #withdraw(path: string, key: ObjectKey, decision: Decision): void {
    const seat = this.#seats.get(path);
    if (seat?.claimants.delete(key)) {
      this.#settle(path, seat, decision);
    }
  }

  #settle(path: string, seat: Seat, decision: Decision): void {
    const owner = seat.publishedFor;
    if (owner !== undefined && this.#mustStay(owner)) {
      seat.holder = owner;
      return;
    }
    const winner = this.#best(seat.claimants);
    if (winner === undefined) {
      this.#seats.delete(path);
      if (owner !== undefined) {
        decision.release.push({ path, owner });
      }
      return;
    }
    if (winner.key !== seat.holder) {
      seat.holder = winner.key;
      if (seat.publishedFor !== winner.key) {
        decision.fetch.add(winner.key);
      }
      for (const loser of seat.claimants) {
        if (loser !== winner.key) {
          decision.conflicts.push({ path, winner: winner.key, loser });
        }
      }
    }
  }

  #best(keys: ReadonlySet<ObjectKey>): Claimant | undefined {
    let best: Claimant | undefined;
    for (const key of keys) {
      const claimant = this.#objects.get(key)?.claimant;
      if (claimant !== undefined && (best === undefined || precedes(claimant, best))) {
        best = claimant;
      }
    }
    return best;
  }

  #seat(path: string): Seat {
    let seat = this.#seats.get(path);
    if (seat === undefined) {
      seat = { publishedFor: undefined, holder: undefined, claimants: new Set() };
      this.#seats.set(path, seat);
    }
    return seat;
  }

  #finish(decision: Decision): LedgerDecision {
    for (const key of decision.fetch) {
      this.#awaited.add(key);
    }
    return { ...decision, fetch: [...decision.fetch] };
  }
}

class Decision {
  readonly give: string[] = [];
  readonly release: { path: string; owner: ObjectKey }[] = [];
  readonly fetch = new Set<ObjectKey>();
  readonly conflicts: { path: string; winner: ObjectKey; loser: ObjectKey }[] = [];
}
