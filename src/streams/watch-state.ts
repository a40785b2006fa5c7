import type { SourceError } from '../model.js';
import { FIRST_PAGE, type Paging } from './list-page.js';

/** Where a watch stands, each state with just what it needs. */
export type WatchState =
  /** Nothing is known, or what was known is worth nothing any more. */
  | { readonly type: 'empty' }
  /** The initial list comes as a stream, which goes on as the watch. */
  | { readonly type: 'streaming-list' }
  /** The initial list comes in pages. */
  | Paging
  /** Everything up to `resourceVersion` was said; what came after it can be asked for. */
  | { readonly type: 'watching'; readonly resourceVersion: string };

export const EMPTY_STATE: WatchState = { type: 'empty' };

/**
 * From where to go on after a failure.
 *
 * A streamed list that failed is followed by one in pages, whatever the reason, and that by a streamed one: progress beats
 * purity (client-go). A watch goes on from its resourceVersion after everything that is the fault of a connection, of the
 * load, or of credentials; it is listed anew when the server cannot go on from there (410), does not understand us, or gave
 * the same nonsense twice: then the list may get us past it.
 */
export function afterWatchFailure(state: WatchState, error: SourceError, failures: number): WatchState {
  switch (state.type) {
    case 'streaming-list':
      return FIRST_PAGE;
    case 'watching': {
      const useless = error.code === 'expired' || error.code === 'rejected';
      return useless || (error.code === 'malformed' && failures > 1) ? EMPTY_STATE : state;
    }
    default:
      return EMPTY_STATE;
  }
}
