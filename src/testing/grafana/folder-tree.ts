import type { StoredFolder } from './grafana-store.js';
import type { GrafanaWorld } from './grafana-world.js';

export function childrenOf({ store }: GrafanaWorld, { orgId, uid }: StoredFolder): readonly StoredFolder[] {
  return store.folders.list(orgId).filter(({ parentUid }) => parentUid === uid);
}

/** How many lie in it and below it. */
export function countsOf(world: GrafanaWorld, folder: StoredFolder): { folder: number; dashboard: number } {
  const own = world.store.dashboards.list(folder.orgId).filter(({ folderUid }) => folderUid === folder.uid).length;
  return childrenOf(world, folder).reduce(
    (sum, child) => {
      const below = countsOf(world, child);
      return { folder: sum.folder + 1 + below.folder, dashboard: sum.dashboard + below.dashboard };
    },
    { folder: 0, dashboard: own },
  );
}

/** Whether this uid is the folder's, or of one in it or below it. */
export function isBelow(world: GrafanaWorld, folder: StoredFolder, uid: string): boolean {
  return uid !== '' && (uid === folder.uid || childrenOf(world, folder).some((child) => isBelow(world, child, uid)));
}
