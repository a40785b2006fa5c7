import { isRecord } from '../../kubernetes/is-record.js';
import { StatusError } from '../status.js';
import { admitDashboard } from './admit-dashboard.js';
import { managerOf } from './annotations.js';
import { FOLDERS } from './apis-errors.js';
import { commitDashboard } from './commit-dashboard.js';
import { dashboardRefusals as refusals } from './dashboard-refusals.js';
import { type GrafanaCall, type GrafanaReply, ok } from './grafana-call.js';
import type { StoredDashboard } from './grafana-store.js';
import { folderUidOf, type GrafanaWorld, newUid } from './grafana-world.js';
import type { Json } from './read-json.js';
import { isWrapped, readSaveCommand, specOf } from './read-save-command.js';
import { Refusal } from './refusal.js';
import { saveReply } from './save-dashboard.js';

/**
 * POST /api/dashboards/db of 13: postDashboard and saveDashboardViaK8s of its pkg/api/dashboard.go. `folderId` is not
 * looked at; all annotations go, a manager's too; without `overwrite` an update has to name the version that is there.
 */
export function saveThroughApis({ world, caller, body }: GrafanaCall): GrafanaReply {
  const { orgId } = caller;
  const { dashboard, folderUid, overwrite, message } = readSaveCommand(body);
  const { spec, uid: named } = unwrap(dashboard);
  if (typeof spec['title'] !== 'string' || spec['title'] === '') {
    throw new Refusal(400, 'Dashboard spec is missing required title property');
  }
  const id = numberIn(spec, 'id') ?? 0;
  const version = numberIn(spec, 'version');
  const uid = uidOf(world, orgId, id, named);
  const previous = uid === '' ? undefined : world.store.dashboards.get(orgId, uid);

  if (previous) {
    if (managerOf(previous.annotations)?.allowsEdits === false) throw refusals.saveProvisioned();
    if (!overwrite && version !== previous.version) {
      throw new Refusal(409, 'Dashboard already exists. Use overwrite flag to update.');
    }
  }
  if (!caller.may(previous ? 'dashboards:write' : 'dashboards:create')) throw refusals.updateAccessDenied();
  const isMove = previous && previous.folderUid !== folderUidOf(folderUid);
  if (isMove && !caller.may('dashboards:create')) throw refusals.updateAccessDenied();

  const wanted = {
    orgId,
    uid: uid === '' ? newUid(world) : uid,
    spec: specOf(spec),
    schema: isElements(spec) ? ('v2' as const) : ('classic' as const),
    folderUid: folderUidOf(folderUid),
    message,
    annotations: {},
  };
  const isTaken = id > 0 && !previous && world.store.dashboards.withId(orgId, id) !== undefined;
  if (isTaken) throw new Refusal(409, `deprecatedInternalID=${id} is already in use`);
  try {
    admitDashboard(world, wanted, previous);
  } catch (error) {
    throw legacyRefusal(world, error);
  }
  const save = { ...wanted, labels: {}, author: caller, id: id > 0 ? id : undefined };
  return ok(saveReply(commitDashboard(world, previous, save)));
}

/** The contents and the uid of a document, plain or Kubernetes-style. */
function unwrap(dashboard: Json): { spec: Json; uid: string } {
  if (isElements(dashboard)) {
    const message = 'Dashboard appears to use the v2 schema: it needs an explicit apiVersion, and its body in a spec';
    throw new Refusal(400, message);
  }
  if (!isWrapped(dashboard)) return { spec: dashboard, uid: stringOf(dashboard['uid']) };
  const { apiVersion, spec, metadata, uid } = dashboard;
  if (apiVersion === undefined || apiVersion === '') {
    const message = 'Dashboard appears to be a k8s style resource, but is missing an explicit apiVersion.';
    throw new Refusal(400, message);
  }
  if (typeof apiVersion !== 'string' || !apiVersion.startsWith('dashboard.grafana.app/')) {
    const message = 'The dashboard payload references a non dashboard apiVersion.';
    throw new Refusal(400, `${message}  This should be sent to the requested api directly`);
  }
  if ('id' in dashboard) {
    throw new Refusal(400, 'The k8s style dashboard must not include an id on the root element');
  }
  if (!isRecord(spec)) {
    throw new Refusal(400, 'The k8s style dashboard must include the dashboard contents in the spec property');
  }
  const name = isRecord(metadata) ? stringOf(metadata['name']) : '';
  return { spec, uid: stringOf(uid) || name || stringOf(spec['uid']) };
}

/** LooksLikeV2Spec, whose own rule is [unverified]. */
function isElements(spec: Json): boolean {
  return isRecord(spec['elements']) && isRecord(spec['layout']);
}

/** resolveLegacyInternalID: an id leads to a uid where none is given, and may not contradict one that is taken. */
function uidOf({ store }: GrafanaWorld, orgId: number, id: number, uid: string): string {
  if (id <= 0) return uid;
  const withId: StoredDashboard | undefined = store.dashboards.withId(orgId, id);
  if (uid === '') {
    if (!withId) throw refusals.noSuchDashboard();
    return withId.uid;
  }
  if (withId && withId.uid !== uid && store.dashboards.get(orgId, uid)) throw refusals.sameUid();
  return uid;
}

/** ToDashboardErrorResponse of pkg/api/apierrors/dashboard.go */
function legacyRefusal({ rules }: GrafanaWorld, error: unknown): unknown {
  if (!(error instanceof StatusError)) return error;
  const isFolder = error.httpStatus === 404 && error.status.details?.group === FOLDERS.group;
  if (!isFolder) return new Refusal(error.httpStatus, error.message);
  return rules.missingFolder === 404 ? refusals.folderIdNotFound() : refusals.folderNotFound();
}

function numberIn(spec: Json, name: string): number | undefined {
  const value = spec[name] ?? undefined;
  if (value === undefined) return undefined;
  if (Number.isInteger(value)) return value as number;
  throw new Refusal(400, `spec.${name} has unsupported type`);
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
