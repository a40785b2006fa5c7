import { asyncScheduler, catchError, defer, EMPTY, filter, type Observable, of, repeat, tap, timer } from 'rxjs';
import { type ResourceEvent, type Scope, SourceError } from '../model.js';
import { backoffMs } from '../operators/backoff.js';
import type { SourceLimits } from './source-options.js';

/** What a step says: events, and which state it has reached. */
export type Step<State> = ResourceEvent | Reached<State>;

export interface Reached<State> {
  readonly type: 'reached';
  readonly state: State;
  /** Something was achieved that a server which only accepts and drops does not give: a failure now counts as the first. */
  readonly progress: boolean;
}

export function reached<State>(state: State, progress = false): Reached<State> {
  return { type: 'reached', state, progress };
}

/** A source as a state machine: each state holds just its own data, and one step leads from it to the next. */
export interface SourceMachine<State> {
  readonly start: State;
  /** One request, or one wait. Completes when it is over; errors with a `SourceError`. */
  readonly step: (state: State) => Observable<Step<State>>;
  /** From which state to go on after `error`, the `attempt`-th failure in a row (from 1). */
  readonly afterFailure: (state: State, error: SourceError, attempt: number) => State;
  /** The source completes in this state. @default never */
  readonly isEnd?: (state: State) => boolean;
}

/** A server's wish is followed no further: a wrong header must not silence us for a day. */
const RETRY_AFTER_MAX_MS = 300_000;

/**
 * Takes step after step, for ever. An error of a step is a value of the result:
 *
 *     step 1   -a-#                 reached(B) before the error
 *     step 2         -b-|           from afterFailure(B)
 *     step 3             -c…        from where step 2 ended, at once
 *     result   -a-f---b--c…         f: failed, with the wait that follows it
 *
 * The wait is `backoffMs(failures in a row)`, or what the server asked for if that is longer. Failures are counted anew
 * when a step achieved something, or when its stream stood for `healthyAfterMs` after its first `alive`. Never errors;
 * unsubscribing ends the step or the wait.
 */
export function runSource<State>(
  machine: SourceMachine<State>,
  scope: Scope,
  { backoff, healthyAfterMs }: SourceLimits,
): Observable<ResourceEvent> {
  return defer(() => {
    let state = machine.start;
    let failures = 0;
    let waitMs = 0;
    const nextStep = defer(() => {
      let aliveAt: number | undefined;
      let progress = false;
      waitMs = 0;
      const isHealthy = () => progress || (aliveAt !== undefined && asyncScheduler.now() - aliveAt >= healthyAfterMs);
      return defer(() => machine.step(state)).pipe(
        tap((step) => {
          if (step.type === 'reached') {
            state = step.state;
            progress ||= step.progress;
          } else if (step.type === 'alive') {
            aliveAt ??= asyncScheduler.now();
          }
        }),
        filter((step): step is ResourceEvent => step.type !== 'reached'),
        tap({ complete: () => (failures = isHealthy() ? 0 : failures) }),
        catchError((thrown: unknown) => {
          const error = toSourceError(thrown);
          failures = isHealthy() ? 1 : failures + 1;
          state = machine.afterFailure(state, error, failures);
          const askedMs = Math.min(error.retryAfterMs ?? 0, RETRY_AFTER_MAX_MS);
          waitMs = Math.max(askedMs, backoffMs(failures, backoff));
          return of<ResourceEvent>({ type: 'failed', scope, error, retryInMs: waitMs });
        }),
      );
    });
    return nextStep.pipe(repeat({ delay: () => (machine.isEnd?.(state) ? EMPTY : timer(waitMs)) }));
  });
}

/** Whatever else is thrown came from an answer that we did not foresee. */
function toSourceError(error: unknown): SourceError {
  return error instanceof SourceError
    ? error
    : new SourceError('malformed', 'The answer of the Kubernetes API could not be understood.', { cause: error });
}
