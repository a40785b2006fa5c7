import type { ObjectKey } from '../../model.js';
import type { DashboardRecord } from './dashboard-record.js';
import { DashboardTable } from './dashboard-table.js';
import { DocumentQueue } from './document-queue.js';
import { DocumentShelf } from './document-shelf.js';
import type { DesiredDashboard } from './documents/desired-dashboard.js';
import { ListedScopes } from './listed-scopes.js';
import { ObjectMemory } from './object-memory.js';
import type { PushDashboardsOptions } from './push-options.js';
import { ownerOfSource } from './wish.js';

/** What one push knows: what is wanted, what Grafana has, and what lists prove. */
export class PushState {
  readonly options: PushDashboardsOptions;
  readonly lists: ListedScopes;
  readonly memory = new ObjectMemory();
  readonly table: DashboardTable;
  readonly shelf = new DocumentShelf();
  readonly queue: DocumentQueue;
  /** Of the object that is being read. */
  readonly inHand = new Map<string, { readonly document: DesiredDashboard; readonly size: number }>();
  /** Stale as it seems, and something is to be known first. */
  readonly #held = new Set<string>();

  constructor(options: PushDashboardsOptions, fetch: (owner: ObjectKey) => void) {
    this.options = options;
    const { scopes, scopesOf = () => [] } = options;
    this.lists = new ListedScopes({ scopes, scopesOf });
    this.table = new DashboardTable(options.instance);
    this.queue = new DocumentQueue(this.shelf, fetch);
  }

  /**
   * Whether nobody wants a dashboard of ours any more, for certain:
   *
   * 1. Nobody may still claim it: every list is complete, or refused.
   * 2. Its object went in this life, or is there and wants others, or a complete list lacks it.
   * 3. Its key can be read: one that cannot be may mean it still.
   * 4. What the same key wants instead stands, so that a uid that was changed is never without a dashboard.
   */
  isStale({ uid, wish, released, found }: DashboardRecord): boolean {
    const source = released ?? found?.stamp?.source;
    if (wish !== undefined || source === undefined || this.lists.isDeciding) return false; // 1
    const owner = ownerOfSource(source);
    const isSeen = released !== undefined || this.memory.knows(owner);
    if (!isSeen && !this.lists.proveGone(owner)) return false; // 2
    if (this.memory.isUnread(owner, source)) return false; // 3
    const instead = this.memory.wishOf(owner, source);
    const successor = instead === undefined || instead.uid === uid ? undefined : this.table.get(instead.uid);
    return successor?.wish?.source !== source || successor.stands; // 4
  }

  hold(uid: string): void {
    this.#held.add(uid);
  }

  /** Those that were held, and are not any more. */
  takeHeld(): readonly string[] {
    if (!this.table.isStockTaken) return [];
    const due = [...this.#held].filter((uid) => {
      const record = this.table.get(uid);
      return record === undefined || record.wish !== undefined || this.isStale(record);
    });
    for (const uid of due) this.#held.delete(uid);
    return due;
  }

  /** Who has it in Grafana may still turn out to want it: nobody else gets it until lists have said. */
  mayBeWantedBy(owner: ObjectKey): boolean {
    return this.lists.isDeciding || (!this.memory.knows(owner) && this.lists.mayExist(owner));
  }

  /** The record that held the uid which the source had before; it goes when the new one stands. */
  predecessorOf(source: string, uid: string): DashboardRecord | undefined {
    for (const stale of this.table.stale) {
      const record = this.table.get(stale);
      const from = record?.released ?? record?.found?.stamp?.source;
      if (stale !== uid && from === source) return record;
    }
    return undefined;
  }
}
