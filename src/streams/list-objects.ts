import type { Observable } from 'rxjs';
import type { KubernetesApi } from '../kubernetes/api.js';
import type { ResourceEvent, Scope } from '../model.js';
import { FIRST_PAGE, type Listed, listPage, type Paging } from './list-page.js';
import { runSource } from './run-source.js';
import { type SourceOptions, sourceLimits } from './source-options.js';

/**
 * One complete list of a scope, then completes.
 *
 *     result   -(alive init a b)-(c init-done|)      two pages
 *     result   -f------(alive init a init-done|)     a failure is a value, and the list is tried again for ever
 *
 * A list that fails half-way begins with `init` again. Never errors; unsubscribing aborts the request.
 */
export function listObjects(api: KubernetesApi, scope: Scope, options: SourceOptions = {}): Observable<ResourceEvent> {
  const limits = sourceLimits(options);
  return runSource<Paging | Listed>(
    {
      start: FIRST_PAGE,
      step: (state) => listPage(api, scope, state.type === 'paging' ? state : FIRST_PAGE, limits),
      afterFailure: () => FIRST_PAGE,
      isEnd: (state) => state.type === 'listed',
    },
    scope,
    limits,
  );
}
