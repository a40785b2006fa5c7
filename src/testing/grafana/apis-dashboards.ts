import { badRequest } from '../status.js';
import { admitDashboard } from './admit-dashboard.js';
import { type ApisCall, mustBeAllowed } from './apis-call.js';
import { resourceConflict, resourceExists, resourceNotFound, statusOf } from './apis-errors.js';
import { readObject, type WrittenObject } from './apis-object.js';
import { commitDashboard, removeDashboard } from './commit-dashboard.js';
import { dashboardRefusals } from './dashboard-refusals.js';
import { type GrafanaReply, ok } from './grafana-call.js';
import type { StoredDashboard } from './grafana-store.js';
import { folderUidOf } from './grafana-world.js';
import { listResources } from './list-resources.js';
import { readDeleteOptions } from './read-delete-options.js';
import { specOf } from './read-save-command.js';
import { representDashboard, schemaOf } from './represent-resource.js';

export function listDashboards(call: ApisCall): GrafanaReply {
  mustBeAllowed(call, 'list', 'dashboards:read');
  const { world, orgId, version, namespace } = call;
  const all = world.store.dashboards.list(orgId);
  return ok(listResources(call, all, (one) => representDashboard(one, version, namespace)));
}

export function readDashboard(call: ApisCall): GrafanaReply {
  mustBeAllowed(call, 'get', 'dashboards:read');
  return reply(call, storedOf(call));
}

export function createDashboard(call: ApisCall): GrafanaReply {
  mustBeAllowed(call, 'create', 'dashboards:create');
  const { world, orgId, resource } = call;
  const written = readObject(world, call.body, { ...call, name: undefined });
  if (written.resourceVersion !== '') throw badRequest('resourceVersion should not be set on objects to be created');
  if (world.store.dashboards.get(orgId, written.name)) throw resourceExists(resource, written.name);
  const { internalId } = written;
  if (internalId > 0 && world.store.dashboards.withId(orgId, internalId)) {
    throw resourceConflict(resource, written.name, `deprecatedInternalID=${internalId} is already in use`);
  }
  return { ...reply(call, commit(call, written)), status: 201 };
}

/** A whole one in place of the other. The resourceVersion has to be the current one, or none. */
export function replaceDashboard(call: ApisCall): GrafanaReply {
  mustBeAllowed(call, 'update', 'dashboards:write');
  const written = readObject(call.world, call.body, call);
  const stored = storedOf(call);
  if (written.resourceVersion !== '' && written.resourceVersion !== stored.resourceVersion) {
    const why = 'the object has been modified; please apply your changes to the latest version and try again';
    throw resourceConflict(call.resource, call.name, why);
  }
  // verifyFolderAccessPermissions of register.go: a move is a create in the other folder.
  const isMove = folderUidOf(written.folder) !== stored.folderUid;
  if (isMove) mustBeAllowed(call, 'create', 'dashboards:create');
  return reply(call, commit(call, written, stored));
}

export function deleteDashboard(call: ApisCall): GrafanaReply {
  mustBeAllowed(call, 'delete', 'dashboards:delete');
  const { world, body, resource, caller } = call;
  const stored = storedOf(call);
  const { isForced } = readDeleteOptions(body, resource, stored);
  if (stored.provisioned && !isForced) throw statusOf(dashboardRefusals.deleteProvisioned());
  removeDashboard(world, stored, caller.credential);
  const { group, plural } = resource;
  const details = { name: stored.uid, group, kind: plural, uid: stored.objectUid };
  return ok({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

function commit(call: ApisCall, written: WrittenObject, previous?: StoredDashboard): StoredDashboard {
  const { world, orgId, version, caller } = call;
  const schema = schemaOf(version);
  const wanted = {
    orgId,
    uid: written.name,
    // The mutation of register.go takes them out of the contents.
    spec: schema === 'classic' ? specOf(written.spec) : written.spec,
    schema,
    folderUid: folderUidOf(written.folder),
    message: written.message,
    annotations: written.annotations,
  };
  admitDashboard(world, wanted, previous);
  const id = written.internalId > 0 ? written.internalId : undefined;
  return commitDashboard(world, previous, { ...wanted, labels: written.labels, author: caller, id });
}

function storedOf({ world, orgId, resource, name }: ApisCall): StoredDashboard {
  const stored = world.store.dashboards.get(orgId, name);
  // A PUT creates nothing: dashboard_service.go counts on it, though the generic strategy would allow it [unverified].
  if (!stored) throw resourceNotFound(resource, name);
  return stored;
}

function reply({ version, namespace }: ApisCall, stored: StoredDashboard): GrafanaReply {
  return ok(representDashboard(stored, version, namespace));
}
