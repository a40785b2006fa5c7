import { type ObjectKey, objectKey, type Scope, type WatchedObject } from '../../model.js';
import type { DesiredDashboard } from './documents/desired-dashboard.js';
import type { DesiredDashboards, UrlDashboard } from './documents/desired-dashboards.js';
import { sourceOf, type Wish } from './wish.js';

interface KnownObject {
  readonly scope: Scope;
  /** Without data: what the ledger needs to hear of it again. */
  readonly object: WatchedObject;
  /** By source. What a key wanted last stays while it can not be read: bad input loses nothing. */
  readonly wishes: Map<string, Wish>;
  /** By source. */
  readonly urls: ReadonlyMap<string, UrlDashboard>;
  /** Keys that are refused, or whose URL has not given anything yet. */
  readonly unread: Set<string>;
  /** The whole object is refused, or nothing of it was said yet. */
  readonly isRefused: boolean;
}

/** What each object wants, without contents. Objects that are gone leave no trace. */
export class ObjectMemory {
  readonly #objects = new Map<ObjectKey, KnownObject>();

  /** Whether this state of the object was read already. */
  isKnown(object: WatchedObject): boolean {
    const known = this.#objects.get(objectKey(object))?.object;
    return known?.uid === object.uid && known.resourceVersion === object.resourceVersion;
  }

  apply(object: WatchedObject, scope: Scope, desired: DesiredDashboards): void {
    const key = objectKey(object);
    const before = this.#objects.get(key);
    const wishes = new Map<string, Wish>();
    const unread = new Set<string>();
    const urls = new Map(desired.urls.map((one) => [one.place.source, one]));
    for (const dashboard of desired.dashboards) wishes.set(dashboard.source, wishOf(key, dashboard, false));
    const keep = (source: string): void => {
      const wish = before?.wishes.get(source);
      if (wishes.has(source)) return;
      unread.add(source);
      if (wish !== undefined) wishes.set(source, wish);
    };
    const isRefused = desired.refusals.some(({ entry }) => entry === undefined);
    if (isRefused) for (const source of before?.wishes.keys() ?? []) keep(source);
    for (const { entry, reason } of desired.refusals) {
      // One that another key came before was read: it wants nothing that it had.
      if (entry !== undefined && reason !== 'duplicate-path') keep(sourceOf(key, entry));
    }
    for (const [source, { place, url }] of urls) {
      keep(source);
      const wish = wishes.get(source);
      const isRead = before?.urls.get(source)?.url.href === url.href && !before.unread.has(source);
      if (wish === undefined || !isRead) continue;
      unread.delete(source);
      // The folder is the object's, and is there before the content; the document's own counts when it comes again.
      const { folderTitle } = place;
      wishes.set(source, { ...wish, folderTitle, folder: place.folder ?? wish.folder });
    }
    const light = { ...object, labels: {}, annotations: {}, data: {}, binaryData: {} };
    this.#objects.set(key, { scope, object: light, wishes, urls, unread, isRefused });
  }

  /** The URL of a key has given this. Whether it is still wanted. */
  resolve(owner: ObjectKey, dashboard: DesiredDashboard): boolean {
    const known = this.#objects.get(owner);
    if (known === undefined || !known.urls.has(dashboard.source)) return false;
    known.unread.delete(dashboard.source);
    known.wishes.set(dashboard.source, wishOf(owner, dashboard, true));
    return true;
  }

  delete(key: ObjectKey): void {
    this.#objects.delete(key);
  }

  /** The object in a form that says no more than that it is there, for who asks {@link wishesOf}. */
  again(key: ObjectKey): { readonly scope: Scope; readonly object: WatchedObject } | undefined {
    return this.#objects.get(key);
  }

  knows(key: ObjectKey): boolean {
    return this.#objects.has(key);
  }

  /** Of different uids: where two keys came to one, the first counts. */
  wishesOf(key: ObjectKey): readonly Wish[] {
    const byUid = new Map<string, Wish>();
    for (const wish of this.#objects.get(key)?.wishes.values() ?? []) {
      if (!byUid.has(wish.uid)) byUid.set(wish.uid, wish);
    }
    return [...byUid.values()];
  }

  urlOf(owner: ObjectKey, source: string): UrlDashboard | undefined {
    return this.#objects.get(owner)?.urls.get(source);
  }

  wishOf(owner: ObjectKey, source: string): Wish | undefined {
    return this.#objects.get(owner)?.wishes.get(source);
  }

  /** Nobody knows which uid this key wants, so none that it may have had is given up. */
  isUnread(owner: ObjectKey, source: string): boolean {
    const known = this.#objects.get(owner);
    return known !== undefined && (known.isRefused || known.unread.has(source));
  }
}

function wishOf(owner: ObjectKey, dashboard: DesiredDashboard, isUrl: boolean): Wish {
  const { uid, source, sha256, folder, folderTitle } = dashboard;
  return { uid, owner, source, sha256, folder, folderTitle, isUrl };
}
