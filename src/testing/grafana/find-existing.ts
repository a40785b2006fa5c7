import { dashboardRefusals as refusals } from './dashboard-refusals.js';
import type { StoredDashboard } from './grafana-store.js';
import type { GrafanaWorld } from './grafana-world.js';
import type { SaveCommand } from './read-save-command.js';

/** Who a save names: `0` and `''` where it does not. */
export interface Named {
  readonly orgId: number;
  readonly id: number;
  readonly uid: string;
}

/**
 * The dashboard that a save of 9 to 12 means: getExistingDashboardByIDOrUIDForUpdate of
 * pkg/services/dashboards/database/database.go. An id leads, and may come with a uid that is new: the dashboard gets it.
 */
export function findExisting(
  { store }: GrafanaWorld,
  { orgId, id, uid }: Named,
  { dashboard, overwrite }: SaveCommand,
): StoredDashboard | undefined {
  const withId = id > 0 ? store.dashboards.withId(orgId, id) : undefined;
  if (id > 0 && !withId) throw refusals.notFound();
  // Folders are in the same table.
  if (uid !== '' && store.folders.get(orgId, uid)) throw refusals.typeMismatch();
  const withUid = uid === '' ? undefined : store.dashboards.get(orgId, uid);
  if (withId && withUid && withId !== withUid) throw refusals.sameUid();
  const existing = withId ?? withUid;
  if (!existing) return undefined;
  if (!overwrite && versionOf(dashboard) !== existing.version) throw refusals.versionMismatch();
  if (!overwrite && existing.pluginId !== undefined) throw refusals.pluginDashboard(existing.pluginId);
  return existing;
}

function versionOf({ version }: SaveCommand['dashboard']): number {
  return typeof version === 'number' ? Math.trunc(version) : 0;
}
