import { Observable, type OperatorFunction, Subscription, timer } from 'rxjs';
import type {
  DesiredFile,
  FileOutcome,
  FolderStatus,
  Listed,
  ObjectKey,
  PathPlan,
  Refusal,
  StagedContent,
  UrlFailed,
  UrlFile,
  WritePlan,
} from '../model.js';
import type { UrlAnswer, UrlRequest } from '../request/url-answer.js';
import { assertDuration, MAX_TIMER_MS } from './assert-duration.js';
import { isSameWish, type Lane, noteOutcome, openLane } from './url-lane.js';
import { NO_URL_FAILURES, type UrlFault, type UrlRetryOptions, urlRetry } from './url-retry.js';

export interface FetchUrlsOptions {
  /** One fetch: gives one answer. Unsubscribing aborts it and discards what it has staged. */
  readonly fetch: (request: UrlRequest) => Observable<UrlAnswer>;
  /** Whether the file at the path is still the one that was published. */
  readonly holds: (path: string, content: Pick<StagedContent, 'sha256' | 'size'>) => boolean;
  /** What became of the files, as soon as it is known. */
  readonly written$: Observable<FileOutcome | FolderStatus>;
  readonly retry: UrlRetryOptions;
  /** Fetches at a time. @default 4 */
  readonly concurrency?: number | undefined;
  /** `URL_REFRESH`: after this a URL is asked again whether it has changed. @default 0, never */
  readonly refreshMs?: number | undefined;
  /** How long `listed` waits for URLs that hang. @default 60_000 */
  readonly maxWaitMs?: number | undefined;
  /** The end comes with `listed`, so it also waits for the retries that the policy grants (`METHOD=LIST`). @default false */
  readonly once?: boolean | undefined;
}

/** Of the refresh, so that many pods that began together do not come back together. */
const REFRESH_JITTER = 1 / 10;

/**
 * Fetches the files of plans that are named by a URL: the rest of the plan goes on at once, each of them follows when it
 * has come, as a plan of its own.
 *
 *     plans    -p---q-----L------|     p: a file and two URLs, q: nothing but content, L: `listed`
 *     fetches   -----1                  1: the first has come
 *               ------------r           r: the second is refused
 *     result   -f---q1------(rL)-|     f: the file, with both URLs pending
 *
 * Concurrency: at most `concurrency` fetches, one a path; the newest wish for a path counts, and ends the fetch of an older one.
 * A wish that is the same as before joins the fetch, or the wait, that it finds. A plan without URLs passes as it is. `listed`
 * waits until every URL that was asked for before it has had its first answer, good or bad, or for `maxWaitMs`: a URL
 * counts neither for readiness nor for the exit code, but an application should start with its files.
 *
 * What fails is fetched again, by the policy and then about each minute; the file stays as it was. Content that the
 * disk does not take is a failed file like any other: whoever retries those asks for its object again.
 *
 * Completes when the source has, and each fetch that was asked for; waits end then. An error of the source, and unsubscribing,
 * abort all fetches.
 */
export function fetchUrls<E extends { readonly type: string }>(
  options: FetchUrlsOptions,
): OperatorFunction<E | PathPlan, Exclude<E, PathPlan> | WritePlan | FileOutcome | Refusal | UrlFailed> {
  const { concurrency = 4, refreshMs = 0, maxWaitMs = 60_000, once = false } = options;
  if (!(concurrency >= 1)) throw new RangeError(`Expected \`concurrency\` to be at least 1, got ${concurrency}.`);
  assertDuration('refreshMs', refreshMs);
  assertDuration('maxWaitMs', maxWaitMs);
  const random = options.retry.random ?? Math.random;
  return (source$) =>
    new Observable((subscriber) => {
      const lanes = new Map<string, Lane>();
      const queue = new Set<Lane>();
      /** Those that `listed` waits for. */
      const unanswered = new Set<Lane>();
      let held: { readonly event: E; readonly lanes: Set<Lane>; readonly limit: Subscription } | undefined;
      let fetching = 0;
      let ended = false;

      const release = (): void => {
        const { event, limit } = held as NonNullable<typeof held>;
        held = undefined;
        limit.unsubscribe();
        subscriber.next(event as Exclude<E, PathPlan>);
      };
      const answered = (lane: Lane): void => {
        unanswered.delete(lane);
        if (held?.lanes.delete(lane) && held.lanes.size === 0) release();
      };
      const finish = (): void => {
        if (ended && fetching === 0 && queue.size === 0) {
          if (held !== undefined) release();
          subscriber.complete();
        }
      };
      const begin = (): void => {
        for (const lane of queue) {
          if (fetching >= concurrency || subscriber.closed) return;
          queue.delete(lane);
          fetch(lane);
        }
      };
      const enqueue = (lane: Lane): void => {
        lane.state = 'queued';
        queue.add(lane);
        begin();
      };
      const wait = (lane: Lane, waitMs: number): void => {
        lane.state = 'idle';
        if (ended) return;
        lane.state = 'waiting';
        lane.work = timer(Math.min(waitMs, MAX_TIMER_MS)).subscribe(() => enqueue(lane));
      };
      const rest = (lane: Lane): void => {
        lane.tally = NO_URL_FAILURES;
        lane.refused = undefined;
        if (refreshMs > 0) wait(lane, refreshMs * (1 + random() * REFRESH_JITTER));
        // A wish that joins a refresh is not lost: it is asked for now.
        lane.state = 'idle';
      };
      const drop = (lane: Lane): void => {
        lanes.delete(lane.path);
        queue.delete(lane);
        const wasFetching = lane.state === 'fetching';
        lane.state = 'idle';
        lane.work.unsubscribe();
        if (wasFetching) fetching -= 1;
        answered(lane);
        begin();
      };

      const fetch = (lane: Lane): void => {
        lane.state = 'fetching';
        fetching += 1;
        const { path, owner, url } = lane;
        let answer: UrlAnswer | undefined;
        const settle = (): void => {
          if (lane.state !== 'fetching') return;
          lane.state = 'idle';
          fetching -= 1;
          take(lane, answer ?? { op: 'failed', kind: 'setup', reason: 'the fetch ended without an answer' });
          begin();
          finish();
        };
        lane.work = new Subscription();
        lane.work.add(
          options.fetch({ path, owner, url, validators: lane.standing?.validators }).subscribe({
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
      };

      const take = (lane: Lane, answer: UrlAnswer): void => {
        const { path, owner, standing } = lane;
        if (answer.op === 'failed' || answer.op === 'refused') {
          fault(lane, answer);
          return;
        }
        if (answer.op === 'fetched') {
          const { content, validators } = answer;
          lane.standing = undefined;
          lane.offered = { sha256: content.sha256, size: content.size, validators };
          rest(lane);
          subscriber.next({ type: 'plan', writes: [{ owner, file: { path, staged: content } }], removes: [] });
        } else if (answer.op === 'unwritten') {
          subscriber.next({ type: 'file', op: 'failed', path, owner, error: answer.error });
        } else if (standing === undefined || !options.holds(path, standing)) {
          lane.standing = undefined;
          enqueue(lane);
          return;
        } else {
          rest(lane);
          subscriber.next({ type: 'file', op: 'unchanged', path, owner, sha256: standing.sha256, size: standing.size });
        }
        answered(lane);
      };

      const fault = (lane: Lane, answer: UrlFault): void => {
        const { path, owner, url } = lane;
        const { tally, soon, waitMs } = urlRetry(lane.tally, answer, options.retry);
        lane.tally = tally;
        if (!(answer.op === 'refused' && answer.final)) wait(lane, waitMs);
        const subject = `The URL of the key ${JSON.stringify(url.entry.slice(0, 300))} of ${owner}`;
        if (answer.op === 'failed') {
          const { status, reason } = answer;
          const message = `${subject} could not be fetched: ${reason}.`;
          const { entry } = url;
          subscriber.next({ type: 'url-failed', path, owner, entry, status, message, retryInMs: waitMs });
        } else {
          const message = `${subject} is not fetched: ${answer.reason}.`;
          if (message !== lane.refused) {
            subscriber.next({ type: 'refused', key: owner, entry: url.entry, reason: 'url', message });
          }
          lane.refused = message;
        }
        if (!(once && soon) || ended) answered(lane);
      };

      const want = (owner: ObjectKey, file: UrlFile): void => {
        const { path, url } = file;
        const known = lanes.get(path);
        if (known !== undefined && isSameWish(known, owner, url)) {
          // One that waits after a failure goes on waiting: an object that changes each second is no reason to hurry.
          if (known.state === 'idle') {
            known.work.unsubscribe();
            unanswered.add(known);
            enqueue(known);
          }
          return;
        }
        if (known !== undefined) drop(known);
        const lane = openLane(owner, file, known);
        lanes.set(path, lane);
        unanswered.add(lane);
        enqueue(lane);
      };

      const plan = (event: PathPlan): void => {
        const urls = event.writes.filter(isUrlWrite);
        if (lanes.size > 0) {
          for (const { path } of event.removes) dropAt(path);
          for (const { file } of event.writes) if (!('url' in file)) dropAt(file.path);
        }
        if (urls.length === 0) {
          subscriber.next(event as WritePlan);
          return;
        }
        const pending = urls.map(({ owner, file: { path } }) => ({ owner, path }));
        subscriber.next({ type: 'plan', writes: event.writes.filter(isReadyWrite), removes: event.removes, pending });
        for (const { owner, file } of urls) want(owner, file);
      };
      const dropAt = (path: string): void => {
        const lane = lanes.get(path);
        if (lane !== undefined) drop(lane);
      };

      subscriber.add(() => {
        for (const lane of lanes.values()) lane.work.unsubscribe();
        held?.limit.unsubscribe();
      });
      subscriber.add(options.written$.subscribe((event) => noteOutcome(lanes, event)));
      subscriber.add(
        source$.subscribe({
          next: (event) => {
            if (isPlan(event)) plan(event);
            else if (event.type === ('listed' satisfies Listed['type']) && unanswered.size > 0 && held === undefined) {
              held = { event, lanes: new Set(unanswered), limit: timer(maxWaitMs).subscribe(release) };
            } else subscriber.next(event as Exclude<E, PathPlan>);
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => {
            ended = true;
            for (const lane of lanes.values()) if (lane.state === 'waiting') answered(lane);
            finish();
          },
        }),
      );
    });
}

function isPlan(event: { readonly type: string }): event is PathPlan {
  return event.type === 'plan';
}

type Write<File> = { readonly owner: ObjectKey; readonly file: File };

function isUrlWrite(write: Write<DesiredFile>): write is Write<UrlFile> {
  return 'url' in write.file;
}

function isReadyWrite(write: Write<DesiredFile>): write is Write<Exclude<DesiredFile, UrlFile>> {
  return !('url' in write.file);
}
