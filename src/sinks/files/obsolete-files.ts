import type { ObjectKey } from '../../model.js';

export interface ObsoleteFiles {
  /** The file is wanted (again), so it is not obsolete. */
  wanted(path: string): void;
  /** It could not be written: older files of its owner stay until it can. */
  failed(path: string, owner: ObjectKey): void;
  stands(path: string): void;
  /** Nobody wants it any more; whether it could be written does not matter now. */
  obsolete(path: string, owner: ObjectKey): void;
  /** What may be removed now: obsolete files of owners whose wanted files all stand. */
  due(): readonly (readonly [path: string, owner: ObjectKey])[];
  removed(path: string): void;
}

/**
 * Where obsolete files wait until the new files of their owner stand: a reader never finds an object's old file gone and
 * its new one missing. Only in memory: after a restart the ledger finds them again.
 */
export function obsoleteFiles(): ObsoleteFiles {
  const failing = new Map<string, ObjectKey>();
  const waiting = new Map<string, ObjectKey>();
  return {
    wanted: (path) => waiting.delete(path),
    failed: (path, owner) => failing.set(path, owner),
    stands: (path) => failing.delete(path),
    obsolete: (path, owner) => {
      failing.delete(path);
      waiting.set(path, owner);
    },
    due: () => {
      if (waiting.size === 0) return [];
      const held = new Set(failing.values());
      return [...waiting].filter(([, owner]) => !held.has(owner));
    },
    removed: (path) => waiting.delete(path),
  };
}
