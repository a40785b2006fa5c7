import type { OperatorFunction } from 'rxjs';
import type {
  Listed,
  ListMark,
  ObjectKey,
  Objects,
  PathConflict,
  PathPlan,
  Refusal,
  ScopeMark,
  SourceStatus,
  UrlFailed,
} from '../../model.js';
import type { ContentNeeded } from '../../operators/claim-paths.js';
import { concatMapIterable } from '../../operators/concat-map-iterable.js';
import type { DashboardEvent, GrafanaEvent } from './grafana-event.js';
import type { PushState } from './push-state.js';
import type { ObjectRead } from './read-objects.js';
import { isSameWish, type Wish } from './wish.js';

/** A dashboard as the ledger knows it: its path is the uid. */
export interface Claim {
  readonly path: string;
  readonly wish: Wish;
}

type Claimed =
  | PathPlan<Claim>
  | PathConflict
  | ContentNeeded
  | Objects
  | Listed
  | ListMark
  | ScopeMark
  | SourceStatus
  | ObjectRead
  | Refusal
  | UrlFailed
  | DashboardEvent;

export interface CarryOutOptions {
  readonly state: PushState;
  /** There may be something to do about a dashboard. */
  readonly visit: (uid: string) => void;
  /** The object holds a uid now that another had. */
  readonly claimAgain: (key: ObjectKey) => void;
  /** Everything was listed and decided. */
  readonly listed: () => void;
}

/** Makes what the ledger has decided what is wanted, and names each dashboard for which that is news. */
export function carryOut(options: CarryOutOptions): OperatorFunction<Claimed, GrafanaEvent> {
  const { state, visit, claimAgain, listed } = options;
  const { table, shelf, queue, inHand, lists } = state;

  const forget = (uid: string): void => {
    const source = table.get(uid)?.wish?.source;
    if (source === undefined) return;
    queue.drop(source);
    shelf.drop(source);
  };
  const carry = ({ writes, removes }: PathPlan<Claim>): void => {
    const wishes = writes.map(({ file }) => file.wish).filter((wish) => !isSameWish(table.get(wish.uid)?.wish, wish));
    // First all that ends: a key that changed its uid has the same source before and after.
    for (const { uid } of wishes) forget(uid);
    for (const { path } of removes) forget(path);
    for (const wish of wishes) {
      table.want(wish);
      const given = inHand.get(wish.source);
      if (given !== undefined) shelf.put(given.document, given.size);
    }
    for (const { path } of removes) table.release(path);
    for (const { uid } of wishes) visit(uid);
    for (const { path } of removes) visit(path);
  };
  const takeAwaited = (): void => {
    for (const [source, { document, size }] of inHand) {
      if (!queue.isWanted(source)) continue;
      queue.drop(source);
      shelf.put(document, size, true);
      visit(document.uid);
    }
  };
  const visitHeld = (): void => {
    for (const uid of state.takeHeld()) visit(uid);
  };

  return concatMapIterable((event): readonly GrafanaEvent[] => {
    switch (event.type) {
      case 'plan':
        carry(event);
        return [];
      case 'conflict': {
        const { path: uid, winner, loser } = event;
        return [{ type: 'dashboard', op: 'conflict', uid, winner, loser }];
      }
      case 'needed':
        claimAgain(event.key);
        return [];
      case 'read':
        takeAwaited();
        visitHeld();
        return [];
      case 'refused':
      case 'url-failed':
      case 'dashboard':
        return [event];
      case 'listed':
        listed();
        return [];
      case 'objects':
        return [];
      default:
        if (lists.note(event)) {
          visitHeld();
          // Those that wait for somebody who may come no more.
          for (const { uid, wish, stands } of table.all()) if (wish !== undefined && !stands) visit(uid);
        }
        return [];
    }
  });
}
