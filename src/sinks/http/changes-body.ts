import type { Notification } from '../../model.js';
import { batchId } from '../batch-id.js';
import { notificationDocument } from '../notification-document.js';
import type { PayloadChangesOptions } from './http-target-options.js';

/** A body that says what changed. */
export interface ChangesBody {
  readonly body: Buffer;
  /** See {@link batchId}. */
  readonly idempotencyKey: string;
}

/** Some 1,500 files; servers often take a megabyte at most (nginx: `client_max_body_size`), and who reads it may be small. */
const MAX_BODY_BYTES = 256 * 1_024;

/**
 * The body of one try. Those of one notification differ in `attempt` and `time` and share their key, so that a target may ignore
 * what it has done.
 */
export function changesBody(
  notification: Notification,
  { instance, folder, life }: Required<PayloadChangesOptions>,
  attempt: number,
  time: Date,
): ChangesBody {
  const idempotencyKey = batchId(notification, life);
  const options = { instance, folder, batchId: idempotencyKey, attempt, time, maxBytes: MAX_BODY_BYTES };
  return { body: Buffer.from(JSON.stringify(notificationDocument(notification, options)), 'utf8'), idempotencyKey };
}
