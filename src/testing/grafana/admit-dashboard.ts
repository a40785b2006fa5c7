import { StatusError } from '../status.js';
import type { Annotations } from './annotations.js';
import { FOLDERS, resourceNotFound, statusOf } from './apis-errors.js';
import { checkManagers } from './check-managers.js';
import { checkProperties } from './check-properties.js';
import { dashboardRefusals } from './dashboard-refusals.js';
import type { StoredDashboard } from './grafana-store.js';
import { type GrafanaWorld, isQuotaReached } from './grafana-world.js';
import type { Json } from './read-json.js';
import { isRefreshAllowed } from './refresh-interval.js';
import { Refusal } from './refusal.js';

export interface WantedDashboard {
  readonly orgId: number;
  readonly uid: string;
  readonly spec: Json;
  readonly schema: 'classic' | 'v2';
  /** `''` for the root. */
  readonly folderUid: string;
  readonly message: string;
  readonly annotations: Annotations;
}

/**
 * What /apis asks of a dashboard, new or in place of `previous`: Validate of pkg/registry/apis/dashboard/register.go, then
 * prepare.go of the storage. Throws a Status. The quota is for new ones alone; a folder has to be there when it changes.
 */
export function admitDashboard(world: GrafanaWorld, wanted: WantedDashboard, previous?: StoredDashboard): void {
  const { orgId, uid, spec, schema, folderUid, message, annotations } = wanted;
  try {
    checkProperties(typeof spec['title'] === 'string' ? spec['title'] : '', uid, message);
    if (!isRefreshAllowed(refreshOf(spec, schema))) throw dashboardRefusals.refreshTooShort();
    const isNewPlace = folderUid !== (previous?.folderUid ?? '');
    if (isNewPlace && !world.store.folders.get(orgId, folderUid) && folderUid !== '') {
      throw resourceNotFound(FOLDERS, folderUid);
    }
    if (!previous && isQuotaReached(world, orgId)) throw dashboardRefusals.quotaReached();
  } catch (error) {
    throw error instanceof Refusal ? statusOf(error) : error;
  }
  if (previous?.provisioned?.allowUiUpdates === false) {
    // That /apis refuses it as the legacy family does, and with which status, is [unverified].
    throw new StatusError(403, 'Forbidden', 'Cannot save provisioned dashboard');
  }
  checkManagers(world.rules, annotations, previous?.annotations);
}

/** getDashboardProperties of register.go */
function refreshOf(spec: Json, schema: 'classic' | 'v2'): unknown {
  if (schema === 'classic') return spec['refresh'];
  const settings = spec['timeSettings'] as Json | undefined;
  return settings?.['autoRefresh'];
}
