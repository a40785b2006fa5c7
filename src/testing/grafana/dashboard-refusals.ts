import { Refusal } from './refusal.js';

/** Texts and statuses of pkg/services/dashboards/errors.go; what has a `status` there has one in its body. */
export const dashboardRefusals = {
  notFound: () => new Refusal(404, 'Dashboard not found', { status: 'not-found' }),
  /** Of GET and DELETE (getDashboardHelper of pkg/api/dashboard.go). */
  noSuchDashboard: () => new Refusal(404, 'Dashboard not found'),
  /** A `folderId` that leads nowhere (database.go). */
  folderIdNotFound: () => new Refusal(404, 'Folder not found'),
  sameUid: () => new Refusal(400, 'A dashboard with the same uid already exists'),
  sameNameInFolder: () =>
    new Refusal(412, 'A dashboard with the same name in the folder already exists', { status: 'name-exists' }),
  sameNameAsFolder: () => new Refusal(400, 'Dashboard name cannot be the same as folder', { status: 'name-match' }),
  versionMismatch: () =>
    new Refusal(412, 'The dashboard has been changed by someone else', { status: 'version-mismatch' }),
  /** ToDashboardErrorResponse of pkg/api/apierrors/dashboard.go. */
  pluginDashboard: (pluginId: string) =>
    new Refusal(412, `The dashboard belongs to plugin ${pluginId}.`, { status: 'plugin-dashboard' }),
  titleEmpty: () => new Refusal(400, 'Dashboard title cannot be empty', { status: 'empty-name' }),
  titleTooLong: () =>
    new Refusal(400, 'Dashboard title cannot contain more than 5 000 characters', { status: 'title-too-long' }),
  messageTooLong: () => new Refusal(400, 'message too long, max 500 characters'),
  invalidUid: () => new Refusal(400, 'uid contains illegal characters'),
  uidTooLong: () => new Refusal(400, 'uid too long, max 40 characters'),
  refreshTooShort: () => new Refusal(400, 'Dashboard refresh interval is too low'),
  typeMismatch: () => new Refusal(400, 'Dashboard cannot be changed to a folder'),
  saveProvisioned: () => new Refusal(400, 'Cannot save provisioned dashboard'),
  deleteProvisioned: () => new Refusal(400, 'provisioned dashboard cannot be deleted'),
  updateAccessDenied: () => new Refusal(403, 'Access denied to save dashboard'),
  quotaReached: () => new Refusal(403, 'Quota reached'),
  folderNotFound: () => new Refusal(400, 'folder not found'),
} as const;
