import { catchError, concat, concatMap, defer, EMPTY, finalize, type Observable, of, throwError } from 'rxjs';
import { DashboardAttempt } from './dashboard-attempt.js';
import type { DashboardRecord } from './dashboard-record.js';
import { folderPlace } from './folder-place.js';
import { GrafanaError } from './grafana-api.js';
import type { DashboardEvent } from './grafana-event.js';
import { isSlow, refused, sayOnce, waiting } from './outcome.js';
import type { PushState } from './push-state.js';
import type { PushTerm } from './push-term.js';
import type { Wish } from './wish.js';

/**
 * One try to make a dashboard in Grafana what is wanted:
 *
 * 1. Where it belongs.
 * 2. What a list has said is enough, if it is all there and as it should be: no request.
 * 3. It is read, whatever is known: nothing is overwritten that was not looked at.
 * 4. What is not ours stays; what is equal stays.
 * 5. Its document, where it is not in hand, is asked for: another try comes with it.
 * 6. It is saved.
 *
 * Errors with what a later try may mend. Newer wishes end it: there is another try for them.
 */
export function settleDashboard(state: PushState, term: PushTerm, record: DashboardRecord): Observable<DashboardEvent> {
  return defer(() => {
    const { wish } = record;
    if (wish === undefined || !record.isDirty || record.isRejected) return EMPTY;
    record.isDirty = false;
    return folderPlace(term.api, wish).pipe(
      concatMap((place) => {
        if (!place.ok) return sayOnce(record, waiting(wish, place.message)); // 1
        const { folderUid, warning } = place;
        const told = warning === undefined ? EMPTY : warnOnce(record, wish, warning);
        return concat(told, new DashboardAttempt(state, term, record, wish, folderUid).run());
      }),
      catchError((error: unknown) => {
        if (error instanceof GrafanaError && isSlow(error)) return refuse(record, wish, error);
        record.isDirty = true;
        // While it waits for its next try there is room for others.
        state.shelf.drop(wish.source);
        return throwError(() => error);
      }),
      finalize(() => {
        // What came while this try was under way is of the next one.
        if (!record.isDirty) state.shelf.drop(wish.source);
        state.queue.pump();
      }),
    );
  });
}

function refuse(record: DashboardRecord, wish: Wish, error: GrafanaError): Observable<DashboardEvent> {
  const { uid, source } = wish;
  if (error.code === 'pending' || error.code === 'folder-missing') return sayOnce(record, waiting(wish, error.message));
  record.isRejected = error.code === 'rejected';
  return sayOnce(record, refused(uid, source, error.code, error.message));
}

function warnOnce(record: DashboardRecord, wish: Wish, message: string): Observable<DashboardEvent> {
  if (record.warned === message) return EMPTY;
  record.warned = message;
  const { uid, owner, source } = wish;
  return of({ type: 'dashboard', op: 'warned', uid, owner, source, message });
}
