import { Refusal } from './refusal.js';

/** Texts of pkg/services/dashboards/errors.go, statuses of pkg/api/apierrors/folder.go. */
export const folderRefusals = {
  titleEmpty: () => new Refusal(400, 'folder title cannot be empty'),
  /** `General` is the root's (ErrDashboardFolderNameExists). */
  reservedTitle: () => new Refusal(400, 'A folder with that name already exists'),
  notFound: () => new Refusal(404, 'folder not found', { status: 'not-found' }),
  sameUid: () => new Refusal(409, 'a folder/dashboard with the same uid already exists'),
  /** The text is [unverified]. */
  sameTitle: () => new Refusal(409, 'a folder with the same name already exists in the current location'),
  versionMismatch: () =>
    new Refusal(412, 'the folder has been changed by someone else', { status: 'version-mismatch' }),
  ownParent: () => new Refusal(400, 'folder cannot be parent of itself'),
  invalidId: () => new Refusal(400, 'id is invalid'),
} as const;
