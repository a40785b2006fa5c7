import {
  concat,
  defer,
  EMPTY,
  exhaustMap,
  finalize,
  ignoreElements,
  map,
  merge,
  NEVER,
  type Observable,
  type OperatorFunction,
  of,
  ReplaySubject,
  repeat,
  Subject,
  startWith,
  switchMap,
  take,
  tap,
  timer,
} from 'rxjs';
import type { HookOutput, Listed, ObjectKey, Refusal, StagedFile, ValidationRun, WritePlan } from '../model.js';
import { type BackoffOptions, backoffMs } from './backoff.js';
import { concatMapIterable } from './concat-map-iterable.js';
import { ValidationLedger } from './validation-ledger.js';
import { type Verdict, validationRound } from './validation-round.js';

export interface ValidatePlansOptions {
  /** Asks about what is published now with this plan carried out: gives one verdict and completes. Never errors. */
  readonly validate: (plan: WritePlan) => Observable<HookOutput | Verdict>;
  /** Whether the plan would change anything on disk. What would not is passed without a question. */
  readonly changes: (plan: WritePlan) => boolean;
  /** What stands now, by path. */
  readonly published: () => ReadonlyMap<string, ObjectKey>;
  /** Is given each staged file that will not be published. @default nothing */
  readonly discard?: (file: StagedFile) => void;
  /** Plans that come this close to each other are asked about together. @default 100, for an apply of several objects */
  readonly quietMs?: number;
  /** A round begins after this however fast plans come. @default 1_000 */
  readonly maxWaitMs?: number;
  /** Refused objects for which something has passed since are asked about a few at a time: wait between. @default 30_000 */
  readonly staleWaitMs?: number;
  /** Wait after a validator that could not be run. @default 1 s, doubled, 60 s at most */
  readonly backoff?: BackoffOptions;
  /** Wait before an object is asked about again that alone brought the validator to no end. @default 30 s, doubled, 10 min at most */
  readonly undecidedBackoff?: BackoffOptions;
}

/**
 * Lets only plans pass that the validator says yes to, and refuses the others' objects.
 *
 *     plans      -a--b--L------|     a is good, b is bad, L: listed; quietMs = 1, a run takes 3
 *     validator  --aaa-bbb
 *     result     -----(va)(vrL)|     v: a run, r: b's refusal
 *
 * Concurrency: one run at a time. Order: what comes meanwhile is joined, the newest for each path, and asked about next.
 * Where the answer is no, the objects are told apart with few runs ({@link siftObjects}), so a bad one holds up nobody.
 * Its files stay as they were, whole: new, changed and removed ones go together. There is one refusal for each change; it is asked
 * about again when it changes, and when another's change has passed, which may have mended it.
 *
 * Without an answer (cannot be run, timeout) files wait and are asked about again with backoff, at once with newer ones. A
 * single object without an answer, where others had one, is refused and tried again later.
 *
 * `listed` waits until all before it is decided; everything else passes at once. A path that stands for one object and is wanted by
 * another becomes the other's at once, as `pending`, so that a later remove by the new owner finds it.
 * Completes when the source has and nothing waits; an error passes at once. Unsubscribing ends the run and discards what is staged.
 */
export function validatePlans<E extends { readonly type: string }>(
  options: ValidatePlansOptions,
): OperatorFunction<E | WritePlan | Listed, E | WritePlan | Listed | Refusal | ValidationRun | HookOutput> {
  const { quietMs = 100, maxWaitMs = 1_000, staleWaitMs = 30_000 } = options;
  const { backoff = { baseMs: 1_000, maxMs: 60_000 } } = options;
  type Out = E | WritePlan | Listed | Refusal | ValidationRun | HookOutput;

  return (source$) =>
    defer(() => {
      let retryInMs = 0;
      const ledger = new ValidationLedger({
        changes: options.changes,
        published: options.published,
        discard: options.discard ?? (() => undefined),
        undecidedBackoff: options.undecidedBackoff ?? { baseMs: 30_000, maxMs: 600_000 },
        waitMs: (failures) => {
          retryInMs = backoffMs(failures, backoff);
          return retryInMs;
        },
      });
      const arrived$ = new Subject<void>();
      const listed$ = new Subject<void>();
      const ended$ = new ReplaySubject<void>(1);
      let hasEnded = false;

      function* accept(event: E | WritePlan | Listed): Iterable<Out> {
        if (isListed(event)) {
          yield* ledger.list(event);
          listed$.next();
        } else if (isPlan(event) && !isEmpty(event)) {
          yield* ledger.add(event);
          arrived$.next();
        } else yield event;
      }

      const untilFirst = (...signals: Observable<unknown>[]): Observable<never> =>
        merge(...signals).pipe(take(1), ignoreElements());

      const quiet$ = arrived$.pipe(
        startWith(undefined),
        switchMap(() => timer(quietMs)),
      );
      const settle$ = defer(() => untilFirst(quiet$, timer(maxWaitMs), listed$, ended$));

      const round$ = defer((): Observable<Out> => {
        const round = ledger.begin();
        retryInMs = 0;
        return validationRound({
          ...round,
          validate: (keys) => options.validate(ledger.planOf(keys)),
          publish: (keys) => ledger.pass(keys),
          isHurried: () => ledger.isWaiting,
        }).pipe(
          concatMapIterable(
            (event): Iterable<Out> => (event.type === 'round-end' ? ledger.end(event, round) : [event]),
          ),
        );
      });
      const afterRound$ = defer(() => (retryInMs > 0 ? untilFirst(timer(retryInMs), arrived$) : EMPTY));

      const validated$ = concat(round$, afterRound$);

      /** Until something comes, or it is time to ask about refused objects again. */
      const idle$ = defer(() => {
        const { dueInMs } = ledger.undecided;
        const due$ = dueInMs === undefined ? NEVER : timer(dueInMs).pipe(tap(() => ledger.retryUndecided()));
        const stale$ = ledger.isStale
          ? merge(timer(ledger.isListing || hasEnded ? 0 : staleWaitMs), listed$, ended$).pipe(map(() => true))
          : NEVER;
        return merge(stale$, due$, arrived$, ended$).pipe(
          take(1),
          switchMap((signal) => (signal === true ? validated$ : EMPTY)),
        );
      });

      const step$ = defer(() => (ledger.isWaiting ? concat(settle$, validated$) : idle$));
      const isDone = () => !ledger.isWaiting && !ledger.isStale && (hasEnded || ledger.undecided.keys.length === 0);
      const decided$ = step$.pipe(repeat({ delay: () => (isDone() ? EMPTY : of(undefined)) }));

      const accepted$ = source$.pipe(
        concatMapIterable(accept),
        tap({
          complete: () => {
            hasEnded = true;
            ended$.next();
            arrived$.complete();
          },
        }),
      );
      // `exhaustMap` drops only the call for a further step: the ledger has the plan, and the running loop comes to it.
      return merge(arrived$.pipe(exhaustMap(() => decided$)), accepted$).pipe(finalize(() => ledger.close()));
    });
}

function isPlan(event: { readonly type: string }): event is WritePlan {
  return event.type === 'plan';
}

function isListed(event: { readonly type: string }): event is Listed {
  return event.type === 'listed';
}

/** With it the store only does what waits there. */
function isEmpty({ writes, removes, pending = [] }: WritePlan): boolean {
  return writes.length + removes.length + pending.length === 0;
}
