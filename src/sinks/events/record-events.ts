import {
  asapScheduler,
  asyncScheduler,
  catchError,
  concatMap,
  connect,
  defer,
  delay,
  EMPTY,
  endWith,
  filter,
  ignoreElements,
  map,
  type Observable,
  of,
  subscribeOn,
  takeUntil,
  tap,
  throwError,
  timeout,
} from 'rxjs';
import type { KubernetesWriter } from '../../kubernetes/api-call.js';
import {
  type EventFailure,
  type ObjectKey,
  type SidecarEvent,
  SourceError,
  type SourceErrorCode,
  type WatchedObject,
} from '../../model.js';
import { backoffMs, DEFAULT_BACKOFF } from '../../operators/backoff.js';
import { retryWithBackoff } from '../../operators/retry-with-backoff.js';
import { type Correlated, Correlator } from './correlator.js';
import { eventObject } from './event-object.js';
import { NoticeMemory, namespaceOf } from './notice-memory.js';
import { type Notice, noticeOf } from './notice-of.js';
import { writeEvent } from './write-event.js';

export interface RecordEventsOptions {
  /** The object as it is now: `kubectl describe` finds Events by its uid. `undefined`: it is gone, or not selected any more. */
  readonly fetch: (key: ObjectKey) => Observable<WatchedObject | undefined>;
  /** Takes secrets out of a message. */
  readonly redact: (text: string) => string;
  /** The pod's name. */
  readonly instance: string;
  /** What one try may take, reading the object included. @default 10_000 */
  readonly timeoutMs?: number;
  /** How long what waits is still written after the source has completed. @default 1_000 */
  readonly drainMs?: number;
  /** Of the jitter. @default Math.random */
  readonly random?: () => number;
}

/** As client-go's recorder lets wait. */
const MAX_WAITING = 1_000;
const MAX_TRIES = 3;
/** Faults that may be over a moment later. */
const PASSING: ReadonlySet<SourceErrorCode> = new Set(['server', 'throttled', 'unreachable', 'silent']);

/**
 * Says on the objects themselves, by Kubernetes Events, what of them is not published, and why.
 *
 *     events   -R--R--|      a refusal, and the same one again
 *     writes   -E------      once
 *     result   -------|      an `event-failed` for each that was given up
 *
 * The same of the same object is said once an hour at most; what differs is said at once, within the limits of `Correlator`. One
 * write at a time, and nothing waits for it: what would be too many is dropped. Never errors; completes once the source has and all
 * is written, after `drainMs` at the latest. Unsubscribing aborts the write under way.
 */
export function recordEvents(
  api: KubernetesWriter,
  options: RecordEventsOptions,
): (events$: Observable<SidecarEvent>) => Observable<EventFailure> {
  const { fetch, redact, instance, timeoutMs = 10_000, drainMs = 1_000, random = Math.random } = options;
  const backoff = (attempt: number) =>
    attempt < MAX_TRIES ? backoffMs(attempt, { ...DEFAULT_BACKOFF, random }) : undefined;
  // Virtual in tests.
  const now = () => asyncScheduler.now();

  const write = (correlated: Correlated) =>
    defer(() => fetch(correlated.notice.object)).pipe(
      concatMap((object) =>
        object === undefined ? EMPTY : writeEvent(api, eventObject(object, correlated, { instance, nowMs: now() })),
      ),
      ignoreElements(),
      timeout({ each: timeoutMs, with: () => throwError(() => silence(timeoutMs)) }),
      retryWithBackoff({
        backoff,
        retryable: (error) => error instanceof SourceError && PASSING.has(error.code),
        retryAfterMs: (error) => (error instanceof SourceError ? error.retryAfterMs : undefined),
      }),
    );

  return (events$) =>
    defer(() => {
      const memory = new NoticeMemory();
      const correlator = new Correlator();
      let waiting = 0;

      const giveUp = (notice: Notice, thrown: unknown): Observable<EventFailure> => {
        const error = thrown instanceof SourceError ? thrown : unexpected(thrown);
        memory.forget(notice);
        if (error.code === 'forbidden') memory.forbid(notice, now());
        return of({ type: 'event-failed', namespace: namespaceOf(notice.object), error });
      };

      const attempt = (correlated: Correlated) =>
        defer(() => {
          waiting--;
          const { notice } = correlated;
          if (!memory.isForbidden(notice, now())) {
            return write(correlated).pipe(catchError((error: unknown) => giveUp(notice, error)));
          }
          // Others of its namespace were waiting when one was refused.
          memory.forget(notice);
          return EMPTY;
        });

      return events$.pipe(
        connect((shared$) =>
          shared$.pipe(
            map(noticeOf),
            filter((notice) => notice !== undefined),
            map((notice) => ({ ...notice, message: redact(notice.message) })),
            filter((notice) => waiting < MAX_WAITING && memory.isNews(notice, now())),
            map((notice) => correlator.admit(notice, now())),
            filter((correlated) => correlated !== undefined),
            tap(() => {
              waiting++;
            }),
            // One at a time, in order; each in a turn of its own, so that a thousand that end at once do not nest.
            concatMap((correlated) => attempt(correlated).pipe(subscribeOn(asapScheduler))),
            takeUntil(shared$.pipe(ignoreElements(), endWith(undefined), delay(drainMs))),
          ),
        ),
      );
    });
}

function silence(timeoutMs: number): SourceError {
  return new SourceError('silent', `An Event was not written within ${timeoutMs / 1_000} s: it is dropped.`);
}

function unexpected(cause: unknown): SourceError {
  return new SourceError('malformed', 'An Event could not be written, for a reason that nobody expected.', { cause });
}
