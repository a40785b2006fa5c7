import { catchError, map, type Observable, of, switchMap, throwError } from 'rxjs';
import { isRecord } from '../../../kubernetes/is-record.js';
import { readStamp, stampedSpec, withoutStamp } from '../documents/stamp.js';
import {
  type DashboardWrite,
  GrafanaError,
  type JsonObject,
  type RemoteDashboard,
  type SavedDashboard,
} from '../grafana-api.js';
import { answerError, faultOf, malformed, says } from './answer-error.js';
import { isClassic } from './api-versions.js';
import type { AskGrafana } from './ask-grafana.js';
import { dashboardContent } from './dashboard-content.js';
import { type DashboardFamily, folderUidOf } from './dashboard-family.js';
import { type GrafanaAnswer, isSuccess, missingOf, recordOf } from './grafana-answer.js';
import { CREATE_RULES, UPDATE_RULES } from './save-rules.js';
import { searchOurs } from './search-pages.js';

const V2_ADVICE =
  'it is in the v2 schema, which /api/dashboards does not know; set GRAFANA_API=auto on a Grafana of 12 or newer';

/** Dashboards by `/api/dashboards` and `/api/search`: all there is before 12, and deprecated from 13 on. */
export function legacyDashboards(ask: AskGrafana): DashboardFamily {
  const read = (uid: string) => ask({ method: 'GET', path: pathOf(uid) });

  /**
   * `overwrite: true` is never sent: before 11.3 it takes over whatever has the same title in the folder. An update names the version
   * that it replaces instead, as Grafana's own page does, and so tells also who came in between.
   */
  const post = (write: DashboardWrite, id?: number): Observable<SavedDashboard> => {
    const { uid, replaces, folderUid = replaces?.folderUid ?? '', message, spec, stamp } = write;
    const version = replaces && { version: Number(replaces.version) };
    const dashboard = { ...stampedSpec(dashboardContent(spec), stamp), uid, ...version, ...(id && { id }) };
    const body = { dashboard, folderUid, overwrite: false, message };
    return ask({ method: 'POST', path: '/api/dashboards/db', body, subject: `dashboard ${uid}` }).pipe(
      map((answer) => readSaved(answer, write)),
    );
  };

  /** Until 12 a full quota refuses also an update, unless it comes with the numeric id. */
  const postWithId = (write: DashboardWrite, replaces: RemoteDashboard, quota: unknown): Observable<SavedDashboard> =>
    read(write.uid).pipe(
      switchMap((answer) => {
        const { id, version } = dashboardIn(answer);
        if (missingOf(answer) === 'dashboard' || (isSuccess(answer) && String(version) !== replaces.version)) {
          return throwError(() => faultOf(answer, 'conflict', 'the dashboard has changed since it was read'));
        }
        return Number.isSafeInteger(id) && Number(id) > 0 ? post(write, Number(id)) : throwError(() => quota);
      }),
    );

  return {
    list: () => searchOurs(ask),
    get: (uid) => read(uid).pipe(map((answer) => readRemote(answer, uid))),
    save(write) {
      const { uid, apiVersion, replaces } = write;
      if (apiVersion !== undefined && !isClassic(apiVersion.slice(apiVersion.indexOf('/') + 1))) {
        return throwError(() => new GrafanaError('unsupported', `The dashboard ${uid} was not sent: ${V2_ADVICE}.`));
      }
      if (replaces?.apiVersion !== undefined) return throwError(() => otherFamily(uid));
      return post(write).pipe(
        catchError((error) => {
          const isQuota = replaces !== undefined && error instanceof GrafanaError && error.code === 'quota';
          return isQuota ? postWithId(write, replaces, error) : throwError(() => error);
        }),
      );
    },
    remove: ({ uid, apiVersion }) =>
      apiVersion !== undefined
        ? throwError(() => otherFamily(uid))
        : ask({ method: 'DELETE', path: pathOf(uid) }).pipe(switchMap(readRemoved)),
  };
}

/** What was read by the other family names another version: it has to be read again. */
export function otherFamily(uid: string): GrafanaError {
  const why = 'it was read by the other family of the API, before Grafana was upgraded';
  return new GrafanaError('conflict', `The dashboard ${uid} was not touched: ${why}; it has to be read again.`);
}

export function readRemoved(answer: GrafanaAnswer): Observable<void> {
  // Gone is gone.
  if (isSuccess(answer) || missingOf(answer) === 'dashboard') return of(undefined);
  const why = 'a file or another tool has provisioned the dashboard, and it goes with that alone';
  const conflict = 'the dashboard has changed since it was read';
  return throwError(() =>
    answerError(answer, [
      { status: 400, when: says(/provisioned/i), code: 'provisioned', why },
      { status: [409, 412], code: 'conflict', why: conflict },
    ]),
  );
}

function pathOf(uid: string): string {
  return `/api/dashboards/uid/${encodeURIComponent(uid)}`;
}

function dashboardIn(answer: GrafanaAnswer): JsonObject {
  const { dashboard } = recordOf(answer);
  return isRecord(dashboard) ? (dashboard as JsonObject) : {};
}

function readRemote(answer: GrafanaAnswer, uid: string): RemoteDashboard | undefined {
  if (answer.status === 404 && missingOf(answer) === 'dashboard') return undefined;
  if (!isSuccess(answer)) throw answerError(answer, [{ status: 406, code: 'unsupported', why: V2_ADVICE }]);
  const spec = dashboardIn(answer);
  const { meta } = recordOf(answer);
  const { version, title, uid: found } = spec;
  if (!isRecord(meta) || typeof found !== 'string' || typeof version !== 'number') throw malformed(answer);
  if (found !== uid) {
    throw faultOf(answer, 'exists', `Grafana takes it for ${found}, which its database does not tell from it`);
  }
  const stamp = readStamp({ uid, spec });
  const isProvisioned = meta['provisioned'] === true || !!meta['provisionedExternalId'];
  return {
    uid,
    title: typeof title === 'string' ? title : '',
    folderUid: folderUidOf(meta['folderUid']),
    version: String(version),
    resourceVersion: undefined,
    management: isProvisioned ? 'provisioned' : stamp ? 'stamped' : 'nobody',
    stamp,
    apiVersion: undefined,
    spec: dashboardContent(withoutStamp(spec)),
  };
}

function readSaved(answer: GrafanaAnswer, { uid, replaces }: DashboardWrite): SavedDashboard {
  // 202 is a success by its number alone.
  if (answer.status !== 200) throw answerError(answer, replaces ? UPDATE_RULES : CREATE_RULES);
  const { uid: saved, version, folderUid } = recordOf(answer);
  if (typeof saved !== 'string' || typeof version !== 'number') throw malformed(answer);
  if (saved !== uid) {
    const why = `Grafana wrote it to ${saved} instead, most likely one of the same title; look at its history`;
    throw faultOf(answer, 'exists', why);
  }
  return {
    uid,
    version: String(version),
    folderUid: typeof folderUid === 'string' ? folderUidOf(folderUid) : undefined,
  };
}
