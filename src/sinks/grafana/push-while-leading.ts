import { asyncScheduler, defer, finalize, ignoreElements, merge, NEVER, type Observable, Subject, tap } from 'rxjs';
import type { Term } from '../../leadership.js';
import type { DashboardRecord } from './dashboard-record.js';
import { DeleteBrake } from './delete-brake.js';
import type { GrafanaApi } from './grafana-api.js';
import type { GrafanaEvent, GrafanaStatus } from './grafana-event.js';
import { PacedVisits } from './paced-visits.js';
import type { PushState } from './push-state.js';
import { openTerm } from './push-term.js';
import { resync } from './resync.js';
import { TargetGate } from './target-gate.js';
import { visitDashboards } from './visit-dashboards.js';

export interface PushWhileLeadingOptions {
  readonly api: GrafanaApi;
  readonly state: PushState;
  readonly term: Pick<Term, 'mayAct'>;
  /** Uids about which there is news. */
  readonly news$: Observable<string>;
  /** Everything was listed: what is new from now on is a change, not a start. */
  readonly isListed: () => boolean;
  readonly progress: Progress;
}

/** How far the first tries are. */
export interface Progress {
  begin(uid: string): void;
  end(uid: string): void;
  fail(isDown: boolean): void;
  /** All that there is was begun. */
  compared(): void;
}

/**
 * Makes Grafana what is wanted for as long as we lead: first it is listed, then everything compared anew, then what there
 * is news of, and all again at each resync.
 *
 *     resync ─┬─ paced ─┐
 *             └─────────┼─ visitDashboards ─ gate ─ Grafana
 *     news ─────────────┘
 *
 * Never completes; unsubscribing aborts what is under way.
 */
export function pushWhileLeading(options: PushWhileLeadingOptions): Observable<GrafanaEvent> {
  const { api, state, news$, progress } = options;
  const { table } = state;
  const {
    resyncMs,
    random = Math.random,
    credentialsChange$ = NEVER,
    maxDeletePercent: maxPercent,
    drift,
  } = state.options;
  return defer(() => {
    const said$ = new Subject<GrafanaStatus>();
    const visits$ = new Subject<string>();
    const said = (status: GrafanaStatus): void => {
      if (status.state === 'down' || status.state === 'up') progress.fail(status.state === 'down');
      said$.next(status);
    };
    const gate = new TargetGate({ random, said });
    const brake = new DeleteBrake({ maxPercent, ours: () => table.ours, now: () => asyncScheduler.now() });
    const term = openTerm({ api, gate, brake, term: options.term });
    const paced = new PacedVisits({
      isDue: (uid) => table.get(uid)?.isRead === false,
      isUp: () => gate.isUp,
      visit: (uid) => visits$.next(uid),
      skip: (uid) => progress.end(uid),
    });

    const visit = (record: DashboardRecord, isHurried: boolean): void => {
      const { uid, found, isRead } = record;
      record.isDirty = true;
      progress.begin(uid);
      // Until the first list has said what there is.
      if (!table.isListed) return;
      if (found !== undefined && !isRead && !isHurried) paced.add(uid);
      else visits$.next(uid);
    };
    const releaseBrake = (): void => {
      if (term.braked.size === 0 || brake.holds) return;
      const uids = [...term.braked];
      term.braked.clear();
      said({ type: 'grafana', state: 'unbraked' });
      for (const uid of uids) visitUid(uid);
    };
    const visitUid = (uid: string): void => {
      const record = table.get(uid);
      if (record === undefined) return;
      if (record.wish !== undefined) brake.withdraw(uid);
      visit(record, record.wish !== undefined && options.isListed());
      releaseBrake();
    };

    const visitHeld = (): void => {
      for (const uid of state.takeHeld()) visitUid(uid);
    };
    const visited = (uid: string): void => {
      progress.end(uid);
      releaseBrake();
      visitHeld();
    };
    let rounds = 0;
    const compareAll = (): void => {
      // First whose is what nobody wants: nothing is deleted before that is known.
      const all = [...table.all()].filter(({ isRejected }) => !isRejected);
      for (const record of all) if (record.wish === undefined) visit(record, false);
      for (const record of all) {
        if (record.wish === undefined) continue;
        // What stands by its stamp alone is looked at a resync later: a start costs one list.
        if (rounds > 0 && record.stands && record.last === undefined && drift !== 'ignore') record.isRead = false;
        if (!(record.isRead && record.stands && isAsLast(record))) visit(record, false);
      }
      rounds += 1;
    };

    const rounds$ = resync({ term, resyncMs, random, said }).pipe(
      tap((listed) => {
        table.takeStock(listed);
        said$.next({ type: 'grafana', state: 'listed', ours: table.ours, wanted: table.wanted });
        compareAll();
        progress.compared();
      }),
      ignoreElements(),
    );
    table.forgetGrafana();
    return merge(
      said$,
      visits$.pipe(visitDashboards({ state, term, random, visited, looked: visitHeld })),
      paced.run$,
      news$.pipe(tap(visitUid), ignoreElements()),
      credentialsChange$.pipe(
        tap(() => gate.hurry()),
        ignoreElements(),
      ),
      rounds$,
    ).pipe(finalize(() => gate.close()));
  });
}

/** A list shows what we wrote: there is nothing to look at. */
function isAsLast({ found, last }: DashboardRecord): boolean {
  return last !== undefined && found?.version === last.version && found.folderUid === last.folderUid;
}
