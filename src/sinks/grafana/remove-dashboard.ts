import {
  catchError,
  concat,
  concatMap,
  defaultIfEmpty,
  defer,
  EMPTY,
  ignoreElements,
  type Observable,
  of,
  throwError,
} from 'rxjs';
import type { DashboardRecord } from './dashboard-record.js';
import { isOurs } from './documents/stamp.js';
import { GrafanaError, type RemoteDashboard } from './grafana-api.js';
import type { DashboardEvent } from './grafana-event.js';
import { isSlow, refused, sayOnce } from './outcome.js';
import type { PushState } from './push-state.js';
import type { PushTerm } from './push-term.js';

/** One try to delete a dashboard that nobody wants: only with our whole stamp, as it is read right before. One that is gone is a success. */
export function removeDashboard(
  state: PushState,
  term: PushTerm,
  record: DashboardRecord,
  mayGo: (remote: RemoteDashboard) => boolean = () => state.isStale(record),
  readsLeft = 1,
): Observable<DashboardEvent> {
  const { uid } = record;
  return term.api.get(uid).pipe(
    defaultIfEmpty(undefined),
    concatMap((remote): Observable<DashboardEvent> => {
      const source = record.released ?? record.found?.stamp?.source;
      state.table.read(record, remote);
      if (record.wish !== undefined || source === undefined) return EMPTY;
      if (remote === undefined || !isOurs(remote, state.options.instance)) {
        term.brake.withdraw(uid);
        if (remote === undefined) return EMPTY;
        const message = `The dashboard ${uid} of ${source} is not deleted: it does not carry our stamp any more.`;
        return sayOnce(record, refused(uid, source, 'foreign', message));
      }
      if (!mayGo(remote)) return EMPTY;
      const remove$ = defer(() => (record.wish === undefined ? term.api.remove(remote) : EMPTY));
      const gone$ = defer(() => {
        if (record.wish !== undefined) return EMPTY;
        state.table.read(record, undefined);
        term.brake.deleted(uid);
        return of<DashboardEvent>({ type: 'dashboard', op: 'deleted', uid, source });
      });
      return concat(term.write(remove$).pipe(ignoreElements()), gone$);
    }),
    catchError((error: unknown) => {
      if (!(error instanceof GrafanaError)) return throwError(() => error);
      if (error.code === 'conflict' && readsLeft > 0) return removeDashboard(state, term, record, mayGo, readsLeft - 1);
      if (!isSlow(error)) return throwError(() => error);
      term.brake.withdraw(uid);
      const source = record.released ?? record.found?.stamp?.source ?? '';
      return sayOnce(record, refused(uid, source, error.code, error.message));
    }),
  );
}

/**
 * Before 11.3 a title may be once in a folder: where a key changed its uid, and the old dashboard has the title of the new one, the
 * old one has to go first. The brake has its say here, too.
 */
export function removeFirst(
  state: PushState,
  term: PushTerm,
  old: DashboardRecord,
  title: string,
): Observable<DashboardEvent> {
  const { brake } = term;
  return defer(() => {
    if (!state.options.delete || state.lists.isDeciding) return EMPTY;
    brake.request(old.uid);
    return brake.holds ? EMPTY : removeDashboard(state, term, old, (remote) => remote.title === title);
  });
}
