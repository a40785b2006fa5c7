import { map, merge, type Observable, of, timer } from 'rxjs';
import type { KubernetesApi } from '../kubernetes/api.js';
import type { ResourceEvent, Scope } from '../model.js';
import { assertDuration } from '../operators/assert-duration.js';
import { FIRST_PAGE, type Listed, listPage, type Paging } from './list-page.js';
import { reached, runSource, type Step } from './run-source.js';
import { PROMISE_MARGIN_MS, type SourceOptions, sourceLimits } from './source-options.js';

export interface PollOptions extends SourceOptions {
  /** From the end of one list to the begin of the next. */
  readonly intervalMs: number;
}

type PollState = Paging | Listed;

/**
 * Complete lists, again and again.
 *
 *     interval                      ---------                   ---------
 *     result    -(init a b init-done)        -(init b init-done)         -(init…
 *
 * A failed list is tried again after the backoff, not after the interval. Never errors, never completes.
 */
export function pollObjects(api: KubernetesApi, scope: Scope, options: PollOptions): Observable<ResourceEvent> {
  const { intervalMs } = options;
  assertDuration('intervalMs', intervalMs);
  const limits = sourceLimits(options);
  const nextWithinMs = intervalMs + limits.listSilenceMs + PROMISE_MARGIN_MS;

  const pause = (): Observable<Step<PollState>> =>
    merge(
      of<Step<PollState>>({ type: 'alive', scope, nextWithinMs }),
      timer(intervalMs).pipe(map(() => reached<PollState>(FIRST_PAGE, true))),
    );
  return runSource<PollState>(
    {
      start: FIRST_PAGE,
      step: (state) => (state.type === 'listed' ? pause() : listPage(api, scope, state, limits)),
      afterFailure: () => FIRST_PAGE,
    },
    scope,
    limits,
  );
}
