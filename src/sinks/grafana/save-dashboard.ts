import { catchError, concat, defer, EMPTY, ignoreElements, map, type Observable, throwError } from 'rxjs';
import type { Verdict } from './compare-dashboard.js';
import type { DashboardRecord } from './dashboard-record.js';
import type { DesiredDashboard } from './documents/desired-dashboard.js';
import { GrafanaError, type RemoteDashboard } from './grafana-api.js';
import type { DashboardEvent } from './grafana-event.js';
import { sayOnce, waiting } from './outcome.js';
import type { PushState } from './push-state.js';
import type { PushTerm } from './push-term.js';
import type { Wish } from './wish.js';

export interface Save {
  readonly record: DashboardRecord;
  readonly wish: Wish;
  readonly document: DesiredDashboard;
  /** `undefined`: where it is, a new one at the root. */
  readonly folderUid: string | undefined;
  /** As it was just read; `undefined`: there is none, and none may be overwritten. */
  readonly remote: RemoteDashboard | undefined;
  readonly verdict: Extract<Verdict, { act: 'save' }>;
  /** Whether it is still what is wanted. */
  readonly isCurrent: () => boolean;
}

/** Saves a dashboard as soon as it is its turn. A folder that is missing is created, or the dashboard waits for it. */
export function saveDashboard(state: PushState, term: PushTerm, save: Save): Observable<DashboardEvent> {
  const { folderUid, record, wish } = save;
  return saveOnce(state, term, save).pipe(
    catchError((error: unknown) => {
      if (!(error instanceof GrafanaError) || error.code !== 'folder-missing' || !folderUid) {
        return throwError(() => error);
      }
      if (!state.options.createFolders) {
        const message = `The dashboard ${wish.uid} of ${wish.source} waits: Grafana has no folder ${folderUid}; create it, or set GRAFANA_CREATE_FOLDERS=true.`;
        return sayOnce(record, waiting(wish, message));
      }
      const title = wish.folderTitle ?? folderUid;
      const create$ = term.write(defer(() => term.api.createFolder({ uid: folderUid, title })));
      return concat(create$.pipe(ignoreElements()), saveOnce(state, term, save)).pipe(catchError(stillMissing));
    }),
  );
}

/** It was just created, and not everybody in Grafana knows yet (facts/grafana.md, 5): soon, not at the next resync. */
function stillMissing(error: unknown): Observable<never> {
  const isMissing = error instanceof GrafanaError && error.code === 'folder-missing';
  return throwError(() => (isMissing ? new GrafanaError('server', error.message, { cause: error }) : error));
}

function saveOnce(state: PushState, term: PushTerm, save: Save): Observable<DashboardEvent> {
  const { record, wish, document, folderUid, remote, verdict, isCurrent } = save;
  const { uid, owner, source, sha256 } = wish;
  const stamp = { instance: state.options.instance, source, uid, sha256 };
  const { title, apiVersion, spec, message } = document;
  const write = { uid, title, folderUid, apiVersion, spec, stamp, message, replaces: remote };
  return term.write(defer(() => (isCurrent() ? term.api.save(write) : EMPTY))).pipe(
    map((saved): DashboardEvent => {
      const where = saved.folderUid ?? folderUid ?? remote?.folderUid ?? '';
      const { version } = saved;
      state.table.read(record, { folderUid: where, version, stamp });
      record.last = { version, sha256, folderUid: where };
      record.stands = isCurrent();
      record.said = undefined;
      const op = remote === undefined ? 'created' : verdict.op;
      return { type: 'dashboard', op, uid, owner, source, folderUid: where, version, drift: verdict.drift };
    }),
  );
}
