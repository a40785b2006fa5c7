import type { LastWrite } from './documents/content-state.js';
import type { Stamp } from './grafana-api.js';
import type { Wish } from './wish.js';

/** What Grafana had of a uid when it was last looked at. */
export interface Found {
  readonly folderUid: string;
  /** `undefined`: a list of the legacy family does not say. */
  readonly version: string | undefined;
  readonly stamp: Stamp | undefined;
}

/** All that is remembered of one uid that somebody wants, or that carries our mark in Grafana. Never content. */
export interface DashboardRecord {
  readonly uid: string;
  wish: Wish | undefined;
  /** Where the last wish came from: its going was seen in this life. */
  released: string | undefined;
  found: Found | undefined;
  /** Whether `found` is all there is to know: a GET or a save, or a list that has versions and stamps. */
  isRead: boolean;
  /** As we wrote it last, or found it to be what was wanted, with the folder where it was. */
  last: (LastWrite & { readonly folderUid: string }) | undefined;
  /** There is something to do: cleared as a try begins. */
  isDirty: boolean;
  /** The wish is fulfilled, as far as anybody knows. */
  stands: boolean;
  /** Nothing but another document helps. */
  isRejected: boolean;
  /** The last message that tells why it is not so: said once while it stays the same. */
  said: string | undefined;
  /** The last thing that was said of how it is wanted. */
  warned: string | undefined;
}

export function newRecord(uid: string): DashboardRecord {
  return {
    uid,
    wish: undefined,
    released: undefined,
    found: undefined,
    isRead: false,
    last: undefined,
    isDirty: true,
    stands: false,
    isRejected: false,
    said: undefined,
    warned: undefined,
  };
}
