import { catchError, defer, from, type Observable, switchMap, throwError } from 'rxjs';
import { SourceError } from '../model.js';
import { VERSION } from '../version.js';
import { createAgents } from './agents.js';
import type { ApiRequest, ApiResponsePart, KubernetesApi } from './api.js';
import { type ApiCall, accessOf, type KubernetesWriter } from './api-call.js';
import type { Credentials } from './credential-source.js';
import type { Cluster } from './load-cluster.js';
import { readAnswer } from './read-answer.js';
import { sendRequest } from './send-request.js';

/** A Kubernetes API over HTTP. */
export interface ConnectedCluster extends KubernetesApi, KubernetesWriter {
  /** Closes idle connections. Requests under way are not touched: unsubscribe from them. */
  close(): void;
}

export interface ConnectClusterOptions {
  /** Milliseconds since 1970, for a `Retry-After` with a date. @default Date.now */
  readonly now?: () => number;
  /** What an error's body may take to arrive. @default 10_000 */
  readonly errorBodyTimeoutMs?: number;
}

/** What the API server takes at most, so no object that it sends back is longer. */
const ANSWER_MAX_BYTES = 3 * 1024 * 1024;

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

  const sendAs = (request: ApiRequest | ApiCall, { headers, tls }: Credentials): Observable<ApiResponsePart> =>
    defer(() =>
      sendRequest(request, {
        server,
        headers: { ...headers, 'user-agent': `k8s-sidecar/${VERSION}` },
        agents: agents.forTls(tls),
        now,
        errorBodyTimeoutMs,
      }),
    );

  // To ask again is safe for a write too: what is not authenticated is not carried out.
  const request = (request: ApiRequest | ApiCall): Observable<ApiResponsePart> =>
    defer(() => credentials.current()).pipe(
      switchMap((first) =>
        sendAs(request, first).pipe(
          catchError((error: unknown) =>
            error instanceof SourceError && error.code === 'unauthorized'
              ? from(credentials.renew(first)).pipe(switchMap((renewed) => sendAs(request, renewed)))
              : throwError(() => error),
          ),
        ),
      ),
    );

  return {
    close: agents.close,
    request,
    send: (call) => {
      const { verb, resource } = accessOf(call);
      return request(call).pipe(readAnswer(ANSWER_MAX_BYTES, `${verb} of ${resource}`));
    },
  };
}
