import {
  asyncScheduler,
  catchError,
  concat,
  connect,
  defer,
  filter,
  map,
  merge,
  type Observable,
  of,
  tap,
  throwError,
} from 'rxjs';
import type { KubernetesApi } from '../kubernetes/api.js';
import { parseJson, splitLines } from '../kubernetes/json-lines.js';
import { type ObjectKey, type Scope, SourceError, scopeName } from '../model.js';
import { concatMapIterable } from '../operators/concat-map-iterable.js';
import { failWhenSilent } from './fail-when-silent.js';
import { bytesOf, signsOfLife } from './read-json.js';
import { reached, type Step } from './run-source.js';
import { PROMISE_MARGIN_MS } from './source-options.js';
import { parseWatchEvent, type WatchEvent } from './watch-event.js';
import type { WatchLimits } from './watch-options.js';
import { watchRequest } from './watch-request.js';
import { EMPTY_STATE, type WatchState } from './watch-state.js';
import { changeSteps, listedSteps } from './watch-steps.js';
import { isQuietByDesign, openingMs, openSilenceMs, shortMs } from './watch-timing.js';

/** What one source has learned about its server. */
export interface ServerTraits {
  streamsLists: boolean;
  sendsBookmarks: boolean;
}

/** Instead of a streamed list there will be none: nothing has failed, the list is to be read in pages. */
export class NotStreamed extends Error {}

export interface WatchStreamOptions {
  readonly api: KubernetesApi;
  readonly scope: Scope;
  readonly limits: WatchLimits;
  readonly traits: ServerTraits;
}

/**
 * One watch request, from its answer to its end: with `from` it goes on from that resourceVersion, without it brings the
 * whole list first, and goes on.
 *
 *     from 7     -(alive)-(apply, reached 8)-(delete, reached 9)-(alive|)
 *     list       -(alive init)-(init-apply)-(init-done, reached 20)-(apply, reached 21)-(alive|)
 *
 * Completes at a normal end. Errors with `NotStreamed` where the server does not stream lists, else with a `SourceError`;
 * before an error that came inside the stream it has reached `empty` (but 429: that asks for patience only).
 */
export function watchStream(from: string | undefined, options: WatchStreamOptions): Observable<Step<WatchState>> {
  const { api, scope, limits, traits } = options;
  const request = watchRequest(from, scope, limits);
  const what = `the watch of ${scopeName(scope)}`;
  return defer(() => {
    const deleted = new Set<ObjectKey>();
    let resourceVersion = from;
    let openedAt: number | undefined;
    const ageMs = () => asyncScheduler.now() - (openedAt ?? asyncScheduler.now());
    const silenceMs = () =>
      openedAt === undefined
        ? openingMs(limits)
        : resourceVersion === undefined
          ? Math.min(limits.streamedListSilenceMs, openSilenceMs(limits, traits.sendsBookmarks))
          : openSilenceMs(limits, traits.sendsBookmarks);

    // A streamed list that falls silent is read in pages, and the first of them may take its time too.
    const promiseMs = () => silenceMs() + (resourceVersion === undefined ? limits.listSilenceMs : 0);

    const stepsOf = (event: WatchEvent): Iterable<Step<WatchState>> => {
      if (event.type === 'error') {
        return endWith(event.error, resourceVersion !== undefined && event.error.code !== 'throttled');
      }
      traits.sendsBookmarks ||= event.type === 'bookmark';
      if (resourceVersion !== undefined) {
        return changeSteps(event, scope, resourceVersion);
      }
      if (ageMs() > limits.streamedListMaxMs) {
        throw new NotStreamed();
      }
      return listedSteps(event, scope, deleted);
    };

    const end$ = defer((): Observable<Step<WatchState>> => {
      if (resourceVersion === undefined) {
        return throwError(() => new NotStreamed());
      }
      if (resourceVersion === from && ageMs() < shortMs(limits)) {
        const message = `The API server ended ${what} at once, without an event.`;
        return concat(
          empty$,
          throwError(() => new SourceError('server', message)),
        );
      }
      return of({ type: 'alive', scope, nextWithinMs: openingMs(limits) + PROMISE_MARGIN_MS });
    });

    const parts$ = api.request(request).pipe(
      tap(() => {
        openedAt ??= asyncScheduler.now();
      }),
      failWhenSilent(silenceMs, what),
    );
    const steps$ = parts$.pipe(
      connect((shared$) =>
        merge<Step<WatchState>[]>(
          shared$.pipe(signsOfLife(scope, promiseMs)),
          shared$.pipe(
            filter((part) => part.type === 'head' && from === undefined),
            map(() => init(scope)),
          ),
          shared$.pipe(
            bytesOf(),
            splitLines(limits.maxLineBytes),
            map((line) => parseWatchEvent(parseJson(line, `A line of ${what}`), scope.kind, request)),
            concatMapIterable(stepsOf),
          ),
        ),
      ),
      tap((step) => {
        if (step.type === 'reached' && step.state.type === 'watching') {
          resourceVersion = step.state.resourceVersion;
        }
      }),
    );
    return concat(steps$, end$).pipe(
      catchError((error: unknown) => {
        const code = error instanceof SourceError ? error.code : undefined;
        const isOpen = openedAt !== undefined;
        if (resourceVersion === undefined && (isOpen ? code === 'silent' : code === 'rejected')) {
          return throwError(() => new NotStreamed());
        }
        return isOpen && code === 'silent' && isQuietByDesign(limits)
          ? of<Step<WatchState>>({ type: 'alive', scope, nextWithinMs: openingMs(limits) + PROMISE_MARGIN_MS })
          : throwError(() => error);
      }),
    );
  });
}

const empty$ = of(reached<WatchState>(EMPTY_STATE));

function* endWith(error: SourceError, forgets: boolean): Generator<Step<WatchState>> {
  if (forgets) {
    yield reached<WatchState>(EMPTY_STATE);
  }
  throw error;
}

function init(scope: Scope): Step<WatchState> {
  return { type: 'init', scope };
}
