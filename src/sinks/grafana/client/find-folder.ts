import { catchError, defaultIfEmpty, find, map, mergeMap, type Observable, of, tap } from 'rxjs';
import { isRecord } from '../../../kubernetes/is-record.js';
import type { FolderReference } from '../grafana-api.js';
import { answerError, LostRoute, malformed } from './answer-error.js';
import type { AskGrafana } from './ask-grafana.js';
import { type GrafanaAnswer, isSuccess, missingOf, recordOf } from './grafana-answer.js';
import type { GrafanaServer } from './grafana-server.js';
import { searchPages } from './search-pages.js';

/** Folders that were found, by `uid:x` and `id:5`, until a write says that one is missing. */
export type KnownFolders = Map<string, string>;

/**
 * The uid of a folder, `undefined` where there is none. An id has an endpoint of its own until 12, and in 13 is only seen in the
 * search, which finds folders in folders, too.
 */
export function findFolder(
  ask: AskGrafana,
  server: GrafanaServer,
  folder: FolderReference,
  known: KnownFolders,
): Observable<string | undefined> {
  const isRoot = 'uid' in folder ? folder.uid === '' || folder.uid === 'general' : folder.id === 0;
  if (isRoot) return of('');
  const key = 'uid' in folder ? `uid:${folder.uid}` : `id:${folder.id}`;
  const remembered = known.get(key);
  if (remembered !== undefined) return of(remembered);
  const found$ = 'uid' in folder ? byUid(ask, server, folder.uid) : byId(ask, server, folder.id, known);
  return found$.pipe(
    tap((uid) => {
      if (uid !== undefined) known.set(key, uid);
    }),
  );
}

function byUid(ask: AskGrafana, { apis }: GrafanaServer, uid: string): Observable<string | undefined> {
  return ask({ method: 'GET', path: folderPath(apis, uid) }).pipe(map(readFolder));
}

/** One folder, or all of them, by the family in use. */
export function folderPath(apis: GrafanaServer['apis'], uid?: string): string {
  const all = apis
    ? `/apis/folder.grafana.app/${apis.folderVersion}/namespaces/${apis.namespace}/folders`
    : '/api/folders';
  return uid === undefined ? all : `${all}/${encodeURIComponent(uid)}`;
}

function byId(
  ask: AskGrafana,
  { version = '' }: GrafanaServer,
  id: number,
  known: KnownFolders,
): Observable<string | undefined> {
  if (Number.parseInt(version, 10) >= 13) return searched(ask, id, known);
  return ask({ method: 'GET', path: `/api/folders/id/${id}` }).pipe(
    map(readFolder),
    catchError((error) => {
      // A Grafana that does not say its version may be a 13.
      if (error instanceof LostRoute) return searched(ask, id, known);
      throw error;
    }),
  );
}

/** What passes by is remembered: the next id is most likely among it. */
function searched(ask: AskGrafana, id: number, known: KnownFolders): Observable<string | undefined> {
  return searchPages(ask, { type: 'dash-folder' }).pipe(
    mergeMap((hits) => hits),
    tap((hit) => {
      if (hit.id !== undefined) known.set(`id:${hit.id}`, hit.uid);
    }),
    find((hit) => hit.id === id),
    map((hit) => hit?.uid),
    defaultIfEmpty(undefined),
  );
}

function readFolder(answer: GrafanaAnswer): string | undefined {
  if (answer.status === 404 && missingOf(answer) === 'folder') return undefined;
  if (!isSuccess(answer)) throw answerError(answer);
  const { uid, metadata } = recordOf(answer);
  const found = isRecord(metadata) ? metadata['name'] : uid;
  if (typeof found !== 'string' || found === '') throw malformed(answer);
  return found;
}
