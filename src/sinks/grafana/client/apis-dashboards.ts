import { catchError, defer, map, type Observable, of, switchMap, throwError } from 'rxjs';
import { type DashboardWrite, GrafanaError, type RemoteDashboard, type SavedDashboard } from '../grafana-api.js';
import { answerError, malformed } from './answer-error.js';
import { isClassic } from './api-versions.js';
import { listOurs } from './apis-list.js';
import { type ApisDashboard, type ForeignMetadata, readDashboard, readSavedObject, versionOf } from './apis-object.js';
import type { AskGrafana } from './ask-grafana.js';
import type { DashboardFamily } from './dashboard-family.js';
import { type GrafanaAnswer, isSuccess, missingOf } from './grafana-answer.js';
import type { ApisServer } from './grafana-server.js';
import { otherFamily, readRemoved } from './legacy-dashboards.js';
import { CREATE_RULES, UPDATE_RULES } from './save-rules.js';
import { writeObject } from './write-object.js';

/** What is known of single dashboards beyond one request; it may be lost at any time. */
export interface ApisMemory {
  /** Of those in the v2 schema: the version that gives them unconverted. */
  readonly versions: Map<string, string>;
  /** What others wrote beside what was read. */
  readonly foreign: WeakMap<RemoteDashboard, ForeignMetadata>;
}

export function createApisMemory(): ApisMemory {
  return { versions: new Map(), foreign: new WeakMap() };
}

/** Dashboards by `/apis/dashboard.grafana.app`, from Grafana 12 on. */
export function apisDashboards(ask: AskGrafana, server: ApisServer, memory: ApisMemory): DashboardFamily {
  const { namespace, versions, classicVersion } = server;
  const pathOf = (version: string, uid?: string) => {
    const all = `/apis/dashboard.grafana.app/${version}/namespaces/${namespace}/dashboards`;
    return uid === undefined ? all : `${all}/${encodeURIComponent(uid)}`;
  };

  const readIn = (uid: string, version: string): Observable<ApisDashboard | undefined> =>
    ask({ method: 'GET', path: pathOf(version, uid) }).pipe(map((answer) => readAnswer(answer, uid)));

  /**
   * As it is stored, so that nothing of it is lost: what says that it was converted from another schema is read once more in that one. So is
   * what the server cannot convert (501, 406).
   */
  const read = (uid: string): Observable<ApisDashboard | undefined> => {
    const first = memory.versions.get(uid) ?? classicVersion;
    const others = versions.filter((version) => isClassic(version) !== isClassic(first));
    const [second] = others;
    return readIn(uid, first).pipe(
      switchMap((found) => {
        const stored = found?.storedVersion;
        return stored !== undefined && others.includes(stored) ? readIn(uid, stored) : of(found);
      }),
      catchError((error) => {
        const isUnconvertible = error instanceof GrafanaError && (error.status === 501 || error.status === 406);
        if (isUnconvertible && second !== undefined) return readIn(uid, second);
        throw error;
      }),
      map((found) => {
        const version = found && versionOf(found.remote.apiVersion ?? '');
        if (version === undefined || isClassic(version)) memory.versions.delete(uid);
        else memory.versions.set(uid, version);
        return found;
      }),
    );
  };

  const get = (uid: string): Observable<RemoteDashboard | undefined> =>
    read(uid).pipe(
      map((found) => {
        if (found !== undefined) memory.foreign.set(found.remote, found);
        return found?.remote;
      }),
    );

  /** Asked for once more where who read it has kept a copy of what we gave. */
  const foreignOf = (replaces: RemoteDashboard): Observable<ForeignMetadata> => {
    const known = memory.foreign.get(replaces);
    if (known !== undefined) return of(known);
    return read(replaces.uid).pipe(
      map((found) => {
        // One that has changed meanwhile is refused by its resourceVersion.
        if (found !== undefined) return found;
        throw new GrafanaError('conflict', `The dashboard ${replaces.uid} was not sent: it is gone since it was read.`);
      }),
    );
  };

  const send = (write: DashboardWrite, version: string, foreign?: ForeignMetadata): Observable<SavedDashboard> => {
    const { uid, replaces } = write;
    const body = writeObject(write, { version, namespace, foreign });
    const subject = `dashboard ${uid}`;
    const path = pathOf(version, replaces && uid);
    return ask({ method: replaces ? 'PUT' : 'POST', path, body, ...(!replaces && { subject }) }).pipe(
      map((answer) => {
        const saved = readSaved(answer, write);
        if (isClassic(version)) memory.versions.delete(uid);
        else memory.versions.set(uid, version);
        return saved;
      }),
    );
  };

  return {
    list: () => listOurs(ask, pathOf(classicVersion)),
    get,
    save: (write) =>
      defer(() => {
        const { replaces, uid } = write;
        const version = versionFor(write, server);
        if (replaces === undefined) return send(write, version);
        if (replaces.resourceVersion === undefined) throw otherFamily(uid);
        return foreignOf(replaces).pipe(switchMap((foreign) => send(write, version, foreign)));
      }),
    remove({ uid, resourceVersion, apiVersion }) {
      if (resourceVersion === undefined) return throwError(() => otherFamily(uid));
      const body = { kind: 'DeleteOptions', apiVersion: 'v1', preconditions: { resourceVersion } };
      const own = versionOf(apiVersion ?? '');
      const path = pathOf(versions.includes(own) ? own : classicVersion, uid);
      return ask({ method: 'DELETE', path, body }).pipe(switchMap(readRemoved));
    },
  };
}

/** The document's own; the server's choice for a classic one, and for a classic one of a version that it lacks. */
function versionFor({ uid, apiVersion }: DashboardWrite, { versions, classicVersion }: ApisServer): string {
  if (apiVersion === undefined) return classicVersion;
  const own = versionOf(apiVersion);
  if (versions.includes(own)) return own;
  if (isClassic(own)) return classicVersion;
  const why = `it is written in ${own}, and this Grafana has ${versions.join(', ')}`;
  throw new GrafanaError(
    'unsupported',
    `The dashboard ${uid} was not sent: ${why}; export it from this Grafana again.`,
  );
}

function readAnswer(answer: GrafanaAnswer, uid: string): ApisDashboard | undefined {
  if (answer.status === 404 && missingOf(answer) === 'dashboard') return undefined;
  if (!isSuccess(answer)) throw answerError(answer);
  const found = readDashboard(answer.json);
  if (found?.remote.uid !== uid) throw malformed(answer);
  return found;
}

function readSaved(answer: GrafanaAnswer, { uid, replaces }: DashboardWrite): SavedDashboard {
  if (answer.status !== 200 && answer.status !== 201) throw answerError(answer, replaces ? UPDATE_RULES : CREATE_RULES);
  const saved = readSavedObject(answer.json);
  if (saved?.uid !== uid) throw malformed(answer);
  return saved;
}
