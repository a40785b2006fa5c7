import { assertDuration } from '../operators/assert-duration.js';
import { type SourceLimits, type SourceOptions, sourceLimits } from './source-options.js';

export interface WatchOptions extends SourceOptions {
  /** After which the server is asked to end a watch (`WATCH_SERVER_TIMEOUT`); 0: it decides. @default 60 */
  readonly serverTimeoutSeconds?: number;
  /** Silence after which a watch is dropped and resumed (`WATCH_CLIENT_TIMEOUT`). @default 66_000 */
  readonly clientTimeoutMs?: number;
  /**
   * The same where bookmarks were seen, if it is less. The server sends one about each minute: two are missing then.
   * @default 130_000
   */
  readonly bookmarkSilenceMs?: number;
  /** Whether the initial list is asked for as a stream, which needs less memory on both sides. @default true */
  readonly streamInitialList?: boolean;
  /**
   * Silence within a streamed list after which the server is taken for one that does not know of it: it would have said
   * at the end that this is the end. @default 10_000
   */
  readonly streamedListSilenceMs?: number;
  /** How long a streamed list may take in all; then it is read in pages, which make progress one by one. @default 60_000 */
  readonly streamedListMaxMs?: number;
  /** A watch that ends sooner and brought nothing is a failure, not a normal end. @default 1_000 (client-go) */
  readonly shortWatchMs?: number;
  /** A longer line is refused. @default 32 MiB: an object of 1 MiB, escaped, many times over */
  readonly maxLineBytes?: number;
}

export interface WatchLimits extends SourceLimits, Required<Omit<WatchOptions, keyof SourceOptions>> {}

/** The options with their defaults. Throws a `RangeError` when one cannot be waited for. */
export function watchLimits(options: WatchOptions): WatchLimits {
  const { serverTimeoutSeconds = 60, clientTimeoutMs = 66_000, bookmarkSilenceMs = 130_000 } = options;
  const { streamInitialList = true, streamedListSilenceMs = 10_000, streamedListMaxMs = 60_000 } = options;
  const { shortWatchMs = 1_000, maxLineBytes = 32 * 1024 * 1024 } = options;
  const serverTimeoutMs = serverTimeoutSeconds * 1000;
  const durations = { clientTimeoutMs, bookmarkSilenceMs, streamedListSilenceMs, streamedListMaxMs, shortWatchMs };
  for (const [name, value] of Object.entries({ ...durations, serverTimeoutMs })) {
    assertDuration(name, value);
  }
  return { ...sourceLimits(options), serverTimeoutSeconds, streamInitialList, maxLineBytes, ...durations };
}
