import { catchError, mergeMap, type Observable, of, throwError } from 'rxjs';
import type { KubernetesApi } from '../kubernetes/api.js';
import { isRecord } from '../kubernetes/is-record.js';
import { parseObject } from '../kubernetes/parse-object.js';
import { type ResourceEvent, type Scope, SourceError } from '../model.js';
import { readJson } from './read-json.js';
import { reached, type Step } from './run-source.js';
import type { SourceLimits } from './source-options.js';

/** A list of which the pages before `continueToken` were read. */
export interface Paging {
  readonly type: 'paging';
  /** `undefined`: nothing was read yet. */
  readonly continueToken: string | undefined;
  /** How often the token expired: then from the first page again, and then all at once. */
  readonly expiries: 0 | 1 | 2;
}

/** A complete list: it is the state of the cluster at `resourceVersion`. */
export interface Listed {
  readonly type: 'listed';
  readonly resourceVersion: string;
}

export const FIRST_PAGE: Paging = { type: 'paging', continueToken: undefined, expiries: 0 };

/**
 * Reads one page, from `init` to `init-done` over as many steps as there are pages. Leads to the next page, or to `listed`.
 *
 * The first page is asked for without a resourceVersion: that is consistent, and the server's cache answers it since 1.31.
 * A token that expired (410) is never replaced by the one in the error, whose pages would be of another moment: the list
 * begins anew, the second time without a limit, so that it cannot happen again.
 */
export function listPage(
  api: KubernetesApi,
  scope: Scope,
  state: Paging,
  limits: SourceLimits,
): Observable<Step<Paging | Listed>> {
  const { kind, namespace, labelSelector, fieldSelector } = scope;
  const { continueToken, expiries } = state;
  const limit = expiries === 2 ? undefined : limits.pageSize;
  const query = { labelSelector, fieldSelector, limit, continue: continueToken };
  return readJson(api, { verb: 'list', kind, namespace, query }, scope, limits).pipe(
    mergeMap((part) => (part.type === 'json' ? eventsOf(part.body, scope, state) : [part])),
    catchError((error: unknown) =>
      continueToken !== undefined && expiries < 2 && error instanceof SourceError && error.code === 'expired'
        ? of(reached<Paging>({ ...FIRST_PAGE, expiries: expiries === 0 ? 1 : 2 }))
        : throwError(() => error),
    ),
  );
}

function eventsOf(body: unknown, scope: Scope, state: Paging): readonly Step<Paging | Listed>[] {
  const { resourceVersion, continueToken, items } = pageOf(body);
  const applied = items.map(
    (item): ResourceEvent => ({
      type: 'init-apply',
      scope,
      object: parseObject(item, scope.kind),
    }),
  );
  const begun: readonly ResourceEvent[] = state.continueToken === undefined ? [{ type: 'init', scope }] : [];
  if (continueToken !== undefined) {
    return [...begun, ...applied, reached<Paging>({ ...state, continueToken })];
  }
  return [...begun, ...applied, { type: 'init-done', scope }, reached<Listed>({ type: 'listed', resourceVersion })];
}

/** The parts of a list that is one; throws a `malformed` `SourceError` for anything else that is JSON. */
export function pageOf(body: unknown) {
  const list = isRecord(body) ? body : {};
  const metadata = isRecord(list['metadata']) ? list['metadata'] : {};
  const { resourceVersion, continue: token } = metadata;
  // Go writes an empty slice as null.
  const items = list['items'] ?? [];
  if (typeof resourceVersion !== 'string' || resourceVersion === '' || !Array.isArray(items)) {
    throw new SourceError('malformed', 'Expected a list with items and a resourceVersion, got other JSON.');
  }
  const continueToken = typeof token === 'string' && token !== '' ? token : undefined;
  return { resourceVersion, continueToken, items: items as readonly unknown[] };
}
