import { isRecord } from '../kubernetes/is-record.js';

/** RFC 7396: what is `null` goes, objects merge, all else replaces. Changes neither argument. */
export function jsonMergePatch(original: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged = new Map(Object.entries(isRecord(original) ? original : {}));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else merged.set(key, jsonMergePatch(merged.get(key), value));
  }
  return Object.fromEntries(merged);
}
