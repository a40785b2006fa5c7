import { type Annotations, provisioningAnnotations } from './annotations.js';
import { checkProperties } from './check-properties.js';
import { commitDashboard } from './commit-dashboard.js';
import { dashboardRefusals as refusals } from './dashboard-refusals.js';
import { findExisting } from './find-existing.js';
import { findSameTitle } from './find-same-title.js';
import { type GrafanaCall, type GrafanaReply, ok } from './grafana-call.js';
import type { StoredDashboard } from './grafana-store.js';
import { folderUidOf, isQuotaReached, newUid } from './grafana-world.js';
import { isWrapped, readSaveCommand, type SaveCommand, specOf } from './read-save-command.js';
import { isRefreshAllowed, MIN_REFRESH } from './refresh-interval.js';
import { Refusal } from './refusal.js';
import { slugify } from './slugify.js';

/**
 * POST /api/dashboards/db of 9 to 12, in the order of postDashboard (pkg/api/dashboard.go) and BuildSaveDashboardCommand
 * (pkg/services/dashboards/service/dashboard_service.go):
 *
 * 1. The quota is looked at for everything without a numeric `id`: also for an update by uid.
 * 2. Only the dashboard that is named can be a provisioned one, not the one that a title leads to.
 * 3. Title, uid and message are checked; too short a refresh interval is corrected without a word.
 * 4. The folder is found, by uid before id; with neither, the dashboard goes to the root.
 * 5. What is there is found, by id and uid, and its version compared; `overwrite` takes any.
 * 6. Before 11.3 a dashboard of the same title in the folder is a conflict, or with `overwrite` **the one that is
 *    overwritten**: it keeps its uid, and the one that was named stays as it was.
 * 7. Who may not, is told so: a move is a create in the other folder.
 */
export function saveDashboard({ world, caller, body }: GrafanaCall): GrafanaReply {
  const { orgId } = caller;
  const { store, rules } = world;
  const command = readSaveCommand(body);
  const { dashboard, overwrite, message } = command;
  if (rules.refusesWrapped && isWrapped(dashboard)) {
    // The text is [unverified] (facts/grafana.md, 3).
    throw new Refusal(400, 'Dashboard appears to be a full k8s style resource. Please send the spec alone.');
  }
  const id = typeof dashboard['id'] === 'number' ? dashboard['id'] : 0;
  const uid = trimmed(dashboard['uid']);

  if (id === 0 && isQuotaReached(world, orgId)) throw refusals.quotaReached(); // 1
  const named = id === 0 ? store.dashboards.get(orgId, uid) : store.dashboards.withId(orgId, id);
  const isLocked = named?.provisioned?.allowUiUpdates === false; // 2

  const title = trimmed(dashboard['title']);
  checkProperties(title, uid, message); // 3
  const refresh = isRefreshAllowed(dashboard['refresh']) ? {} : { refresh: MIN_REFRESH };
  const folderUid = folderOf(world.rules, store.folders, orgId, command); // 4

  const existing = findExisting(world, { orgId, id, uid }, command); // 5
  const sameTitle = findSameTitle(world, { orgId, title, folderUid, not: existing?.id }); // 6
  if (sameTitle?.isFolder) throw refusals.sameNameAsFolder();
  if (sameTitle && !overwrite) throw refusals.sameNameInFolder();
  const target = sameTitle ? store.dashboards.get(orgId, sameTitle.uid) : existing;

  const isArrival = !target || target.folderUid !== folderUid; // 7
  if (isArrival && !caller.may('dashboards:create')) throw refusals.updateAccessDenied();
  if (target && !caller.may('dashboards:write')) throw refusals.updateAccessDenied();
  if (isLocked && target?.provisioned) throw refusals.saveProvisioned();

  const saved = commitDashboard(world, target, {
    orgId,
    uid: sameTitle?.uid ?? (uid || (existing?.uid ?? newUid(world))),
    spec: { ...specOf(dashboard), ...refresh, title },
    schema: 'classic',
    folderUid,
    message,
    annotations: keptAnnotations(target),
    labels: {},
    author: caller,
  });
  return ok(saveReply(saved));
}

/** What a save is answered with. */
export function saveReply({ id, uid, title, version, folderUid }: StoredDashboard): object {
  const slug = slugify(title);
  return { status: 'success', slug, version, id, uid, url: `/d/${uid}/${slug}`, folderUid };
}

function folderOf(
  { missingFolderId }: { missingFolderId: 400 | 404 },
  folders: { get(orgId: number, uid: string): unknown; withId(orgId: number, id: number): { uid: string } | undefined },
  orgId: number,
  { folderUid, folderId }: SaveCommand,
): string {
  const uid = folderUidOf(folderUid);
  if (folderUid !== '') {
    if (uid !== '' && !folders.get(orgId, uid)) throw refusals.folderNotFound();
    return uid;
  }
  if (folderId === 0) return '';
  const folder = folders.withId(orgId, folderId);
  if (folder) return folder.uid;
  throw missingFolderId === 404 ? refusals.folderIdNotFound() : refusals.folderNotFound();
}

/** A save makes the object anew (LegacySaveCommandToUnstructured): a stamp is lost, the row of a provider is not. */
function keptAnnotations(target: StoredDashboard | undefined): Annotations {
  return target?.provisioned ? provisioningAnnotations(target.provisioned) : {};
}

function trimmed(value: unknown): string {
  return typeof value === 'string' ? value.trim() : '';
}
