import { defer, mergeMap, type Observable } from 'rxjs';
import type { Config } from '../config/options.js';
import type { UrlAnswer, UrlRequest } from '../request/url-answer.js';
import type { UrlFiles } from '../sidecar.js';
import type { FileStore } from '../sinks/files/file-store.js';
import { networkOf } from '../sinks/http/network-of.js';
import { requestBasicAuth } from '../sinks/http/request-options.js';
import { VERSION } from '../version.js';
import type { CollectorWorld } from './collector-world.js';

/** How keys that end in `.url` are fetched. The client is loaded with the first of them. */
export function urlFilesOf(config: Config, world: CollectorWorld, server: string): UrlFiles {
  const { proxy, caFile } = networkOf(config, world.env);
  const serviceHost = world.env['KUBERNETES_SERVICE_HOST'];
  const kubernetesApi = [server, 'kubernetes.default.svc', ...(serviceHost ? [serviceHost] : [])];
  const options = {
    rules: {
      deny: config.urlDeny,
      allowedHosts: config.urlAllowedHosts ?? [],
      kubernetesApi,
    },
    auth: {
      basicAuth: requestBasicAuth(config),
      reqUrl: config.reqUrl,
      hosts: config.urlAuthHosts ?? [],
    },
    timeoutMs: config.urlTimeout * 1_000,
    maxBytes: config.urlMaxBytes,
    accept5xx: config.enable5xx,
    skipTlsVerify: config.reqSkipTlsVerify,
    caFile: config.reqCaFile ?? caFile,
    proxy,
    userAgent: `k8s-sidecar/${VERSION}`,
    onSecret: world.onSecret,
  };
  return {
    fetch:
      (store: FileStore) =>
      (request: UrlRequest): Observable<UrlAnswer> =>
        defer(() => import('../http/fetch-url.js')).pipe(
          mergeMap(({ fetchUrl }) => fetchUrl(request, { ...options, openStage: (path) => store.stage(path) })),
        ),
    retry: {
      retryTotal: config.reqRetryTotal,
      retryConnect: config.reqRetryConnect,
      retryRead: config.reqRetryRead,
      backoffFactor: config.reqRetryBackoffFactor,
    },
    refreshMs: config.urlRefresh * 1_000,
    // Hosts that hang are no reason to exit with 1.
    maxWaitMs: config.method === 'LIST' ? Math.min(20_000, config.listTimeout * 500) : undefined,
  };
}
