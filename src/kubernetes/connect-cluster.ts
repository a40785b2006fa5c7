import { catchError, defer, from, type Observable, switchMap, throwError } from 'rxjs';
import { SourceError } from '../model.js';
import { VERSION } from '../version.js';
import { createAgents } from './agents.js';
import type { ApiRequest, ApiResponsePart, KubernetesApi } from './api.js';
import type { Credentials } from './credential-source.js';
import type { Cluster } from './load-cluster.js';
import { sendRequest } from './send-request.js';

/** A `KubernetesApi` over HTTP. */
export interface ConnectedCluster extends KubernetesApi {
  /** Closes idle connections. Requests under way are not touched: unsubscribe from them. */
  close(): void;
}

export interface ConnectClusterOptions {
  /** Milliseconds since 1970, for a `Retry-After` with a date. @default Date.now */
  readonly now?: () => number;
  /** What an error's body may take to arrive. @default 10_000 */
  readonly errorBodyTimeoutMs?: number;
}

/**
 * Requests with the cluster's credentials over shared connections.
 *
 * A 401 is asked again at once, a single time, with credentials that were renewed: tokens rotate, and the one at hand may
 * have just ended. A second 401 is the answer.
 */
export function connectCluster(cluster: Cluster, options: ConnectClusterOptions = {}): ConnectedCluster {
  const { server, credentials, proxy } = cluster;
  const { now = Date.now, errorBodyTimeoutMs = 10_000 } = options;
  const agents = createAgents(proxy);

  const send = (request: ApiRequest, { headers, tls }: Credentials): Observable<ApiResponsePart> =>
    defer(() =>
      sendRequest(request, {
        server,
        headers: { ...headers, 'user-agent': `k8s-sidecar/${VERSION}` },
        agents: agents.forTls(tls),
        now,
        errorBodyTimeoutMs,
      }),
    );

  return {
    close: agents.close,
    request: (request) =>
      defer(() => credentials.current()).pipe(
        switchMap((first) =>
          send(request, first).pipe(
            catchError((error: unknown) =>
              error instanceof SourceError && error.code === 'unauthorized'
                ? from(credentials.renew(first)).pipe(switchMap((renewed) => send(request, renewed)))
                : throwError(() => error),
            ),
          ),
        ),
      ),
  };
}
