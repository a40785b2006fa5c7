import type { ObjectKey, PathPlan, ReadyFile, StagedFile, WritePlan } from '../model.js';

/** What an object wants of a path. */
type Intent =
  | { readonly op: 'write'; readonly owner: ObjectKey; readonly path: string; readonly file: ReadyFile }
  | { readonly op: 'remove'; readonly owner: ObjectKey; readonly path: string };

type Intents = Map<string, Intent>;

/**
 * What was planned and is not on disk yet, the newest for each path: so the memory is bounded by files, not by changes.
 *
 * `waiting` is for the next round, `asked` belongs to the round under way, `held` was refused and waits for a change. An
 * object is in one of the last two, and in `waiting` when there is newer of it. A path that another object wants by now is
 * no longer wanted by the older one.
 */
export class UndecidedPlans {
  readonly #discard: (file: StagedFile) => void;
  readonly #waiting: Intents = new Map();
  readonly #asked: Intents = new Map();
  readonly #held: Intents = new Map();

  /** `discard` is given each staged file that will not be published. */
  constructor(discard: (file: StagedFile) => void) {
    this.#discard = discard;
  }

  get waiting(): readonly ObjectKey[] {
    return ownersOf(this.#waiting);
  }

  get held(): readonly ObjectKey[] {
    return ownersOf(this.#held);
  }

  /** Something waits, or is asked about. */
  get isBusy(): boolean {
    return this.#waiting.size + this.#asked.size > 0;
  }

  /** Takes a plan in. Gives its owners that want something else now than what they were refused for. */
  add(plan: PathPlan<ReadyFile>): readonly ObjectKey[] {
    const changed: ObjectKey[] = [];
    for (const [owner, intents] of groupByOwner(intentsOf(plan))) {
      const isKnown = intents.every((intent) => isSame(this.#held.get(intent.path), intent));
      if (isKnown && !this.waiting.includes(owner)) {
        for (const intent of intents) this.#drop(intent);
        continue;
      }
      this.again([owner]);
      for (const intent of intents) this.#replace(intent);
      changed.push(owner);
    }
    return changed;
  }

  /** The path has newer content to come, so what is here of it is outdated. */
  forget(path: string): void {
    for (const intents of [this.#waiting, this.#held]) this.#drop(take(intents, path));
  }

  /** All that waits becomes a round. */
  begin(): readonly ObjectKey[] {
    const owners = this.waiting;
    for (const [path, intent] of this.#waiting) this.#asked.set(path, intent);
    this.#waiting.clear();
    return owners;
  }

  /** Objects that were refused wait for the next round. */
  again(owners: readonly ObjectKey[]): void {
    for (const intent of intentsBy(this.#held, owners)) {
      this.#held.delete(intent.path);
      this.#waiting.set(intent.path, intent);
    }
  }

  /** Of what is asked or refused, or waits: what these objects want. */
  planOf(owners: readonly ObjectKey[], from: 'waiting' | 'round'): PathPlan<ReadyFile> {
    const sources = from === 'waiting' ? [this.#waiting] : [this.#asked, this.#held];
    return planOf(sources.flatMap((intents) => intentsBy(intents, owners)));
  }

  /** Whether a decision about the object, or about a path that it wants, is under way. */
  isAsked(owner: ObjectKey): boolean {
    if (this.#asked.size === 0) return false;
    const owners = new Set(ownersOf(this.#asked));
    return owners.has(owner) || intentsBy(this.#waiting, [owner]).some(({ path }) => this.#asked.has(path));
  }

  /** These objects have what they want. */
  settle(owners: readonly ObjectKey[], from: 'waiting' | 'round'): void {
    for (const intents of from === 'waiting' ? [this.#waiting] : [this.#asked, this.#held]) {
      for (const { path } of intentsBy(intents, owners)) intents.delete(path);
    }
  }

  /** The round is over for these: refused, unless there is newer of them. Gives those that are held now. */
  hold(owners: readonly ObjectKey[]): readonly ObjectKey[] {
    const newer = new Set(this.waiting);
    this.#leave(
      owners.filter((owner) => newer.has(owner)),
      this.#waiting,
    );
    const held = owners.filter((owner) => !newer.has(owner));
    this.#leave(held, this.#held);
    return held;
  }

  /** The round was broken off: all that is left of it waits again. */
  putBack(): void {
    this.#leave(ownersOf(this.#asked), this.#waiting);
  }

  /** Of the held objects these come last from now on. */
  rotate(owners: readonly ObjectKey[]): void {
    for (const intent of intentsBy(this.#held, owners)) {
      this.#held.delete(intent.path);
      this.#held.set(intent.path, intent);
    }
  }

  /** Paths that stand for another owner than the one that wants something of them. */
  takenOver(published: ReadonlyMap<string, ObjectKey>): NonNullable<WritePlan['pending']> {
    return [...this.#held.values(), ...this.#waiting.values()]
      .filter(({ owner, path }) => (published.get(path) ?? owner) !== owner)
      .map(({ owner, path }) => ({ owner, path }));
  }

  /** Nothing of it will be published. */
  discard(): void {
    for (const intents of [this.#waiting, this.#asked, this.#held]) {
      for (const intent of intents.values()) this.#drop(intent);
      intents.clear();
    }
  }

  #leave(owners: readonly ObjectKey[], to: Intents): void {
    for (const intent of intentsBy(this.#asked, owners)) {
      this.#asked.delete(intent.path);
      if (this.#waiting.has(intent.path)) this.#drop(intent);
      else to.set(intent.path, intent);
    }
  }

  #replace(intent: Intent): void {
    this.forget(intent.path);
    this.#waiting.set(intent.path, intent);
  }

  #drop(intent: Intent | undefined): void {
    if (intent?.op === 'write' && 'staged' in intent.file) this.#discard(intent.file);
  }
}

function* intentsOf({ writes, removes }: PathPlan<ReadyFile>): Iterable<Intent> {
  for (const { owner, file } of writes) yield { op: 'write', owner, path: file.path, file };
  for (const { owner, path } of removes) yield { op: 'remove', owner, path };
}

function planOf(intents: readonly Intent[]): PathPlan<ReadyFile> {
  return {
    type: 'plan',
    writes: intents.flatMap((intent) => (intent.op === 'write' ? [{ owner: intent.owner, file: intent.file }] : [])),
    removes: intents.flatMap(({ op, owner, path }) => (op === 'remove' ? [{ owner, path }] : [])),
  };
}

function groupByOwner(intents: Iterable<Intent>): Map<ObjectKey, Intent[]> {
  return Map.groupBy(intents, ({ owner }) => owner);
}

function ownersOf(intents: Intents): readonly ObjectKey[] {
  return [...new Set(Array.from(intents.values(), ({ owner }) => owner))];
}

function intentsBy(intents: Intents, owners: readonly ObjectKey[]): readonly Intent[] {
  const wanted = new Set(owners);
  return [...intents.values()].filter(({ owner }) => wanted.has(owner));
}

function take(intents: Intents, path: string): Intent | undefined {
  const intent = intents.get(path);
  intents.delete(path);
  return intent;
}

function isSame(held: Intent | undefined, newer: Intent): boolean {
  if (held === undefined || held.owner !== newer.owner) return false;
  if (held.op === 'remove' || newer.op === 'remove') return held.op === newer.op;
  return isSameContent(held.file, newer.file);
}

function isSameContent(held: ReadyFile, newer: ReadyFile): boolean {
  if ('staged' in held) return 'staged' in newer && held.staged.sha256 === newer.staged.sha256;
  return 'bytes' in newer && Buffer.compare(held.bytes, newer.bytes) === 0;
}
