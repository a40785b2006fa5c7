import {
  catchError,
  concat,
  defer,
  EMPTY,
  finalize,
  mergeMap,
  type Observable,
  type OperatorFunction,
  of,
  tap,
  throwError,
  timer,
} from 'rxjs';
import { backoffMs } from '../../operators/backoff.js';
import { latestByKey } from '../../operators/latest-by-key.js';
import type { DashboardRecord } from './dashboard-record.js';
import { GrafanaError } from './grafana-api.js';
import type { DashboardEvent, GrafanaEvent } from './grafana-event.js';
import type { PushState } from './push-state.js';
import { type PushTerm, TermOver } from './push-term.js';
import { removeDashboard } from './remove-dashboard.js';
import { settleDashboard } from './settle-dashboard.js';
import { TargetDown } from './target-gate.js';

export interface VisitDashboardsOptions {
  readonly state: PushState;
  readonly term: PushTerm;
  readonly random: () => number;
  /** A dashboard was looked at, and there is no more to do about it for now. */
  readonly visited: (uid: string) => void;
  /** It is known whose one more dashboard is. */
  readonly looked: () => void;
}

/** From one dashboard's own faults; the longest as a resync: what is wrong for long is looked at then. */
const BACKOFF = { baseMs: 800, maxMs: 300_000 };
/** What is deleted together is requested within this, so that the brake sees it together. */
const GATHER_MS = 1_000;
const TERM_OVER_WAIT_MS = 1_000;

/**
 * Looks at each dashboard that is named, and does what there is to do: by what is wanted when its turn comes, not when it
 * was named. One try at a time for each; the gate says how many in all.
 */
export function visitDashboards(options: VisitDashboardsOptions): OperatorFunction<string, GrafanaEvent> {
  const { random, visited } = options;
  return latestByKey<string, string, GrafanaEvent>({
    key: (uid) => uid,
    effect: (uid) =>
      defer(() => visit(options, uid)).pipe(tap({ complete: () => visited(uid), error: () => visited(uid) })),
    retry: (error, attempt) => {
      if (error instanceof TargetDown) return 0;
      return error instanceof TermOver ? TERM_OVER_WAIT_MS : backoffMs(attempt, { ...BACKOFF, random });
    },
    failed: (error, uid, _attempt, retryInMs): DashboardEvent | undefined => {
      if (error instanceof TargetDown || error instanceof TermOver) return undefined;
      if (error instanceof GrafanaError) {
        const { code, status, message } = error;
        return { type: 'dashboard', op: 'failed', uid, code, status, message, retryInMs };
      }
      const name = error instanceof Error ? error.name : typeof error;
      const message = `The dashboard ${uid} failed for a reason that nobody expected (${name}).`;
      return { type: 'dashboard', op: 'failed', uid, code: 'unexpected', status: undefined, message, retryInMs };
    },
  });
}

function visit(options: VisitDashboardsOptions, uid: string): Observable<GrafanaEvent> {
  const { state, term } = options;
  const record = state.table.get(uid);
  if (record === undefined || !record.isDirty) return EMPTY;
  if (record.wish !== undefined) return term.gate.run(uid, settleDashboard(state, term, record));
  record.isDirty = false;
  return clearAway(options, record).pipe(
    catchError((error: unknown) => {
      record.isDirty = true;
      return throwError(() => error);
    }),
  );
}

/** What nobody wants: first whose it is, then whether it is stale, then whether so much may go. */
function clearAway({ state, term, looked }: VisitDashboardsOptions, record: DashboardRecord): Observable<GrafanaEvent> {
  const { table, options } = state;
  const { uid } = record;
  const look$ = defer(() => (record.isRead ? EMPTY : term.gate.run(uid, lookAt(state, term, record, looked))));
  const remove$ = defer(() => {
    if (record.wish !== undefined || !table.stale.has(uid) || !options.delete) return EMPTY;
    if (!table.isStockTaken || !state.isStale(record)) {
      state.hold(uid);
      return EMPTY;
    }
    term.brake.request(uid);
    return timer(GATHER_MS).pipe(mergeMap(() => unlessBraked(state, term, record)));
  });
  return concat(look$, remove$);
}

function unlessBraked(state: PushState, term: PushTerm, record: DashboardRecord): Observable<GrafanaEvent> {
  const { brake } = term;
  if (record.wish !== undefined || !state.isStale(record)) return EMPTY;
  if (!brake.holds) {
    return term.gate.run(
      record.uid,
      // It may have closed since the turn was asked for.
      defer(() => (brake.holds ? unlessBraked(state, term, record) : removeDashboard(state, term, record))),
    );
  }
  term.braked.add(record.uid);
  if (term.braked.size > 1) return EMPTY;
  const { count, ours } = brake;
  const message = `${count} of ${ours} dashboards would be deleted: nothing is, since that is more than GRAFANA_MAX_DELETE_PERCENT=${state.options.maxDeletePercent}; raise it if you mean it.`;
  return of({ type: 'grafana', state: 'braked', deletes: count, ours, message });
}

/** Whose a dashboard is that carries our tag: a list of the legacy family does not say. */
function lookAt(state: PushState, term: PushTerm, record: DashboardRecord, looked: () => void): Observable<never> {
  return term.api.get(record.uid).pipe(
    tap({ next: (remote) => state.table.read(record, remote) }),
    mergeMap(() => EMPTY),
    finalize(() => {
      state.table.giveUp(record);
      // If it was the last, the others are to be requested before its own time runs.
      looked();
    }),
  );
}
