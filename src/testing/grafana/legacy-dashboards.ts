import { removeDashboard } from './commit-dashboard.js';
import { dashboardRefusals as refusals } from './dashboard-refusals.js';
import { type GrafanaCall, type GrafanaReply, numberOf, ok } from './grafana-call.js';
import type { StoredDashboard } from './grafana-store.js';
import { Refusal } from './refusal.js';
import { slugify } from './slugify.js';

/** `versions_to_keep` of a Grafana that was not configured. */
const KEPT_VERSIONS = 20;

/** GET /api/dashboards/uid/:uid (GetDashboard of pkg/api/dashboard.go). */
export function getDashboard(call: GrafanaCall): GrafanaReply {
  const { world, caller } = call;
  const stored = dashboardOf(call);
  if (stored.schema === 'v2') {
    // The status is [unverified].
    throw new Refusal(406, 'dashboard api version not supported, use /apis/dashboard.grafana.app instead');
  }
  const { uid, id, title, version, folderUid, provisioned } = stored;
  const folder = folderUid === '' ? undefined : world.store.folders.get(caller.orgId, folderUid);
  const canSave = caller.may('dashboards:write');
  const meta = {
    type: 'db',
    canSave,
    canEdit: canSave,
    canAdmin: caller.role === 'Admin',
    canStar: true,
    canDelete: caller.may('dashboards:delete'),
    slug: slugify(title),
    url: `/d/${uid}/${slugify(title)}`,
    expires: '0001-01-01T00:00:00Z',
    created: new Date(stored.created).toISOString(),
    updated: new Date(stored.updated).toISOString(),
    createdBy: stored.createdBy,
    updatedBy: stored.updatedBy,
    version,
    hasAcl: false,
    isFolder: false,
    folderId: folder?.id ?? 0,
    folderUid,
    folderTitle: folder?.title ?? 'General',
    folderUrl: folder ? `/dashboards/f/${folder.uid}/${slugify(folder.title)}` : '',
    // `allowUiUpdates` makes it look like any other (facts/grafana.md, 9).
    provisioned: provisioned?.allowUiUpdates === false,
    provisionedExternalId: provisioned?.externalId ?? '',
  };
  return ok({ meta, dashboard: { ...stored.spec, id, uid, version } });
}

/** DELETE /api/dashboards/uid/:uid (deleteDashboard of pkg/api/dashboard.go). */
export function deleteDashboard(call: GrafanaCall): GrafanaReply {
  const { world, caller } = call;
  const stored = dashboardOf(call);
  const { uid, id, title } = stored;
  if (stored.provisioned) throw refusals.deleteProvisioned();
  removeDashboard(world, stored, caller.credential);
  const message = `Dashboard ${title} deleted`;
  return ok({ title, message, uid, ...(world.rules.deletesSayId && { id }) });
}

/** GET /api/dashboards/uid/:uid/versions, the newest first. */
export function getVersions(call: GrafanaCall): GrafanaReply {
  const { rules } = call.world;
  const stored = dashboardOf(call);
  const limit = numberOf(call.query, 'limit') || KEPT_VERSIONS;
  const start = numberOf(call.query, 'start');
  const versions = keptVersions(stored)
    .slice(start, start + limit)
    .map((line) => versionReply(stored, line));
  return ok(rules.wrapsVersions ? { continueToken: '', versions } : versions);
}

/** GET /api/dashboards/uid/:uid/versions/:version */
export function getVersion(call: GrafanaCall): GrafanaReply {
  const stored = dashboardOf(call);
  const asked = Number(call.params['version']);
  const line = keptVersions(stored).find(({ version }) => version === asked);
  if (!line) throw new Refusal(500, `Dashboard version ${asked || 0} not found for dashboardId ${stored.id}`);
  const { uid, id } = stored;
  return ok({ ...versionReply(stored, line), message: line.message, data: { ...line.spec, id, uid, version: asked } });
}

function keptVersions({ history }: StoredDashboard): StoredDashboard['history'] {
  return history.slice(-KEPT_VERSIONS).reverse();
}

function versionReply({ uid, id }: StoredDashboard, line: StoredDashboard['history'][number]): object {
  const { version, parentVersion, createdBy, created } = line;
  const message = parentVersion === 0 ? 'Initial save' : line.message;
  const at = new Date(created).toISOString();
  return {
    id: version,
    dashboardId: id,
    uid,
    parentVersion,
    restoredFrom: 0,
    version,
    created: at,
    createdBy,
    message,
  };
}

function dashboardOf({ world, caller, params }: GrafanaCall): StoredDashboard {
  const stored = world.store.dashboards.get(caller.orgId, params['uid'] ?? '');
  if (!stored) throw refusals.noSuchDashboard();
  return stored;
}
