import type { ApiRequest } from '../kubernetes/api.js';
import type { Scope } from '../model.js';
import type { WatchLimits } from './watch-options.js';

/**
 * The request of a watch that goes on `from` a resourceVersion; `undefined`: of one that brings the whole list first. That
 * one has no resourceVersion, which makes it consistent; `resourceVersionMatch` must stand with it, and only with it.
 */
export function watchRequest(from: string | undefined, scope: Scope, limits: WatchLimits): ApiRequest {
  const { kind, namespace, labelSelector, fieldSelector } = scope;
  const { serverTimeoutSeconds } = limits;
  const start =
    from === undefined ? { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' } : { resourceVersion: from };
  const query = {
    labelSelector,
    fieldSelector,
    watch: true,
    allowWatchBookmarks: true,
    // As it is, without the spread that client-go adds: the number is the user's.
    timeoutSeconds: serverTimeoutSeconds === 0 ? undefined : serverTimeoutSeconds,
    ...start,
  };
  return { verb: 'watch', kind, namespace, query };
}
