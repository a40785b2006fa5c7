import type { Observable } from 'rxjs';
import type { Config } from '../config/options.js';
import type { KubernetesApi } from '../kubernetes/api.js';
import type { ResourceEvent, Scope } from '../model.js';
import { listObjects } from '../streams/list-objects.js';
import { pollObjects } from '../streams/poll-objects.js';
import { watchObjects } from '../streams/watch-objects.js';

/** What `METHOD` reads a scope by. */
export function sourceOf(config: Config, api: KubernetesApi): (scope: Scope) => Observable<ResourceEvent> {
  const errorBaseMs = config.errorThrottleSleep * 1_000;
  switch (config.method) {
    case 'LIST':
      return (scope) => listObjects(api, scope, { errorBaseMs });
    case 'SLEEP':
      return (scope) => pollObjects(api, scope, { intervalMs: config.sleepTime * 1_000, errorBaseMs });
    case 'WATCH':
      return (scope) =>
        watchObjects(api, scope, {
          errorBaseMs,
          serverTimeoutSeconds: config.watchServerTimeout,
          clientTimeoutMs: config.watchClientTimeout * 1_000,
        });
  }
}
