import { checkUid } from './check-uid.js';
import { commitFolder, removeFolder } from './commit-folder.js';
import { dashboardRefusals } from './dashboard-refusals.js';
import { folderRefusals as refusals } from './folder-refusals.js';
import { folderReply } from './folder-reply.js';
import { countsOf, isBelow } from './folder-tree.js';
import { type GrafanaCall, type GrafanaReply, numberOf, ok } from './grafana-call.js';
import type { StoredFolder } from './grafana-store.js';
import { folderUidOf, type GrafanaWorld, newUid } from './grafana-world.js';
import { booleanField, integerField, type Json, readJson, stringField } from './read-json.js';

const DEFAULT_LIMIT = 1000;

/** GET /api/folders: one level, of `parentUid` or the root. */
export function getFolders({ world, caller, query }: GrafanaCall): GrafanaReply {
  const parent = world.rules.hasNestedFolders ? folderUidOf(query.get('parentUid') ?? '') : '';
  if (parent !== '' && !world.store.folders.get(caller.orgId, parent)) throw refusals.notFound();
  const limit = numberOf(query, 'limit') || DEFAULT_LIMIT;
  const page = numberOf(query, 'page') || 1;
  const hits = world.store.folders
    .list(caller.orgId)
    .filter(({ parentUid }) => parentUid === parent)
    .sort((a, b) => (a.title === b.title ? a.id - b.id : a.title < b.title ? -1 : 1))
    .slice((page - 1) * limit, page * limit)
    .map(({ id, uid, title, parentUid }) => ({ id, uid, title, ...(parentUid !== '' && { parentUid }) }));
  return ok(hits);
}

export function getFolder(call: GrafanaCall): GrafanaReply {
  return ok(folderReply(call, folderOf(call)));
}

/** GET /api/folders/id/:id, until 13. */
export function getFolderById(call: GrafanaCall): GrafanaReply {
  const { world, caller, params } = call;
  if (!/^\d+$/.test(params['id'] ?? '')) throw refusals.invalidId();
  const folder = world.store.folders.withId(caller.orgId, Number(params['id']));
  if (!folder) throw refusals.notFound();
  return ok(folderReply(call, folder));
}

export function createFolder(call: GrafanaCall): GrafanaReply {
  const { world, caller, body } = call;
  const json = readJson(body);
  const asked = stringField(json, 'uid').trim();
  const parentUid = parentOf(world, caller.orgId, json);
  const title = titleOf(json);
  checkUid(asked);
  const { store, rules } = world;
  // Until 13 both are in one table.
  const dashboard = rules.savesThroughApis ? undefined : store.dashboards.get(caller.orgId, asked);
  if (dashboard || store.folders.get(caller.orgId, asked)) {
    throw rules.sameFolderUid === 409 ? refusals.sameUid() : refusals.versionMismatch();
  }
  checkTitle(world, { orgId: caller.orgId, title, parentUid, not: undefined });
  const folder = commitFolder(world, undefined, {
    orgId: caller.orgId,
    uid: asked === '' ? newUid(world) : asked,
    title,
    description: stringField(json, 'description'),
    parentUid,
    annotations: {},
    labels: {},
    author: caller,
  });
  return ok(folderReply(call, folder));
}

/** PUT /api/folders/:uid: title and description. */
export function updateFolder(call: GrafanaCall): GrafanaReply {
  const folder = folderOf(call);
  const json = readJson(call.body);
  const isCurrent = booleanField(json, 'overwrite') || integerField(json, 'version') === folder.version;
  if (!isCurrent) throw refusals.versionMismatch();
  const title = 'title' in json ? titleOf(json) : folder.title;
  const description = 'description' in json ? stringField(json, 'description') : folder.description;
  const { orgId, parentUid, id } = folder;
  checkTitle(call.world, { orgId, title, parentUid, not: id });
  return ok(
    folderReply(call, commitFolder(call.world, folder, { ...folder, title, description, author: call.caller })),
  );
}

/** POST /api/folders/:uid/move, with nested folders. */
export function moveFolder(call: GrafanaCall): GrafanaReply {
  const folder = folderOf(call);
  const parentUid = parentOf(call.world, folder.orgId, readJson(call.body));
  if (isBelow(call.world, folder, parentUid)) throw refusals.ownParent();
  return ok(folderReply(call, commitFolder(call.world, folder, { ...folder, parentUid, author: call.caller })));
}

/** With all dashboards in it: for good. */
export function deleteFolder(call: GrafanaCall): GrafanaReply {
  const { world, caller } = call;
  const folder = folderOf(call);
  const { dashboards } = world.store;
  const inside = dashboards.list(folder.orgId).filter(({ folderUid }) => isBelow(world, folder, folderUid));
  if (inside.some(({ provisioned }) => provisioned)) throw dashboardRefusals.deleteProvisioned();
  removeFolder(world, folder, caller.credential);
  return ok({ message: 'Folder deleted' });
}

export function getCounts(call: GrafanaCall): GrafanaReply {
  return ok({ ...countsOf(call.world, folderOf(call)), librarypanel: 0, alertrule: 0 });
}

function folderOf({ world, caller, params }: GrafanaCall): StoredFolder {
  const folder = world.store.folders.get(caller.orgId, params['uid'] ?? '');
  if (!folder) throw refusals.notFound();
  return folder;
}

function titleOf(json: Json): string {
  const title = stringField(json, 'title').trim();
  if (title === '') throw refusals.titleEmpty();
  if (title.toLowerCase() === 'general') throw refusals.reservedTitle();
  return title;
}

function parentOf({ store, rules }: GrafanaWorld, orgId: number, json: Json): string {
  const parentUid = rules.hasNestedFolders ? folderUidOf(stringField(json, 'parentUid')) : '';
  if (parentUid !== '' && !store.folders.get(orgId, parentUid)) throw refusals.notFound();
  return parentUid;
}

/** As long as titles of dashboards are unique, those of folders in one place are too [unverified]. */
function checkTitle(
  { store, rules }: GrafanaWorld,
  { orgId, title, parentUid, not }: { orgId: number; title: string; parentUid: string; not: number | undefined },
): void {
  if (rules.uniqueTitles === 'no') return;
  const isTaken = store.folders
    .list(orgId)
    .some((one) => one.parentUid === parentUid && one.title === title && one.id !== not);
  if (isTaken) throw refusals.sameTitle();
}
