import type { GrafanaWorld } from './grafana-world.js';
import { slugify } from './slugify.js';

export interface SameTitle {
  readonly uid: string;
  readonly isFolder: boolean;
}

/**
 * What else has this title where a title may not be twice: getExistingDashboardByTitleAndFolder of
 * pkg/services/dashboards/database/database.go.
 *
 * - until 10.1 by slug, among the dashboards of the folder and **all folders** of the organisation
 * - until 11.3 by title, among the dashboards and folders in the same place
 * - then no more
 *
 * Of several, the first in the table: the lowest id.
 */
export function findSameTitle(
  { store, rules }: GrafanaWorld,
  { orgId, title, folderUid, not }: { orgId: number; title: string; folderUid: string; not: number | undefined },
): SameTitle | undefined {
  if (rules.uniqueTitles === 'no') return undefined;
  const isSlug = rules.uniqueTitles === 'slug';
  const isSame = (other: string) => (isSlug ? slugify(other) === slugify(title) : other === title);
  const dashboards = store.dashboards
    .list(orgId)
    .filter((one) => one.folderUid === folderUid && isSame(one.title))
    .map(({ id, uid }) => ({ id, uid, isFolder: false }));
  const folders = store.folders
    .list(orgId)
    .filter((one) => (isSlug || one.parentUid === folderUid) && isSame(one.title))
    .map(({ id, uid }) => ({ id, uid, isFolder: true }));
  const [first] = [...dashboards, ...folders].sort((a, b) => a.id - b.id);
  return first && first.id !== not ? first : undefined;
}
