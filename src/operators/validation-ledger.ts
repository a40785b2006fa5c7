import type {
  Listed,
  ObjectKey,
  PathPlan,
  ReadyFile,
  Refusal,
  StagedFile,
  ValidationRun,
  WritePlan,
} from '../model.js';
import type { BackoffOptions } from './backoff.js';
import { UndecidedObjects } from './undecided-objects.js';
import { UndecidedPlans } from './undecided-plans.js';
import type { RoundEnd } from './validation-round.js';

export interface ValidationLedgerOptions {
  readonly changes: (plan: PathPlan<ReadyFile>) => boolean;
  readonly published: () => ReadonlyMap<string, ObjectKey>;
  readonly discard: (file: StagedFile) => void;
  readonly undecidedBackoff: BackoffOptions;
  /** How long to wait before a round that was broken off is tried again, by the number of those in a row. */
  readonly waitMs: (failures: number) => number;
}

type Event = Listed | Refusal | ValidationRun | WritePlan;

/** What a round is about: objects that changed, and others that were refused before. */
export interface Round {
  readonly asked: readonly ObjectKey[];
  readonly held: readonly ObjectKey[];
  readonly stale: readonly ObjectKey[];
}

/**
 * What waits for the validator, what it refused, and when `listed` may be said: the rules of `validatePlans`, without its
 * time. Each method gives the events that follow, lazily: what stands is looked at between them.
 */
export class ValidationLedger {
  readonly #options: ValidationLedgerOptions;
  readonly #plans: UndecidedPlans;
  readonly undecided: UndecidedObjects;
  /** Held objects for which something has passed since they were asked about: it may have mended them. */
  readonly #stale = new Set<ObjectKey>();
  #failures = 0;
  #listed: Listed | undefined;
  /** All that came before `listed` is in the round under way. */
  #isListedAsked = false;

  constructor(options: ValidationLedgerOptions) {
    this.#options = options;
    this.#plans = new UndecidedPlans(options.discard);
    this.undecided = new UndecidedObjects(options.undecidedBackoff);
  }

  get isWaiting(): boolean {
    return this.#plans.waiting.length > 0;
  }

  /** What was refused should be asked about again, when there is time. */
  get isStale(): boolean {
    return this.#stale.size > 0;
  }

  /** `listed` waits for what is decided next. */
  get isListing(): boolean {
    return this.#listed !== undefined;
  }

  /** A plan: what would change nothing passes, the rest waits. What upstream says is still to come is told at once. */
  *add(plan: WritePlan): Iterable<WritePlan | Listed> {
    for (const { path } of plan.pending ?? []) this.#plans.forget(path);
    const changed = this.#plans.add(plan);
    for (const key of changed) this.#forget(key);
    const same = changed.filter(
      (key) => !this.#plans.isAsked(key) && !this.#options.changes(this.#plans.planOf([key], 'waiting')),
    );
    yield* this.#claims(plan.pending);
    if (same.length > 0) yield* this.#publish(same, 'waiting');
    if (!this.#plans.isBusy) yield* this.#sayListed();
  }

  /** `listed`: passes when nothing is undecided. */
  *list(listed: Listed): Iterable<Listed> {
    this.#listed = listed;
    this.#isListedAsked = !this.isWaiting;
    if (!this.#plans.isBusy) yield* this.#sayListed();
  }

  begin(): Round {
    const asked = this.#plans.begin();
    this.#isListedAsked = this.#listed !== undefined;
    const held = this.#plans.held.filter((key) => !this.undecided.has(key));
    return { asked, held, stale: held.filter((key) => this.#stale.has(key)) };
  }

  planOf(keys: readonly ObjectKey[]): WritePlan {
    return this.#plans.planOf(keys, 'round');
  }

  /** The validator said yes to these. */
  pass(keys: readonly ObjectKey[]): Iterable<WritePlan> {
    for (const key of this.#plans.held) if (!this.undecided.has(key)) this.#stale.add(key);
    return this.#publish(keys, 'round');
  }

  /** Objects without an answer are asked about again. */
  retryUndecided(): void {
    this.#plans.again(this.undecided.keys);
  }

  *end({ sifted, reasons }: RoundEnd, { asked, held }: Round): Iterable<Event> {
    const isOnlyUndecided = asked.every((key) => this.undecided.has(key));
    if (sifted === undefined || (sifted.silent && !isOnlyUndecided)) {
      this.#failures += 1;
      this.#plans.putBack();
      this.#isListedAsked = !this.isWaiting;
      const message = [...asked, ...held].map((key) => reasons.get(key)).find((reason) => reason !== undefined);
      const retryInMs = this.#options.waitMs(this.#failures);
      yield { type: 'validation', result: 'not-run', objects: asked.length, message, retryInMs };
    } else {
      this.#failures = 0;
      for (const key of this.#plans.hold(sifted.refused)) {
        this.undecided.delete(key);
        yield refusal(key, 'said no to it', reasons.get(key), 'correct it');
      }
      for (const key of this.undecided.add(this.#plans.hold(sifted.undecided))) {
        yield refusal(key, 'came to no answer about it', reasons.get(key), 'it is tried again later');
      }
      for (const key of sifted.asked) this.#stale.delete(key);
      this.#plans.rotate(sifted.asked);
    }
    if (this.#isListedAsked) yield* this.#sayListed();
  }

  close(): void {
    this.#plans.discard();
  }

  *#publish(keys: readonly ObjectKey[], from: 'waiting' | 'round'): Iterable<WritePlan> {
    const plan = this.#plans.planOf(keys, from);
    this.#plans.settle(keys, from);
    for (const key of keys) this.#forget(key);
    yield plan;
    yield* this.#claims(); // now what stands for whom is another
  }

  /** Not before what may have been mended meanwhile has been asked about: with `METHOD=LIST` it is the last word. */
  *#sayListed(): Iterable<Listed> {
    const listed = this.#listed;
    if (listed === undefined || this.isStale) return;
    this.#listed = undefined;
    yield listed;
  }

  #forget(key: ObjectKey): void {
    this.undecided.delete(key);
    this.#stale.delete(key);
  }

  *#claims(upstream: WritePlan['pending'] = []): Iterable<WritePlan> {
    const pending = [...upstream, ...this.#plans.takenOver(this.#options.published())];
    if (pending.length > 0) yield { type: 'plan', writes: [], removes: [], pending };
  }
}

function refusal(key: ObjectKey, what: string, reason: string | undefined, then: string): Refusal {
  const message = `VALIDATE ${what}: ${key} keeps the files that it has (${reason}): ${then}.`;
  return { type: 'refused', key, reason: 'validation', message };
}
