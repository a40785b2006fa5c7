import { concat, defer, EMPTY, from, type Observable, of, repeat } from 'rxjs';
import type { HookOutput, ObjectKey, ValidationRun, WritePlan } from '../model.js';
import { concatMapIterable } from './concat-map-iterable.js';
import { type Answer, type Sifted, siftObjects } from './sift-objects.js';

/**
 * What a run of the validator came to. `none`: to no end with these files (a timeout, a crash), which says nothing against a
 * validator that has an answer about others. `not-run`: there was no run worth the name. `message`: why not yes, in a few words.
 */
export type Verdict =
  | { readonly type: 'verdict'; readonly says: 'yes' }
  | { readonly type: 'verdict'; readonly says: 'no' | 'none' | 'not-run'; readonly message: string };

/** How a round ended. `reasons`: of the last verdict about each object that was not yes. */
export interface RoundEnd {
  readonly type: 'round-end';
  /** `undefined`: it was broken off, since the validator could not be run. */
  readonly sifted: Sifted<ObjectKey> | undefined;
  readonly reasons: ReadonlyMap<ObjectKey, string>;
}

export interface ValidationRoundOptions {
  /** What changed since the last round. */
  readonly asked: readonly ObjectKey[];
  /** What was refused in an earlier one; `stale`: those for which something has passed since. */
  readonly held: readonly ObjectKey[];
  readonly stale: readonly ObjectKey[];
  readonly validate: (keys: readonly ObjectKey[]) => Observable<HookOutput | Verdict>;
  /** These passed: what is to be published now. */
  readonly publish: (keys: readonly ObjectKey[]) => Iterable<WritePlan>;
  /** Something newer waits for the next round. */
  readonly isHurried: () => boolean;
}

type RoundEvent = HookOutput | WritePlan | ValidationRun | RoundEnd;

/**
 * Asks the questions of {@link siftObjects}, one run at a time, and gives what passes at once. Ends with `round-end`, never
 * errors as long as `validate` does not. Unsubscribing ends the run.
 */
export function validationRound(options: ValidationRoundOptions): Observable<RoundEvent> {
  return defer(() => {
    const questions = siftObjects(options.asked, options.held, options.stale);
    const reasons = new Map<ObjectKey, string>();
    let next = questions.next();
    let isBroken = false;

    // Lazily: what is published is looked at between its plans.
    function* settle(keys: readonly ObjectKey[], verdict: Verdict): Iterable<RoundEvent> {
      const run = { type: 'validation', objects: keys.length } as const;
      if (verdict.says === 'yes') {
        next = questions.next('yes');
        yield { ...run, result: 'passed' };
        yield* options.publish(keys);
        return;
      }
      const { says, message } = verdict;
      for (const key of keys) reasons.set(key, message);
      // What it could not be run for is said by whoever knows when it is tried again.
      isBroken = says === 'not-run';
      if (says === 'not-run') return;
      next = questions.next(says);
      yield { ...run, result: says === 'no' ? 'refused' : 'undecided', message };
    }

    const ask = (): Observable<RoundEvent> => {
      if (next.done === true) return EMPTY;
      const { keys, spare } = next.value;
      if (spare && options.isHurried()) {
        next = questions.next('skip' satisfies Answer);
        return EMPTY;
      }
      return options
        .validate(keys)
        .pipe(concatMapIterable((event) => (event.type === 'verdict' ? settle(keys, event) : [event])));
    };

    const end = (): Observable<RoundEnd> => {
      const sifted = next.done === true && !isBroken ? next.value : undefined;
      return of({ type: 'round-end', sifted, reasons });
    };

    return concat(
      defer(ask).pipe(repeat({ delay: () => (next.done === true || isBroken ? EMPTY : from([undefined])) })),
      defer(end),
    );
  });
}
