import { EMPTY, type Observable, of } from 'rxjs';
import type { DashboardRecord } from './dashboard-record.js';
import type { GrafanaError, GrafanaErrorCode } from './grafana-api.js';
import type { DashboardEvent } from './grafana-event.js';
import { ownerOfSource, type Wish } from './wish.js';

/** Why a dashboard is as it is: said once, until it changes. */
export function sayOnce(
  record: DashboardRecord,
  event: Extract<DashboardEvent, { readonly message: string }>,
): Observable<DashboardEvent> {
  if (record.said === event.message) return EMPTY;
  record.said = event.message;
  return of(event);
}

export function waiting({ uid, owner, source }: Wish, message: string): Extract<DashboardEvent, { op: 'waiting' }> {
  return { type: 'dashboard', op: 'waiting', uid, owner, source, message };
}

/** `source`: of who wants it, or wanted it. */
export function refused(
  uid: string,
  source: string,
  code: GrafanaErrorCode | 'foreign',
  message: string,
): Extract<DashboardEvent, { op: 'refused' }> {
  return { type: 'dashboard', op: 'refused', uid, source, owner: ownerOfSource(source), code, message };
}

/** What no backoff helps with: looked at again at the next resync. `rejected` not even then. */
export function isSlow({ code }: GrafanaError): boolean {
  return SLOW.has(code);
}

const SLOW: ReadonlySet<GrafanaErrorCode> = new Set([
  'forbidden',
  'quota',
  'provisioned',
  'folder-missing',
  'rejected',
  'pending',
  'unsupported',
]);
