import { type Observable, Subscription, timer } from 'rxjs';
import type { FileOutcome, ObjectKey, Refusal, StagedContent, UrlFailed, UrlFile, WritePlan } from '../model.js';
import type { UrlAnswer, UrlRequest } from '../request/url-answer.js';
import { MAX_TIMER_MS } from './assert-duration.js';
import { isSameWish, type Lane, openLane } from './url-lane.js';
import { NO_URL_FAILURES, type UrlFault, type UrlRetryOptions, urlRetry } from './url-retry.js';

export interface UrlLanesOptions {
  /** One fetch: gives one answer. Unsubscribing aborts it and discards what it has staged. */
  readonly fetch: (request: UrlRequest) => Observable<UrlAnswer>;
  /** Whether the file at the path is still the one that was published. */
  readonly holds: (path: string, content: Pick<StagedContent, 'sha256' | 'size'>) => boolean;
  readonly retry: UrlRetryOptions;
  /** Fetches at a time. @default 4 */
  readonly concurrency?: number | undefined;
  /** `URL_REFRESH`: after this a URL is asked again whether it has changed. @default 0, never */
  readonly refreshMs?: number | undefined;
  /** The first answer of a URL is the one behind the retries that the policy grants (`METHOD=LIST`). @default false */
  readonly once?: boolean | undefined;
}

/** What the lanes tell whoever drives them. */
export interface UrlLanesListener {
  readonly give: (event: WritePlan | FileOutcome | Refusal | UrlFailed) => void;
  /** Behind what it gave: a wish had its answer, good or bad, or is wanted no more. */
  readonly answered: (lane: Lane) => void;
  /** The source has ended, and nothing is under way. */
  readonly done: () => void;
}

/** Of the refresh, so that many pods that began together do not come back together. */
const REFRESH_JITTER = 1 / 10;

/** Every path that is wanted from a URL, each in a lane of its own, and a few of them fetching at a time. */
export class UrlLanes {
  readonly byPath = new Map<string, Lane>();
  readonly #options: UrlLanesOptions;
  readonly #listener: UrlLanesListener;
  readonly #queue = new Set<Lane>();
  #fetching = 0;
  #ended = false;
  #closed = false;

  constructor(options: UrlLanesOptions, listener: UrlLanesListener) {
    this.#options = options;
    this.#listener = listener;
  }

  /** The lane that will have an answer; `undefined` where the same wish is under way, or waits after a failure. */
  want(owner: ObjectKey, file: UrlFile): Lane | undefined {
    const known = this.byPath.get(file.path);
    if (known !== undefined && isSameWish(known, owner, file.url)) {
      // One that waits after a failure goes on waiting: an object that changes each second is no reason to hurry.
      if (known.state !== 'idle') return undefined;
      known.work.unsubscribe();
      return known;
    }
    if (known !== undefined) this.#drop(known);
    const lane = openLane(owner, file, known);
    this.byPath.set(file.path, lane);
    return lane;
  }

  /** Nobody wants the path from a URL any more. */
  forgo(path: string): void {
    const lane = this.byPath.get(path);
    if (lane !== undefined) this.#drop(lane);
  }

  enqueue(lane: Lane): void {
    lane.state = 'queued';
    this.#queue.add(lane);
    this.#begin();
  }

  /** No wish comes any more: what is asked for is still fetched, what waits is not. */
  end(): void {
    this.#ended = true;
    for (const lane of this.byPath.values()) if (lane.state === 'waiting') this.#listener.answered(lane);
    this.#finish();
  }

  /** Aborts everything. */
  close(): void {
    this.#closed = true;
    for (const lane of this.byPath.values()) lane.work.unsubscribe();
  }

  #begin(): void {
    const { concurrency = 4 } = this.#options;
    for (const lane of this.#queue) {
      if (this.#fetching >= concurrency || this.#closed) return;
      this.#queue.delete(lane);
      this.#fetch(lane);
    }
  }

  #finish(): void {
    if (this.#ended && this.#fetching === 0 && this.#queue.size === 0) this.#listener.done();
  }

  #wait(lane: Lane, waitMs: number): void {
    lane.state = 'idle';
    if (this.#ended) return;
    lane.state = 'waiting';
    lane.work = timer(Math.min(waitMs, MAX_TIMER_MS)).subscribe(() => this.enqueue(lane));
  }

  #rest(lane: Lane): void {
    const { refreshMs = 0, retry } = this.#options;
    lane.tally = NO_URL_FAILURES;
    lane.refused = undefined;
    if (refreshMs > 0) this.#wait(lane, refreshMs * (1 + (retry.random ?? Math.random)() * REFRESH_JITTER));
    // A wish that joins a refresh is not lost: it is asked for now.
    lane.state = 'idle';
  }

  #drop(lane: Lane): void {
    this.byPath.delete(lane.path);
    this.#queue.delete(lane);
    const wasFetching = lane.state === 'fetching';
    lane.state = 'idle';
    lane.work.unsubscribe();
    if (wasFetching) this.#fetching -= 1;
    this.#listener.answered(lane);
    this.#begin();
  }

  #fetch(lane: Lane): void {
    lane.state = 'fetching';
    this.#fetching += 1;
    const { path, owner, url } = lane;
    let answer: UrlAnswer | undefined;
    const settle = (): void => {
      if (lane.state !== 'fetching') return;
      lane.state = 'idle';
      this.#fetching -= 1;
      this.#take(lane, answer ?? { op: 'failed', kind: 'setup', reason: 'the fetch ended without an answer' });
      this.#begin();
      this.#finish();
    };
    lane.work = new Subscription();
    lane.work.add(
      this.#options.fetch({ path, owner, url, validators: lane.standing?.validators }).subscribe({
        next: (given) => {
          answer = given;
        },
        error: (error: unknown) => {
          const name = error instanceof Error ? error.name : typeof error;
          answer = { op: 'failed', kind: 'setup', reason: `the fetch failed unexpectedly (${name})` };
          settle();
        },
        complete: settle,
      }),
    );
  }

  #take(lane: Lane, answer: UrlAnswer): void {
    const { path, owner, standing } = lane;
    const { give, answered } = this.#listener;
    if (answer.op === 'failed' || answer.op === 'refused') {
      this.#fault(lane, answer);
      return;
    }
    if (answer.op === 'fetched') {
      const { content, validators } = answer;
      lane.standing = undefined;
      lane.offered = { sha256: content.sha256, size: content.size, validators };
      this.#rest(lane);
      give({ type: 'plan', writes: [{ owner, file: { path, staged: content } }], removes: [] });
    } else if (answer.op === 'unwritten') {
      give({ type: 'file', op: 'failed', path, owner, error: answer.error });
    } else if (standing === undefined || !this.#options.holds(path, standing)) {
      lane.standing = undefined;
      this.enqueue(lane);
      return;
    } else {
      this.#rest(lane);
      give({ type: 'file', op: 'unchanged', path, owner, sha256: standing.sha256, size: standing.size });
    }
    answered(lane);
  }

  #fault(lane: Lane, answer: UrlFault): void {
    const { path, owner, url } = lane;
    const { give, answered } = this.#listener;
    const { tally, soon, waitMs } = urlRetry(lane.tally, answer, this.#options.retry);
    lane.tally = tally;
    if (!(answer.op === 'refused' && answer.final)) this.#wait(lane, waitMs);
    const subject = `The URL of the key ${JSON.stringify(url.entry.slice(0, 300))} of ${owner}`;
    if (answer.op === 'failed') {
      const { status, reason } = answer;
      const message = `${subject} could not be fetched: ${reason}.`;
      give({ type: 'url-failed', path, owner, entry: url.entry, status, message, retryInMs: waitMs });
    } else {
      const message = `${subject} is not fetched: ${answer.reason}.`;
      if (message !== lane.refused) {
        give({ type: 'refused', key: owner, entry: url.entry, reason: 'url', message });
      }
      lane.refused = message;
    }
    if (!(this.#options.once && soon) || this.#ended) answered(lane);
  }
}
