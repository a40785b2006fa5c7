import { checkUid } from './check-uid.js';
import { dashboardRefusals } from './dashboard-refusals.js';

const MAX_TITLE_BYTES = 5000;
const MAX_MESSAGE_BYTES = 500;

/** ValidateBasicDashboardProperties of dashboard_service.go, in its order. Go counts bytes. */
export function checkProperties(title: string, uid: string, message: string): void {
  if (title === '') throw dashboardRefusals.titleEmpty();
  if (Buffer.byteLength(title) > MAX_TITLE_BYTES) throw dashboardRefusals.titleTooLong();
  if (Buffer.byteLength(message) > MAX_MESSAGE_BYTES) throw dashboardRefusals.messageTooLong();
  checkUid(uid);
}
