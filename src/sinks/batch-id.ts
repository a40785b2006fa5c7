import { createHash } from 'node:crypto';
import type { Notification } from '../model.js';

/**
 * Names what a hook is told: the same for each try of one notification, so that a target may ignore what it has done, and
 * another once changes joined it. 32 hex digits.
 *
 * `life` is a random value of this process: the initial sync of a later life may be the same to the letter, and is not the same
 * notification. It also keeps the hashes of Secrets that go in from being guessed by what comes out.
 */
export function batchId(notification: Notification, life: string): string {
  const { reason, covers, changes } = notification;
  const hash = createHash('sha256').update(JSON.stringify([life, reason, covers]));
  for (const { op, path, owner, sha256 } of changes) hash.update(JSON.stringify([op, path, owner, sha256]));
  return hash.digest('hex').slice(0, 32);
}
