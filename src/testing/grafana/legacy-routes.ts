import type { GrafanaCall, GrafanaReply } from './grafana-call.js';
import type { GrafanaPermission } from './grafana-options.js';
import type { GrafanaRules } from './grafana-rules.js';
import { deleteDashboard, getDashboard, getVersion, getVersions } from './legacy-dashboards.js';
import {
  createFolder,
  deleteFolder,
  getCounts,
  getFolder,
  getFolderById,
  getFolders,
  moveFolder,
  updateFolder,
} from './legacy-folders.js';
import { getOrg, getUser, reloadProvisioning } from './legacy-instance.js';
import { search } from './legacy-search.js';
import { saveDashboard } from './save-dashboard.js';
import { saveThroughApis } from './save-through-apis.js';

export interface LegacyRoute {
  readonly method: string;
  /** `:name` is one part of the path. */
  readonly path: string;
  /** RBAC asks for one of them before the handler (pkg/api/api.go, pkg/api/folder.go). */
  readonly needs?: readonly GrafanaPermission[];
  readonly isThere?: (rules: GrafanaRules) => boolean;
  readonly handle: (call: GrafanaCall) => GrafanaReply;
}

const DASHBOARD = '/api/dashboards/uid/:uid';
const FOLDER = '/api/folders/:uid';

export const LEGACY_ROUTES: readonly LegacyRoute[] = [
  { method: 'GET', path: '/api/org', handle: getOrg },
  { method: 'GET', path: '/api/user', handle: getUser },
  { method: 'GET', path: '/api/search', handle: search },
  { method: 'POST', path: '/api/admin/provisioning/:what/reload', handle: reloadProvisioning },
  {
    method: 'POST',
    path: '/api/dashboards/db',
    needs: ['dashboards:create', 'dashboards:write'],
    handle: (call) => (call.world.rules.savesThroughApis ? saveThroughApis(call) : saveDashboard(call)),
  },
  { method: 'GET', path: DASHBOARD, needs: ['dashboards:read'], handle: getDashboard },
  { method: 'DELETE', path: DASHBOARD, needs: ['dashboards:delete'], handle: deleteDashboard },
  { method: 'GET', path: `${DASHBOARD}/versions`, needs: ['dashboards:write'], handle: getVersions },
  { method: 'GET', path: `${DASHBOARD}/versions/:version`, needs: ['dashboards:write'], handle: getVersion },
  { method: 'GET', path: '/api/folders', needs: ['folders:read'], handle: getFolders },
  { method: 'POST', path: '/api/folders', needs: ['folders:create'], handle: createFolder },
  {
    method: 'GET',
    path: '/api/folders/id/:id',
    needs: ['folders:read'],
    isThere: ({ knowsFolderIds }) => knowsFolderIds,
    handle: getFolderById,
  },
  { method: 'GET', path: FOLDER, needs: ['folders:read'], handle: getFolder },
  { method: 'PUT', path: FOLDER, needs: ['folders:write'], handle: updateFolder },
  { method: 'DELETE', path: FOLDER, needs: ['folders:delete'], handle: deleteFolder },
  { method: 'GET', path: `${FOLDER}/counts`, needs: ['folders:read'], handle: getCounts },
  {
    method: 'POST',
    path: `${FOLDER}/move`,
    needs: ['folders:write'],
    isThere: ({ hasNestedFolders }) => hasNestedFolders,
    handle: moveFolder,
  },
];
