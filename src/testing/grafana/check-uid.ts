import { dashboardRefusals } from './dashboard-refusals.js';

const MAX_UID_LENGTH = 40;

/** util.IsValidShortUID, then IsShortUIDTooLong: of dashboards and of folders. */
export function checkUid(uid: string): void {
  if (!/^[a-zA-Z0-9_-]*$/.test(uid)) throw dashboardRefusals.invalidUid();
  if (uid.length > MAX_UID_LENGTH) throw dashboardRefusals.uidTooLong();
}
