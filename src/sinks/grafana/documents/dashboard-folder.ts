import { objectKey, type WatchedObject } from '../../../model.js';
import { quoted } from '../../files/quoted.js';
import type { FolderReference } from '../grafana-api.js';
import { isUid } from './dashboard-uid.js';

/** `GRAFANA_FOLDER_UID_KEYS`, `GRAFANA_FOLDER_ID_KEYS`. */
export interface FolderKeys {
  readonly folderUidKeys: readonly string[];
  readonly folderIdKeys: readonly string[];
}

/** Title of a folder that has to be made: a label cannot hold a blank. */
const TITLE_ANNOTATION = 'folderTitle';

/**
 * The folder that an object names for its dashboards: the first key that has a value, uids before ids, annotations before
 * labels. An empty value names none: charts write one where nothing was set. Or the sentence that refuses the object: with
 * the wrong folder everybody who may look there could read what was meant for others.
 */
export function folderOfObject(object: WatchedObject, keys: FolderKeys): FolderReference | undefined | string {
  const byUid = firstValue(object, keys.folderUidKeys);
  if (byUid !== undefined) {
    const folder = folderByUid(byUid.value);
    return folder === 'invalid' ? refusal(object, byUid, 'at most 40 letters, digits, - and _') : folder;
  }
  const byId = firstValue(object, keys.folderIdKeys);
  if (byId === undefined) return undefined;
  const id = /^\d+$/.test(byId.value) ? Number(byId.value) : Number.NaN;
  return Number.isSafeInteger(id) ? { id } : refusal(object, byId, 'the number of a folder, or 0 for the root');
}

/** `general` is what Grafana calls the root; `undefined` for none. */
export function folderByUid(uid: unknown): { readonly uid: string } | undefined | 'invalid' {
  if (uid === undefined) return undefined;
  if (!isUid(uid)) return 'invalid';
  return { uid: uid === 'general' ? '' : uid };
}

export function folderTitleOf({ annotations }: WatchedObject): string | undefined {
  return annotations[TITLE_ANNOTATION]?.trim() || undefined;
}

interface Found {
  readonly value: string;
  readonly what: string;
}

function firstValue({ annotations, labels }: WatchedObject, keys: readonly string[]): Found | undefined {
  for (const [what, values] of [
    ['annotation', annotations],
    ['label', labels],
  ] as const) {
    for (const key of keys) {
      const value = Object.hasOwn(values, key) ? values[key]?.trim() : undefined;
      if (value) return { value, what: `${what} ${key}` };
    }
  }
  return undefined;
}

function refusal(object: WatchedObject, { what, value }: Found, expected: string): string {
  return `The dashboards of ${objectKey(object)} are not pushed: Expected its ${what} to be ${expected}, got ${quoted(value)}.`;
}
