import type { GrafanaCall } from './grafana-call.js';
import type { StoredFolder } from './grafana-store.js';
import { slugify } from './slugify.js';

/** newToFolderDto of pkg/api/folder.go */
export function folderReply({ caller }: GrafanaCall, folder: StoredFolder): object {
  const { id, uid, title, version, parentUid, createdBy, updatedBy } = folder;
  const canSave = caller.may('folders:write');
  return {
    id,
    uid,
    title,
    url: `/dashboards/f/${uid}/${slugify(title)}`,
    hasAcl: false,
    canSave,
    canEdit: canSave,
    canAdmin: caller.role === 'Admin',
    canDelete: caller.may('folders:delete'),
    createdBy,
    created: new Date(folder.created).toISOString(),
    updatedBy,
    updated: new Date(folder.updated).toISOString(),
    version,
    ...(parentUid !== '' && { parentUid }),
  };
}
