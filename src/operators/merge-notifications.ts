import type { FileChange, Notification } from '../model.js';

/**
 * One notification for two of which the older was not heard. A path appears once, with what became of it since the target
 * last heard: so a target that is down costs memory by files, not by changes. The initial sync stays one until it is told.
 */
export function mergeNotifications(older: Notification | undefined, newer: Notification): Notification {
  if (older === undefined) return newer;
  const changes = new Map<string, FileChange>(older.changes.map((change) => [change.path, change]));
  for (const change of newer.changes) {
    const before = changes.get(change.path);
    // Behind the other changes: the order is the one in which the newest states came.
    changes.delete(change.path);
    changes.set(change.path, { ...change, op: opSince(before?.op, change.op) });
  }
  const reasons = [older.reason, newer.reason];
  const reason = reasons.includes('initial') ? 'initial' : reasons.includes('change') ? 'change' : 'owed';
  return { reason, covers: newer.covers, changes: [...changes.values()] };
}

function opSince(before: FileChange['op'] | undefined, now: FileChange['op']): FileChange['op'] {
  if (before === 'created' && now === 'updated') return 'created';
  if (before === 'removed' && now === 'created') return 'updated';
  return now;
}
