import type { ObjectKey } from '../../model.js';
import type { FolderReference } from './grafana-api.js';

/** What is remembered of a dashboard that an object wants: all but its content. Replaced, never changed. */
export interface Wish {
  readonly uid: string;
  readonly owner: ObjectKey;
  /** `<namespace>/<kind>/<name>/<key>`. */
  readonly source: string;
  readonly sha256: string;
  readonly folder: FolderReference | undefined;
  readonly folderTitle: string | undefined;
  /** Its content comes by a URL of its object. */
  readonly isUrl: boolean;
}

export function isSameWish(a: Wish | undefined, b: Wish): boolean {
  return (
    a !== undefined &&
    a.source === b.source &&
    a.sha256 === b.sha256 &&
    a.folderTitle === b.folderTitle &&
    isSameFolder(a.folder, b.folder)
  );
}

function isSameFolder(a: FolderReference | undefined, b: FolderReference | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return 'id' in a ? 'id' in b && a.id === b.id : 'uid' in b && a.uid === b.uid;
}

/** `<namespace>/<kind>/<name>/<key>` is of `<kind>/<namespace>/<name>`: none of the four holds a slash. */
export function ownerOfSource(source: string): ObjectKey {
  const [namespace, kind, name] = source.split('/');
  return `${kind as 'configmap' | 'secret'}/${namespace}/${name}`;
}

/** The source of a key of an object: of what a suffix leaves out, since the dashboard is called as the rest. */
export function sourceOf(owner: ObjectKey, entry: string): string {
  const [kind, namespace, name] = owner.split('/');
  return `${namespace}/${kind}/${name}/${entry.replace(/\.(?:url|gz)$/, '')}`;
}
