import { catchError, type Observable, switchMap } from 'rxjs';
import { type GrafanaApi, GrafanaError } from '../grafana-api.js';
import { apisDashboards, createApisMemory } from './apis-dashboards.js';
import { type AskGrafana, askGrafana } from './ask-grafana.js';
import { createFolder } from './create-folder.js';
import type { DashboardFamily } from './dashboard-family.js';
import { discoverServer } from './discover-server.js';
import { findFolder, type KnownFolders } from './find-folder.js';
import type { GrafanaClientOptions } from './grafana-client-options.js';
import type { GrafanaServer } from './grafana-server.js';
import { grafanaTarget } from './grafana-target.js';
import { legacyDashboards } from './legacy-dashboards.js';
import { rememberServer } from './remember-server.js';

/**
 * One Grafana of 9 to 13 over HTTP. Which family of its API is used is discovered at the first call, looked at again at each
 * `list`, and whenever an answer shows that the server has become another one. Throws a `TypeError` or `RangeError` for options that cannot be.
 *
 * Nothing is retried, cached or ordered here but what {@link GrafanaApi} says: writes one at a time, waits and limits are the caller's.
 */
export function grafanaClient(options: GrafanaClientOptions): GrafanaApi {
  const target = grafanaTarget(options);
  const ask: AskGrafana = (request) => askGrafana(target, request);
  const server = rememberServer((known) => discoverServer(ask, target, known));
  const memory = createApisMemory();
  const folders: KnownFolders = new Map();

  const family = ({ apis }: GrafanaServer): DashboardFamily =>
    apis === undefined ? legacyDashboards(ask) : apisDashboards(ask, apis, memory);

  return {
    list: () =>
      server
        .callAnew((found) => {
          folders.clear();
          return family(found).list();
        })
        .pipe(switchMap((listed) => listed)),
    get: (uid) => server.call((found) => family(found).get(uid)),
    save: (write) => server.call((found) => family(found).save(write)).pipe(forgetsFolders(folders)),
    remove: (dashboard) => server.call((found) => family(found).remove(dashboard)),
    folderUid: (folder) => server.call((found) => findFolder(ask, found, folder, folders)),
    createFolder: (folder) => server.call((found) => createFolder(ask, found, folder)),
  };
}

function forgetsFolders<T>(folders: KnownFolders): (source$: Observable<T>) => Observable<T> {
  return catchError((error) => {
    if (error instanceof GrafanaError && error.code === 'folder-missing') folders.clear();
    throw error;
  });
}
