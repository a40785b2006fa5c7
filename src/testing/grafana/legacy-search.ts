import { type GrafanaCall, type GrafanaReply, numberOf, ok } from './grafana-call.js';
import type { StoredDashboard, StoredFolder } from './grafana-store.js';
import { folderUidOf } from './grafana-world.js';
import { Refusal } from './refusal.js';
import { slugify } from './slugify.js';

const DEFAULT_LIMIT = 1000;
const MAX_LIMIT = 5000;

/**
 * GET /api/search (pkg/api/search.go): `query` in the title, each `tag`, `type`, `dashboardUIDs`, `folderUIDs`, by title.
 * What somebody may not read is not found.
 */
export function search({ world, caller, query }: GrafanaCall): GrafanaReply {
  const limit = numberOf(query, 'limit') || DEFAULT_LIMIT;
  const page = numberOf(query, 'page') || 1;
  if (limit > MAX_LIMIT) {
    throw new Refusal(422, 'Limit is above maximum allowed (5000), use page parameter to access hits beyond limit');
  }
  if (query.get('deleted') === 'true' && caller.role !== 'Admin') throw new Refusal(401, 'Unauthorized');
  const type = query.get('type');
  const text = (query.get('query') ?? '').toLowerCase();
  const tags = query.getAll('tag');
  const uids = [...query.getAll('dashboardUIDs'), ...query.getAll('dashboardUID')];
  const places = world.rules.searchesFolderUids ? query.getAll('folderUIDs').map(folderUidOf) : [];
  const { store } = world;

  const isMeant = (title: string, uid: string, place: string, has: readonly string[]): boolean =>
    title.toLowerCase().includes(text) &&
    tags.every((tag) => has.includes(tag)) &&
    (uids.length === 0 || uids.includes(uid)) &&
    (places.length === 0 || places.includes(place));

  const dashboards =
    type === 'dash-folder' || !caller.may('dashboards:read') ? [] : store.dashboards.list(caller.orgId);
  const folders = type === 'dash-db' || !caller.may('folders:read') ? [] : store.folders.list(caller.orgId);
  const placeOf = (uid: string) => (uid === '' ? undefined : store.folders.get(caller.orgId, uid));
  const hits = [
    ...folders.filter((one) => isMeant(one.title, one.uid, one.parentUid, [])).map(folderHit),
    ...dashboards
      .filter((one) => isMeant(one.title, one.uid, one.folderUid, one.tags))
      .map((one) => dashboardHit(one, placeOf(one.folderUid))),
  ];
  hits.sort((a, b) => (a.title === b.title ? a.id - b.id : a.title < b.title ? -1 : 1));
  return ok(hits.slice((page - 1) * limit, page * limit));
}

function dashboardHit({ id, uid, title, tags }: StoredDashboard, folder: StoredFolder | undefined) {
  const slug = slugify(title);
  const place = folder && {
    folderId: folder.id,
    folderUid: folder.uid,
    folderTitle: folder.title,
    folderUrl: `/dashboards/f/${folder.uid}/${slugify(folder.title)}`,
  };
  const hit = { id, uid, title, uri: `db/${slug}`, url: `/d/${uid}/${slug}`, slug: '' };
  return { ...hit, type: 'dash-db', tags, isStarred: false, sortMeta: 0, ...place };
}

function folderHit({ id, uid, title, parentUid }: StoredFolder) {
  const slug = slugify(title);
  const hit = { id, uid, title, uri: `db/${slug}`, url: `/dashboards/f/${uid}/${slug}`, slug: '' };
  const place = parentUid === '' ? {} : { folderUid: parentUid };
  return { ...hit, type: 'dash-folder', tags: [] as string[], isStarred: false, sortMeta: 0, ...place };
}
