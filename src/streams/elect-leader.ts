import {
  asyncScheduler,
  catchError,
  concat,
  defer,
  EMPTY,
  expand,
  finalize,
  from,
  ignoreElements,
  map,
  merge,
  mergeMap,
  NEVER,
  type Observable,
  of,
  repeat,
  type SchedulerLike,
  Subject,
  switchMap,
  take,
  takeUntil,
  timer,
} from 'rxjs';
import type { KubernetesWriter } from '../kubernetes/api-call.js';
import type { Leadership } from '../leadership.js';
import { SourceError } from '../model.js';
import { assertDuration } from '../operators/assert-duration.js';
import { Election } from './election.js';
import type { LeasePlace } from './lease-calls.js';
import { LeaseCandidate } from './lease-candidate.js';
import { type StartStopwatch, startStopwatch as systemStopwatch } from './lease-clock.js';

export interface ElectLeaderOptions extends LeasePlace {
  /** Of this process alone: `leaseIdentity(podName)`. */
  readonly identity: string;
  /** How long others wait for one who says nothing any more. Whole seconds. @default 10_000 */
  readonly leaseMs?: number;
  /** How long one leads without a renewal. What is longer than this until `leaseMs` is the time that a write under way has to end. @default 7_000 */
  readonly renewDeadlineMs?: number;
  /** Between two turns of one who leads, and of one who waits; made longer by up to a fifth. @default 2_000 */
  readonly retryMs?: number;
  /** How long the Lease is tried to be given back. @default 2_000 */
  readonly releaseMs?: number;
  /** Ends it in order: the term ends, the Lease is given back, then it completes. @default never */
  readonly stop$?: Observable<unknown>;
  /** Of the jitter. @default Math.random */
  readonly random?: () => number;
  /** Milliseconds since 1970, for what the Lease says to people. @default Date.now */
  readonly now?: () => number;
  /** What time is measured with. @default the machine's clocks */
  readonly startStopwatch?: StartStopwatch;
  /** What waits. @default asyncScheduler */
  readonly scheduler?: SchedulerLike;
}

/** client-go's is 1.2; more than this would let a crash go unnoticed for longer than 15 s. */
const JITTER = 0.2;
/** A missing right comes by hand. */
const FORBIDDEN_RETRY_MS = 30_000;
/** A server's wish is followed no further. */
const RETRY_AFTER_MAX_MS = 60_000;
/** Whoever had to wait for an answer does not ask again at once. */
const LEAST_WAIT_MS = 100;

/**
 * Takes part in the election of one leader among all who name the same Lease, by the rules of client-go's leaderelection.
 *
 *     turns    -o---o---h---h---h---x---x-----h     o: another's, h: ours, x: no answer
 *     result   -S-----------L-----------F---E-L     S: standing, L: leading, F: failed, E: standing, as the term has expired
 *
 * At no moment do two of them lead, whatever the API server and the network do: a term ends by a clock of its own
 * `renewDeadlineMs` after its last renewal was *sent*, and another takes the Lease no sooner than `leaseMs` after it has *seen* that
 * renewal. This holds for a process that was stopped and goes on, if it asks `term.mayAct()` right before it acts; see
 * {@link systemStopwatch} for what a clock cannot know. When a leader crashes, another leads after `leaseMs`, one turn, and its
 * requests; when one is stopped, after one turn.
 *
 * Never errors and never gives up: what goes wrong is a `failed`. Unsubscribing ends the term at once and gives the Lease
 * back, of which nobody hears; `stop$` does it so that one can wait for it. Stop what is done under the term first.
 */
export function electLeader(api: KubernetesWriter, options: ElectLeaderOptions): Observable<Leadership> {
  const { leaseMs = 10_000, renewDeadlineMs = 7_000, retryMs = 2_000, releaseMs = 2_000 } = options;
  const { random = Math.random, now = Date.now, startStopwatch = systemStopwatch } = options;
  const { stop$ = NEVER, scheduler = asyncScheduler } = options;
  assertTimes({ leaseMs, renewDeadlineMs, retryMs, releaseMs });
  // Two tries fit between the first renewal that gets no answer and the deadline.
  const requestTimeoutMs = (renewDeadlineMs - retryMs) / 2;
  const jittered = (ms: number) => ms * (1 + JITTER * random());

  return defer(() => {
    const candidate = new LeaseCandidate(api, {
      ...options,
      ...{ leaseMs, requestTimeoutMs, startStopwatch, now, scheduler },
    });
    const renewed$ = new Subject<void>();
    const election = new Election(renewDeadlineMs, () => renewed$.next());
    let waitMs = 0;

    const failure = (thrown: unknown, nextMs: number) => {
      const error = toSourceError(thrown);
      const askedMs = Math.min(error.retryAfterMs ?? 0, RETRY_AFTER_MAX_MS);
      const slowMs = error.code === 'forbidden' && !election.isLeading ? jittered(FORBIDDEN_RETRY_MS) : 0;
      waitMs = Math.max(nextMs, askedMs, slowMs);
      return election.failed(error, waitMs);
    };
    const turn = defer(() => {
      const begun = startStopwatch();
      const periodMs = jittered(retryMs);
      const nextMs = () => Math.max(periodMs - begun.leastMs(), LEAST_WAIT_MS);
      return candidate.turn().pipe(
        map((result) => {
          // At the very end of another's Lease, not up to a turn later.
          const leftMs = result.type === 'other' ? result.leftMs : nextMs();
          waitMs = Math.min(nextMs(), Math.max(leftMs, LEAST_WAIT_MS));
          return result.type === 'held' ? election.held(result.since) : election.other(result.holder);
        }),
        catchError((thrown: unknown) => of(failure(thrown, nextMs()))),
        mergeMap((said) => from(said)),
      );
    });
    const turns$ = turn.pipe(repeat({ delay: () => timer(waitMs, scheduler) }));

    /** The term's own clock; a timer may be early, or have stood still with the machine. */
    const untilOver = () => timer(Math.ceil(election.remainingMs()), scheduler);
    const expired$ = renewed$.pipe(
      switchMap(() =>
        untilOver().pipe(
          expand(() => (election.remainingMs() > 0 ? untilOver() : EMPTY)),
          mergeMap(() => election.expired()),
        ),
      ),
    );

    return concat(
      merge(expired$, turns$).pipe(takeUntil(stop$.pipe(take(1)))),
      defer(() => from(election.stopped())),
      defer(() => candidate.release(releaseMs).pipe(ignoreElements())),
    ).pipe(
      finalize(() => {
        election.stopped();
        candidate.release(releaseMs);
      }),
    );
  });
}

function assertTimes(times: Readonly<Record<'leaseMs' | 'renewDeadlineMs' | 'retryMs' | 'releaseMs', number>>): void {
  for (const [name, value] of Object.entries(times)) assertDuration(name, value);
  const { leaseMs, renewDeadlineMs, retryMs } = times;
  if (!Number.isInteger(leaseMs / 1_000)) {
    throw new RangeError(`Expected \`leaseMs\` to be whole seconds, got ${leaseMs} ms.`);
  }
  if (renewDeadlineMs >= leaseMs) {
    throw new RangeError(
      `Expected \`renewDeadlineMs\` to be less than \`leaseMs\` (${leaseMs}), got ${renewDeadlineMs}.`,
    );
  }
  if (retryMs <= 0 || retryMs * (1 + JITTER) * 2 > renewDeadlineMs) {
    throw new RangeError(
      `Expected \`retryMs\` to fit more than twice into \`renewDeadlineMs\` (${renewDeadlineMs}), got ${retryMs}.`,
    );
  }
}

/** Whatever else is thrown came from an answer that we did not foresee. */
function toSourceError(thrown: unknown): SourceError {
  return thrown instanceof SourceError
    ? thrown
    : new SourceError('malformed', 'A Lease could not be written, for a reason that nobody expected.', {
        cause: thrown,
      });
}
