import { type DashboardRecord, type Found, newRecord } from './dashboard-record.js';
import type { ListedDashboard } from './grafana-api.js';
import type { Wish } from './wish.js';

/** Every uid that matters, and how much of Grafana has been looked at. */
export class DashboardTable {
  readonly #instance: string;
  readonly #records = new Map<string, DashboardRecord>();
  /** In Grafana with our mark, wanted by nobody, and nobody knows whose: nothing is deleted until these were looked at. */
  readonly #unread = new Set<string>();
  /** Stamped as ours, and wanted by nobody. */
  readonly #stale = new Set<string>();
  #isListed = false;

  constructor(instance: string) {
    this.#instance = instance;
  }

  get(uid: string): DashboardRecord | undefined {
    return this.#records.get(uid);
  }

  get stale(): ReadonlySet<string> {
    return this.#stale;
  }

  all(): Iterable<DashboardRecord> {
    return this.#records.values();
  }

  /** Grafana was listed in this term. */
  get isListed(): boolean {
    return this.#isListed;
  }

  /** It is known what of all that nobody wants is ours. */
  get isStockTaken(): boolean {
    return this.#isListed && this.#unread.size === 0;
  }

  get wanted(): number {
    return this.#count((record) => record.wish !== undefined);
  }

  /** Those that carry our stamp, and those of which nobody knows better. */
  get ours(): number {
    return this.#count(({ uid, found }) => found !== undefined && (this.isStamped(found) || this.#unread.has(uid)));
  }

  isStamped(found: Found | undefined): boolean {
    return found?.stamp?.instance === this.#instance;
  }

  /** A new wish, or a changed one. */
  want(wish: Wish): DashboardRecord {
    const record = this.#open(wish.uid);
    record.wish = wish;
    record.isDirty = true;
    record.stands = false;
    record.isRejected = false;
    this.#track(record);
    return record;
  }

  release(uid: string): DashboardRecord | undefined {
    const record = this.#records.get(uid);
    if (record?.wish === undefined) return undefined;
    record.released = record.wish.source;
    record.wish = undefined;
    record.isDirty = true;
    record.stands = false;
    record.said = undefined;
    this.#track(record);
    return record;
  }

  /** What a GET or a save has shown; `undefined`: it is not there. */
  read(record: DashboardRecord, found: Found | undefined): void {
    // Not what was given, which may hold a whole document.
    const { folderUid, version, stamp } = found ?? {};
    this.#see(record, folderUid === undefined ? undefined : { folderUid, version, stamp }, true);
  }

  /** A look at it failed: it counts as ours, and is waited for no longer. */
  giveUp(record: DashboardRecord): void {
    this.#unread.delete(record.uid);
  }

  /** A complete list of Grafana. What it does not tell of a dashboard is kept from before, but has to be read again. */
  takeStock(listed: readonly ListedDashboard[]): void {
    const found = new Map(listed.map((one) => [one.uid, one]));
    for (const record of this.#records.values()) {
      if (!found.has(record.uid)) this.#see(record, undefined, true);
    }
    for (const one of listed) {
      const isTold = one.version !== undefined && one.stamp !== undefined;
      const isOthers = one.stamp !== undefined && one.stamp.instance !== this.#instance;
      if (isOthers && !this.#records.has(one.uid)) continue;
      const record = this.#open(one.uid);
      // Whose it is was read once; it is read again before it goes.
      const isKnown = isTold || (record.wish === undefined && record.isRead && record.found !== undefined);
      const stamp = one.stamp ?? record.found?.stamp;
      this.#see(record, { folderUid: one.folderUid, version: one.version, stamp }, isKnown);
    }
    this.#isListed = true;
  }

  /** Another may have acted since: what was found counts no more. */
  forgetGrafana(): void {
    this.#isListed = false;
    this.#unread.clear();
    for (const record of this.#records.values()) {
      record.isDirty = true;
      record.stands = false;
      record.last = undefined;
      record.said = undefined;
      this.#see(record, undefined, false);
    }
  }

  #see(record: DashboardRecord, found: Found | undefined, isRead: boolean): void {
    record.found = found;
    record.isRead = isRead;
    if (found === undefined) {
      record.last = undefined;
      record.stands = false;
    }
    this.#track(record);
  }

  #open(uid: string): DashboardRecord {
    const known = this.#records.get(uid);
    if (known !== undefined) return known;
    const record = newRecord(uid);
    this.#records.set(uid, record);
    return record;
  }

  #track(record: DashboardRecord): void {
    const { uid, wish, found, isRead } = record;
    // A try may end for a record that went meanwhile, and came again as another.
    if (this.#records.get(uid) !== record) return;
    if (wish === undefined && found !== undefined && !isRead) this.#unread.add(uid);
    else this.#unread.delete(uid);
    if (wish === undefined && this.isStamped(found)) this.#stale.add(uid);
    else this.#stale.delete(uid);
    // Before a list of Grafana nobody knows whether it is there: the list will tell.
    if (wish === undefined && found === undefined && (isRead || !this.#isListed)) this.#records.delete(uid);
  }

  #count(matches: (record: DashboardRecord) => boolean): number {
    let count = 0;
    for (const record of this.#records.values()) if (matches(record)) count += 1;
    return count;
  }
}
