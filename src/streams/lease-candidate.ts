import {
  catchError,
  concat,
  concatMap,
  defer,
  EMPTY,
  ignoreElements,
  map,
  type Observable,
  of,
  ReplaySubject,
  retry,
  type SchedulerLike,
  takeUntil,
  tap,
  throwError,
  timeout,
  timer,
} from 'rxjs';
import type { ApiCall, KubernetesWriter } from '../kubernetes/api-call.js';
import { SourceError } from '../model.js';
import { createLease, getLease, type LeasePlace, updateLease } from './lease-calls.js';
import type { StartStopwatch, Stopwatch } from './lease-clock.js';
import { heldSpec, isSameTerm, type LeaseRecord, microTime, parseLease, releasedSpec } from './lease-record.js';

export interface LeaseCandidateOptions extends LeasePlace {
  readonly identity: string;
  readonly leaseMs: number;
  /** Of one request. */
  readonly requestTimeoutMs: number;
  readonly startStopwatch: StartStopwatch;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly scheduler: SchedulerLike;
}

/** How one turn ended. */
export type Turn =
  /** It is ours, as of when the write was sent. */
  | { readonly type: 'held'; readonly since: Stopwatch }
  /** It is another's, and runs out after so long, unless it is renewed. */
  | { readonly type: 'other'; readonly holder: string; readonly leftMs: number };

/** Between two tries to release. */
const RELEASE_RETRY_MS = 250;

/**
 * One who wants the Lease. What it knows of it, and one turn to get or to keep it, by the rules of client-go's leaderelection:
 *
 * 1. Who holds it writes at once, against the version that it wrote last; everybody else reads first.
 * 2. A Lease that says something else than before runs for its whole time from now on: times that others wrote are never
 *    compared with a clock of ours.
 * 3. It is left alone while another holds it and its time is not over. This goes also for one that was deleted: its holder may
 *    not know yet.
 * 4. It is written against the version that was read: of many, one gets it, and the others a 409. They read it once more.
 */
export class LeaseCandidate {
  readonly #api: KubernetesWriter;
  readonly #options: LeaseCandidateOptions;
  /** What was read or written last, and since when it says that. */
  #seen: { readonly lease: LeaseRecord; readonly since: Stopwatch } | undefined;
  /** As our last write left it, unless something went wrong since. */
  #mine: LeaseRecord | undefined;
  /** The last write: it may have been carried out although nobody waited for its answer. */
  #lastWrite$: Observable<unknown> | undefined;
  #released$: Observable<never> | undefined;
  #lastMicros = 0;

  constructor(api: KubernetesWriter, options: LeaseCandidateOptions) {
    this.#api = api;
    this.#options = options;
  }

  /** One turn; errors with a `SourceError`. Unsubscribing aborts what is read, not what is written. */
  turn(): Observable<Turn> {
    return defer(() => {
      const mine = this.#mine;
      return mine ? this.#hold(mine).pipe(onStatus(409, () => this.#readAndTry())) : this.#readAndTry();
    });
  }

  /**
   * Gives the Lease back, if it is ours, so that nobody has to wait until it runs out. Done once, whoever calls how often, and not
   * undone by unsubscribing; never errors, completes within `boundMs`.
   */
  release(boundMs: number): Observable<never> {
    if (this.#released$) return this.#released$;
    const { scheduler } = this.#options;
    const written$ = this.#lastWrite$;
    if (!written$) return EMPTY;
    const released$ = new ReplaySubject<never>();
    this.#released$ = released$;
    concat(written$.pipe(catchError(() => EMPTY)), this.#giveBack())
      .pipe(
        ignoreElements(),
        takeUntil(timer(boundMs, scheduler)),
        catchError(() => EMPTY),
      )
      .subscribe(released$);
    return released$;
  }

  #readAndTry(isAgain = false): Observable<Turn> {
    const raced = (error: SourceError) => (isAgain ? throwError(() => error) : this.#readAndTry(true));
    return this.#read().pipe(concatMap((lease) => this.#decide(lease).pipe(onStatus(409, raced))));
  }

  #decide(lease: LeaseRecord | undefined): Observable<Turn> {
    const { identity, leaseMs } = this.#options;
    if (lease && !(this.#seen && isSameTerm(this.#seen.lease, lease))) {
      this.#seen = { lease, since: this.#options.startStopwatch() };
    }
    const { holder = '', durationMs = 0 } = this.#seen?.lease ?? {};
    if (holder !== '' && holder !== identity && this.#seen) {
      const leftMs = Math.max(leaseMs, durationMs) - this.#seen.since.leastMs();
      if (leftMs > 0) return of({ type: 'other', holder, leftMs });
    }
    return this.#hold(lease);
  }

  #hold(previous: LeaseRecord | undefined): Observable<Turn> {
    return defer(() => {
      const since = this.#options.startStopwatch();
      const spec = heldSpec(previous, { ...this.#options, time: this.#time() });
      const call = previous ? updateLease(this.#options, previous, spec) : createLease(this.#options, spec);
      this.#mine = undefined;
      return this.#write(call, since).pipe(map(() => ({ type: 'held' as const, since })));
    });
  }

  #giveBack(): Observable<unknown> {
    const { identity, scheduler, startStopwatch } = this.#options;
    const put = (lease: LeaseRecord) =>
      defer(() => this.#write(updateLease(this.#options, lease, releasedSpec(lease, this.#time())), startStopwatch()));
    return defer(() => {
      const mine = this.#mine;
      this.#mine = undefined;
      return mine
        ? put(mine)
        : this.#read().pipe(concatMap((lease) => (lease?.holder === identity ? put(lease) : EMPTY)));
    }).pipe(retry({ delay: () => timer(RELEASE_RETRY_MS, scheduler) }));
  }

  /** `undefined`: there is none. */
  #read(): Observable<LeaseRecord | undefined> {
    return this.#send(getLease(this.#options)).pipe(
      map(parseLease),
      onStatus(404, () => of(undefined)),
    );
  }

  /** Goes on when nobody waits for it any more: to abort it would not undo it. */
  #write(call: ApiCall, since: Stopwatch): Observable<LeaseRecord> {
    const written$ = new ReplaySubject<LeaseRecord>();
    this.#lastWrite$ = written$;
    this.#send(call)
      .pipe(
        map(parseLease),
        tap((lease) => {
          this.#seen = { lease, since };
          this.#mine = lease;
        }),
      )
      .subscribe(written$);
    return written$;
  }

  #send(call: ApiCall): Observable<unknown> {
    const { requestTimeoutMs, scheduler } = this.#options;
    return this.#api.send(call).pipe(
      timeout({
        first: requestTimeoutMs,
        scheduler,
        with: () => throwError(() => new SourceError('silent', silence(call, requestTimeoutMs))),
      }),
    );
  }

  /** Never the same twice: what changes nothing is no write for the API server, and no renewal for others. */
  #time(): string {
    this.#lastMicros = Math.max(Math.floor(this.#options.now()) * 1_000, this.#lastMicros + 1);
    return microTime(this.#lastMicros);
  }
}

function silence({ access: { verb, resource } }: ApiCall, timeoutMs: number): string {
  return `The Kubernetes API did not answer our ${verb} of ${resource} within ${timeoutMs / 1_000} s.`;
}

function onStatus<T, U>(status: number, next: (error: SourceError) => Observable<U>) {
  return catchError<T, Observable<U>>((error: unknown) =>
    error instanceof SourceError && error.status === status ? next(error) : throwError(() => error),
  );
}
