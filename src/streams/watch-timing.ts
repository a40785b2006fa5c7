import type { WatchLimits } from './watch-options.js';

/** Until the answer begins. A watch may be silent for an hour if it is asked to be, but not before it has begun. */
export function openingMs({ clientTimeoutMs, listSilenceMs }: WatchLimits): number {
  return Math.min(clientTimeoutMs, listSilenceMs);
}

export function openSilenceMs({ clientTimeoutMs, bookmarkSilenceMs }: WatchLimits, sendsBookmarks: boolean): number {
  return sendsBookmarks ? Math.min(clientTimeoutMs, bookmarkSilenceMs) : clientTimeoutMs;
}

/** Below the server's own end of a watch, where somebody wants that to come after a second. */
export function shortMs({ shortWatchMs, serverTimeoutSeconds }: WatchLimits): number {
  return serverTimeoutSeconds === 0 ? shortWatchMs : Math.min(shortWatchMs, serverTimeoutSeconds * 500);
}

/**
 * Where we lose patience before the server ends a watch, silence says nothing: each quiet watch would be a failure. It is
 * resumed as after a normal end, and a server that is really gone shows when it does not answer that.
 */
export function isQuietByDesign({ clientTimeoutMs, serverTimeoutSeconds }: WatchLimits): boolean {
  return serverTimeoutSeconds === 0 || clientTimeoutMs <= serverTimeoutSeconds * 1000;
}
