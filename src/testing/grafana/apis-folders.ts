import { badRequest } from '../status.js';
import { type ApisCall, mustBeAllowed } from './apis-call.js';
import { FOLDERS, resourceConflict, resourceExists, resourceNotFound, statusOf } from './apis-errors.js';
import { readObject, type WrittenObject } from './apis-object.js';
import { checkManagers } from './check-managers.js';
import { checkUid } from './check-uid.js';
import { commitFolder, removeFolder } from './commit-folder.js';
import { folderRefusals } from './folder-refusals.js';
import { countsOf, isBelow } from './folder-tree.js';
import { type GrafanaReply, ok } from './grafana-call.js';
import type { StoredFolder } from './grafana-store.js';
import { folderUidOf } from './grafana-world.js';
import { listResources } from './list-resources.js';
import { readDeleteOptions } from './read-delete-options.js';
import { Refusal } from './refusal.js';
import { representFolder } from './represent-resource.js';

export function listFolders(call: ApisCall): GrafanaReply {
  mustBeAllowed(call, 'list', 'folders:read');
  const { world, orgId, version, namespace } = call;
  const all = world.store.folders.list(orgId);
  return ok(listResources(call, all, (one) => representFolder(one, version, namespace)));
}

export function readFolder(call: ApisCall): GrafanaReply {
  mustBeAllowed(call, 'get', 'folders:read');
  return reply(call, storedOf(call));
}

export function createFolder(call: ApisCall): GrafanaReply {
  mustBeAllowed(call, 'create', 'folders:create');
  const { world, orgId, resource } = call;
  const written = readObject(world, call.body, { ...call, name: undefined });
  if (written.resourceVersion !== '') throw badRequest('resourceVersion should not be set on objects to be created');
  if (world.store.folders.get(orgId, written.name)) throw resourceExists(resource, written.name);
  return { ...reply(call, commit(call, written)), status: 201 };
}

export function replaceFolder(call: ApisCall): GrafanaReply {
  mustBeAllowed(call, 'update', 'folders:write');
  const written = readObject(call.world, call.body, call);
  const stored = storedOf(call);
  if (written.resourceVersion !== '' && written.resourceVersion !== stored.resourceVersion) {
    const why = 'the object has been modified; please apply your changes to the latest version and try again';
    throw resourceConflict(call.resource, call.name, why);
  }
  return reply(call, commit(call, written, stored));
}

/** One with something in it stays, unless it is forced (pkg/registry/apis/folders, validateOnDelete). */
export function deleteFolder(call: ApisCall): GrafanaReply {
  mustBeAllowed(call, 'delete', 'folders:delete');
  const { world, body, resource, caller } = call;
  const stored = storedOf(call);
  const { isForced } = readDeleteOptions(body, resource, stored);
  const { folder, dashboard } = countsOf(world, stored);
  if (folder + dashboard > 0 && !isForced) {
    const what = dashboard > 0 ? `${dashboard} dashboards` : `${folder} folders`;
    throw badRequest(`folder is not empty, contains ${what}`);
  }
  removeFolder(world, stored, caller.credential);
  const { group, plural } = resource;
  const details = { name: stored.uid, group, kind: plural, uid: stored.objectUid };
  return ok({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

function commit({ world, orgId, caller }: ApisCall, written: WrittenObject, previous?: StoredFolder): StoredFolder {
  const { spec, name, annotations, labels } = written;
  const title = typeof spec['title'] === 'string' ? spec['title'].trim() : '';
  const parentUid = folderUidOf(written.folder);
  try {
    checkUid(name);
    if (title === '') throw folderRefusals.titleEmpty();
    if (previous && isBelow(world, previous, parentUid)) throw folderRefusals.ownParent();
  } catch (error) {
    throw error instanceof Refusal ? statusOf(error) : error;
  }
  if (parentUid !== '' && !world.store.folders.get(orgId, parentUid)) throw resourceNotFound(FOLDERS, parentUid);
  checkManagers(world.rules, annotations, previous?.annotations);
  const description = typeof spec['description'] === 'string' ? spec['description'] : '';
  const save = { orgId, uid: name, title, description, parentUid, annotations, labels, author: caller };
  return commitFolder(world, previous, save);
}

function storedOf({ world, orgId, resource, name }: ApisCall): StoredFolder {
  const stored = world.store.folders.get(orgId, name);
  if (!stored) throw resourceNotFound(resource, name);
  return stored;
}

function reply({ version, namespace }: ApisCall, stored: StoredFolder): GrafanaReply {
  return ok(representFolder(stored, version, namespace));
}
