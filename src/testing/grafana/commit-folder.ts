import { removeDashboard } from './commit-dashboard.js';
import { childrenOf } from './folder-tree.js';
import type { StoredFolder } from './grafana-store.js';
import { type Author, type GrafanaWorld, newId, newObjectUid, newRevision } from './grafana-world.js';

/** A save that may be carried out. */
export interface FolderSave {
  readonly orgId: number;
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly parentUid: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly author: Author;
}

export function commitFolder(world: GrafanaWorld, previous: StoredFolder | undefined, save: FolderSave): StoredFolder {
  const { author, ...wanted } = save;
  const time = world.now();
  const stored: StoredFolder = {
    ...wanted,
    id: previous?.id ?? newId(world),
    version: (previous?.version ?? 0) + 1,
    objectUid: previous?.objectUid ?? newObjectUid(world),
    resourceVersion: newRevision(world),
    created: previous?.created ?? time,
    updated: time,
    createdBy: previous?.createdBy ?? author.name,
    updatedBy: author.name,
  };
  world.store.folders.put(stored);
  record(world, stored, previous ? 'update' : 'create', author.credential);
  return stored;
}

/** With all that is in it (pkg/api/folder.go, DeleteFolder). */
export function removeFolder(world: GrafanaWorld, folder: StoredFolder, credential: string): void {
  const { folders, dashboards } = world.store;
  for (const child of childrenOf(world, folder)) removeFolder(world, child, credential);
  for (const dashboard of dashboards.list(folder.orgId)) {
    if (dashboard.folderUid === folder.uid) removeDashboard(world, dashboard, credential);
  }
  folders.remove(folder);
  record(world, folder, 'delete', credential);
}

function record(world: GrafanaWorld, folder: StoredFolder, verb: 'create' | 'update' | 'delete', credential: string) {
  const { orgId, uid, version } = folder;
  const time = world.now();
  world.store.record({ time, credential, verb, kind: 'folder', orgId, uid, version, isChange: true });
}
