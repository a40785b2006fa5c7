import { Observable, type OperatorFunction, type Subscription, timer } from 'rxjs';
import type {
  DesiredFile,
  FileOutcome,
  FolderStatus,
  Listed,
  ObjectKey,
  PathPlan,
  Refusal,
  UrlFailed,
  UrlFile,
  WritePlan,
} from '../model.js';
import { assertDuration } from './assert-duration.js';
import { type Lane, noteOutcome } from './url-lane.js';
import { UrlLanes, type UrlLanesOptions } from './url-lanes.js';

export interface FetchUrlsOptions extends UrlLanesOptions {
  /** What became of the files, as soon as it is known. */
  readonly written$: Observable<FileOutcome | FolderStatus>;
  /** How long `listed` waits for URLs that hang. @default 60_000 */
  readonly maxWaitMs?: number | undefined;
}

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
  const { concurrency = 4, refreshMs = 0, maxWaitMs = 60_000 } = options;
  if (!(concurrency >= 1)) throw new RangeError(`Expected \`concurrency\` to be at least 1, got ${concurrency}.`);
  assertDuration('refreshMs', refreshMs);
  assertDuration('maxWaitMs', maxWaitMs);
  return (source$) =>
    new Observable((subscriber) => {
      /** Those that `listed` waits for. */
      const unanswered = new Set<Lane>();
      let held: { readonly event: E; readonly lanes: Set<Lane>; readonly limit: Subscription } | undefined;

      const release = (): void => {
        const { event, limit } = held as NonNullable<typeof held>;
        held = undefined;
        limit.unsubscribe();
        subscriber.next(event as Exclude<E, PathPlan>);
      };
      const lanes = new UrlLanes(options, {
        give: (event) => subscriber.next(event),
        answered: (lane) => {
          unanswered.delete(lane);
          if (held?.lanes.delete(lane) && held.lanes.size === 0) release();
        },
        done: () => {
          if (held !== undefined) release();
          subscriber.complete();
        },
      });

      const plan = (event: PathPlan): void => {
        const urls = event.writes.filter(isUrlWrite);
        if (lanes.byPath.size > 0) {
          for (const { path } of event.removes) lanes.forgo(path);
          for (const { file } of event.writes) if (!('url' in file)) lanes.forgo(file.path);
        }
        if (urls.length === 0) {
          subscriber.next(event as WritePlan);
          return;
        }
        const pending = urls.map(({ owner, file: { path } }) => ({ owner, path }));
        subscriber.next({ type: 'plan', writes: event.writes.filter(isReadyWrite), removes: event.removes, pending });
        for (const { owner, file } of urls) {
          const lane = lanes.want(owner, file);
          if (lane === undefined) continue;
          unanswered.add(lane);
          lanes.enqueue(lane);
        }
      };

      subscriber.add(() => {
        lanes.close();
        held?.limit.unsubscribe();
      });
      subscriber.add(options.written$.subscribe((event) => noteOutcome(lanes.byPath, event)));
      subscriber.add(
        source$.subscribe({
          next: (event) => {
            if (isPlan(event)) plan(event);
            else if (event.type === ('listed' satisfies Listed['type']) && unanswered.size > 0 && held === undefined) {
              held = { event, lanes: new Set(unanswered), limit: timer(maxWaitMs).subscribe(release) };
            } else subscriber.next(event as Exclude<E, PathPlan>);
          },
          error: (error: unknown) => subscriber.error(error),
          complete: () => lanes.end(),
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
