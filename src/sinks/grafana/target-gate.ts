import { defer, Observable, Subscription, tap, timer } from 'rxjs';
import { backoffMs } from '../../operators/backoff.js';
import { GrafanaError, type GrafanaErrorCode } from './grafana-api.js';
import type { GrafanaStatus } from './grafana-event.js';

export interface TargetGateOptions {
  readonly said: (status: GrafanaStatus) => void;
  /** In [0, 1). */
  readonly random: () => number;
}

/** The try failed since Grafana as a whole does: its turn comes again, and the gate has said why. */
export class TargetDown extends Error {
  override readonly name = 'TargetDown';
}

/**
 * Tries under way at a time, each with one request at a time. Three, since Grafana locks an account after five failed logins
 * in five minutes: a credential that ends costs three at most, and one probe more.
 */
const MAX_TRIES = 3;
const BACKOFF = { baseMs: 800, maxMs: 30_000 };
/** A server's wish is followed no further. */
const MAX_RETRY_AFTER_MS = 300_000;
/** Twice the five minutes in which failed logins are counted. */
const UNAUTHORIZED_WAIT_MS = 600_000;
/** So many different dashboards that fail with 500 one after the other are no fault of theirs. */
const MAX_STRIKES = 3;
/** What speaks of Grafana, or of the way to it, whatever was asked. */
const TARGET_WIDE: ReadonlySet<GrafanaErrorCode> = new Set([
  'unauthorized',
  'credentials',
  'unreachable',
  'malformed',
  'throttled',
]);
const TARGET_WIDE_STATUS: ReadonlySet<number | undefined> = new Set([502, 503, 504]);

interface Waiting {
  readonly begin: () => void;
}

/**
 * Lets tries through to Grafana: while it is well three at a time, else one after a wait that grows, and none in between. So a
 * Grafana that is down is asked by one, however many dashboards wait.
 *
 *     tries    a-b-c---d-----        b fails with 503: a and c, which were under way, end as they do
 *     gate     o-o-x~~~1-o---        ~: nothing is begun; 1: d is the probe; o: open again
 *
 * It begins with one, too, and so until a login has succeeded. 401: nothing for ten minutes, or until {@link hurry} says that
 * the credentials have changed. Tries that have not failed yet go first.
 */
export class TargetGate {
  readonly #options: TargetGateOptions;
  readonly #fresh = new Set<Waiting>();
  readonly #failed = new Set<Waiting>();
  readonly #failing = new Set<string>();
  readonly #strikes = new Set<string>();
  #wait = Subscription.EMPTY;
  #state: 'probing' | 'up' | 'down' = 'probing';
  #code: GrafanaErrorCode | undefined;
  #attempt = 0;
  #underWay = 0;
  #isPumping = false;
  /** A success proves nothing if it was begun before the last failure. */
  #epoch = 0;

  constructor(options: TargetGateOptions) {
    this.#options = options;
  }

  /** One try, when it may begin. Errors with {@link TargetDown} where it is not to blame. Unsubscribing gives its turn on. */
  run<T>(label: string, try$: Observable<T>): Observable<T> {
    return new Observable((subscriber) => {
      let phase: 'waiting' | 'running' | 'over' = 'waiting';
      const work = new Subscription();
      const end = (): void => {
        if (phase === 'running') this.#underWay -= 1;
        phase = 'over';
      };
      const begin = (): void => {
        phase = 'running';
        const epoch = this.#epoch;
        work.add(
          try$.subscribe({
            next: (value) => subscriber.next(value),
            error: (thrown: unknown) => {
              end();
              const error = this.#judge(label, thrown, epoch);
              this.#pump();
              subscriber.error(error);
            },
            complete: () => {
              end();
              this.#failing.delete(label);
              if (epoch === this.#epoch) this.#strikes.clear();
              this.#pump();
              subscriber.complete();
            },
          }),
        );
      };
      const waiting = { begin };
      const queue = this.#failing.has(label) ? this.#failed : this.#fresh;
      queue.add(waiting);
      this.#pump();
      return () => {
        // The next begins when this one has let go.
        work.unsubscribe();
        queue.delete(waiting);
        const isCut = phase === 'running';
        end();
        if (isCut) this.#pump();
      };
    });
  }

  /** The same call: an answer proves that Grafana is there, and knows us. */
  watch<T>(call$: Observable<T>): Observable<T> {
    return defer(() => {
      const epoch = this.#epoch;
      const prove = (): void => this.#prove(epoch);
      const error = (thrown: unknown): void => {
        if (thrown instanceof GrafanaError && thrown.code !== 'server' && !TARGET_WIDE.has(thrown.code)) prove();
      };
      return call$.pipe(tap({ complete: prove, error }));
    });
  }

  get isUp(): boolean {
    return this.#state === 'up';
  }

  /** The credentials have changed: what waits for them may be tried at once. */
  hurry(): void {
    if (this.#state === 'down' && (this.#code === 'unauthorized' || this.#code === 'credentials')) this.#probe();
  }

  close(): void {
    this.#wait.unsubscribe();
  }

  /** A loop, not a recursion: tries may end as they begin. */
  #pump(): void {
    if (this.#isPumping) return;
    this.#isPumping = true;
    for (;;) {
      const limit = this.#state === 'up' ? MAX_TRIES : this.#state === 'probing' ? 1 : 0;
      const [queue] = [this.#fresh, this.#failed].filter(({ size }) => size > 0);
      if (queue === undefined || this.#underWay >= limit) break;
      const [next] = queue as Set<Waiting>;
      queue.delete(next as Waiting);
      this.#underWay += 1;
      next?.begin();
    }
    this.#isPumping = false;
  }

  #probe(): void {
    this.#wait.unsubscribe();
    this.#state = 'probing';
    this.#pump();
  }

  #prove(epoch: number): void {
    if (epoch !== this.#epoch || this.#state === 'up') return;
    // That it can be read proves nothing where saves fail: a whole try has to succeed.
    if (this.#strikes.size >= MAX_STRIKES) return;
    this.#state = 'up';
    this.#attempt = 0;
    this.#wait.unsubscribe();
    if (this.#code !== undefined) this.#options.said({ type: 'grafana', state: 'up' });
    this.#code = undefined;
    this.#pump();
  }

  #judge(label: string, error: unknown, epoch: number): unknown {
    this.#failing.add(label);
    if (!(error instanceof GrafanaError) || !this.#isTargetWide(label, error)) return error;
    // One that was begun before the last failure says nothing new, above all nothing of other credentials.
    if (this.#state !== 'down' && epoch === this.#epoch) this.#close(error);
    return new TargetDown(error.message, { cause: error });
  }

  #isTargetWide(label: string, { code, status }: GrafanaError): boolean {
    if (TARGET_WIDE.has(code)) return true;
    if (code !== 'server') return false;
    this.#strikes.add(label);
    return TARGET_WIDE_STATUS.has(status) || this.#strikes.size >= MAX_STRIKES;
  }

  #close({ code, status, message, retryAfterMs = 0 }: GrafanaError): void {
    this.#state = 'down';
    this.#code = code;
    this.#epoch += 1;
    this.#attempt += 1;
    const { random } = this.#options;
    const ownMs = code === 'unauthorized' ? UNAUTHORIZED_WAIT_MS : backoffMs(this.#attempt, { ...BACKOFF, random });
    const retryInMs = Math.max(ownMs, Math.min(retryAfterMs, MAX_RETRY_AFTER_MS));
    this.#wait = timer(retryInMs).subscribe(() => this.#probe());
    this.#options.said({ type: 'grafana', state: 'down', code, status, message, retryInMs });
  }
}
