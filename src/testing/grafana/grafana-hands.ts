import { MESSAGE, provisioningAnnotations } from './annotations.js';
import { checkProperties } from './check-properties.js';
import { checkUid } from './check-uid.js';
import { commitDashboard, removeDashboard } from './commit-dashboard.js';
import { commitFolder, removeFolder } from './commit-folder.js';
import type { FakeGrafana, ProvisionDashboard, PutDashboard } from './fake-grafana.js';
import type { StoredDashboard, StoredFolder } from './grafana-store.js';
import type { GrafanaDashboard, GrafanaFolder } from './grafana-views.js';
import { folderUidOf, type GrafanaWorld } from './grafana-world.js';
import { specOf } from './read-save-command.js';

type Hands = Pick<
  FakeGrafana,
  | 'dashboards'
  | 'dashboard'
  | 'folders'
  | 'putDashboard'
  | 'editDashboard'
  | 'provisionDashboard'
  | 'removeDashboard'
  | 'putFolder'
  | 'removeFolder'
>;

/** Of what the test does itself. */
const AUTHOR = { credential: 'grafana', name: 'admin' };

/** What a test looks at and does in Grafana, past its API: nothing is refused but what cannot be stored. */
export function grafanaHands(world: GrafanaWorld): Hands {
  const { dashboards, folders } = world.store;

  const put = (given: PutDashboard, annotations: Readonly<Record<string, string>> | undefined): GrafanaDashboard => {
    const { dashboard, message = '', pluginId, orgId = 1 } = given;
    const { uid, title } = dashboard;
    if (typeof uid !== 'string' || uid === '') throw new RangeError('Expected `dashboard.uid` to be a text.');
    checkProperties(typeof title === 'string' ? title : '', uid, message);
    const previous = dashboards.get(orgId, uid);
    const folderUid = folderUidOf(given.folderUid ?? previous?.folderUid ?? '');
    mustBeFolder(orgId, folderUid);
    const { [MESSAGE]: _message, ...kept } = annotations ?? previous?.annotations ?? {};
    return dashboardView(
      commitDashboard(world, previous, {
        orgId,
        uid,
        spec: structuredClone(specOf(dashboard)),
        schema: 'classic',
        folderUid,
        message,
        annotations: kept,
        labels: previous?.labels ?? {},
        author: AUTHOR,
        pluginId,
      }),
    );
  };
  const mustBeFolder = (orgId: number, uid: string): void => {
    if (uid !== '' && !folders.get(orgId, uid)) throw new RangeError(`Expected a folder ${uid} to be there.`);
  };

  return {
    dashboards: (orgId = 1) => dashboards.list(orgId).map(dashboardView),
    dashboard(uid, orgId = 1) {
      const stored = dashboards.get(orgId, uid);
      return stored && dashboardView(stored);
    },
    folders: (orgId = 1) => folders.list(orgId).map(folderView),
    putDashboard: (given) => put(given, given.annotations),
    editDashboard(uid, edit, orgId = 1) {
      const stored = dashboards.get(orgId, uid);
      if (!stored) throw new RangeError(`Expected a dashboard ${uid} to be there.`);
      return put({ dashboard: { ...edit(structuredClone(stored.spec)), uid }, orgId }, undefined);
    },
    provisionDashboard(given: ProvisionDashboard) {
      const { provider = 'default', allowUiUpdates = false, dashboard } = given;
      const externalId = `${String(dashboard['uid'])}.json`;
      return put(given, provisioningAnnotations({ name: provider, externalId, allowUiUpdates }));
    },
    removeDashboard(uid, orgId = 1) {
      const stored = dashboards.get(orgId, uid);
      if (stored) removeDashboard(world, stored, AUTHOR.credential);
      return stored !== undefined;
    },
    putFolder({ uid, title, parentUid, orgId = 1 }) {
      checkUid(uid);
      const previous = folders.get(orgId, uid);
      const parent = folderUidOf(parentUid ?? previous?.parentUid ?? '');
      mustBeFolder(orgId, parent);
      const { description = '', annotations = {}, labels = {} } = previous ?? {};
      const save = { orgId, uid, title, description, parentUid: parent, annotations, labels, author: AUTHOR };
      return folderView(commitFolder(world, previous, save));
    },
    removeFolder(uid, orgId = 1) {
      const stored = folders.get(orgId, uid);
      if (stored) removeFolder(world, stored, AUTHOR.credential);
      return stored !== undefined;
    },
  };
}

function dashboardView({ pluginId: _plugin, objectUid: _uid, created: _c, updated: _u, ...view }: StoredDashboard) {
  return view;
}

function folderView({ orgId, uid, id, title, parentUid, version }: StoredFolder): GrafanaFolder {
  return { orgId, uid, id, title, parentUid, version };
}
