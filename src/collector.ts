import { delimiter } from 'node:path';
import { map, type Observable } from 'rxjs';
import type { Config } from './config/options.js';
import { selectionOf } from './config/selection.js';
import { networkFromEnv } from './http/find-proxy.js';
import type { KubernetesApi } from './kubernetes/api.js';
import { connectCluster } from './kubernetes/connect-cluster.js';
import { loadCluster } from './kubernetes/load-cluster.js';
import { type ResourceEvent, type Scope, type SidecarEvent, scopeName, type WatchedObject } from './model.js';
import { parseLabelSelector } from './operators/label-selector.js';
import type { Hook } from './operators/tell-hooks.js';
import { runSidecar } from './sidecar.js';
import { openFileStore } from './sinks/files/file-store.js';
import { identityHash } from './sinks/files/identity.js';
import { notifyHttp } from './sinks/http/notify-http.js';
import { fetchObject } from './streams/fetch-object.js';
import { listObjects } from './streams/list-objects.js';
import { pollObjects } from './streams/poll-objects.js';
import { watchObjects } from './streams/watch-objects.js';
import { VERSION } from './version.js';

export interface CollectorWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir: string;
  /** Each credential when it is loaded, so that no log shows it; one that is read again names its source. */
  readonly onSecret: (value: string, source?: string) => void;
}

/** One configured collector, ready to run. */
export interface Collector {
  readonly scopes: readonly Scope[];
  /** In a few words, for the log. */
  readonly selects: string;
  readonly run: (stop$: Observable<unknown>) => Observable<SidecarEvent>;
  readonly close: () => void;
}

/** Rejects with a `ClusterConfigError` when no usable cluster is configured; everything that may mend itself is told in the events. */
export async function openCollector(config: Config, world: CollectorWorld): Promise<Collector> {
  const cluster = await loadCluster({
    ...world,
    kubeconfigPaths: config.kubeconfig?.split(delimiter),
    skipTlsVerify: config.skipTlsVerify,
    podNamespace: config.podNamespace,
  });
  const api = connectCluster(cluster);
  const { scopes, labelSelector, identity } = selectionOf(config, cluster.namespace);
  const selector = labelSelector === undefined ? undefined : parseLabelSelector(labelSelector);
  // Lists and watches are selected by the server. One object that is fetched by its name is not.
  const ifSelected = (object: WatchedObject | undefined) =>
    object !== undefined && (selector === undefined || selector.matches(object.labels)) ? object : undefined;
  const once = config.method === 'LIST';
  const openStore = (onBeforeChange: () => void) =>
    openFileStore({
      folder: config.folder,
      allowedRoots: config.folderAllowedRoots ?? [],
      fileMode: config.defaultFileMode,
      fileWrite: config.fileWrite,
      state: config.state,
      identity: identityHash(identity),
      folderAnnotation: config.folderAnnotation,
      uniqueFilenames: config.uniqueFilenames,
      inKubernetes: world.env['KUBERNETES_SERVICE_HOST'] !== undefined,
      onBeforeChange,
    });
  return {
    scopes,
    selects: `${labelSelector === undefined ? '' : `${labelSelector}: `}${scopes.map(scopeName).join(', ')}`,
    run: (stop$) =>
      runSidecar({
        scopes,
        source: sourceOf(config, api),
        fetch: (key) => fetchObject(api, key).pipe(map(ifSelected)),
        openStore,
        hooks: hooksOf(config, world),
        notifyDebounceMs: config.notifyDebounce * 1_000,
        notifyMaxWaitMs: config.notifyMaxWait * 1_000,
        once,
        stop$,
      }),
    close: () => api.close(),
  };
}

function sourceOf(config: Config, api: KubernetesApi): (scope: Scope) => Observable<ResourceEvent> {
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

function hooksOf(config: Config, { env, onSecret }: CollectorWorld): readonly Hook[] {
  if (config.reqUrl === undefined) {
    return [];
  }
  const notify = notifyHttp({
    url: config.reqUrl,
    method: config.reqMethod,
    payload: config.reqPayload,
    timeoutMs: config.reqTimeout * 1_000,
    retryTotal: config.reqRetryTotal,
    retryConnect: config.reqRetryConnect,
    retryRead: config.reqRetryRead,
    backoffFactor: config.reqRetryBackoffFactor,
    retryIntervalMs: config.notifyRetryInterval * 1_000,
    basicAuth: {
      username: config.reqUsername,
      password: config.reqPassword,
      usernameFile: config.reqUsernameFile,
      passwordFile: config.reqPasswordFile,
      encoding: config.reqBasicAuthEncoding,
    },
    skipTlsVerify: config.reqSkipTlsVerify,
    ...networkFromEnv({
      ...env,
      http_proxy: config.httpProxy,
      https_proxy: config.httpsProxy,
      no_proxy: config.noProxy,
      SSL_CERT_FILE: config.sslCertFile,
      REQUESTS_CA_BUNDLE: config.requestsCaBundle,
    }),
    once: config.method === 'LIST',
    userAgent: `k8s-sidecar/${VERSION}`,
    onSecret,
  });
  return [{ target: 'request', skipInitial: config.reqSkipInit, notify }];
}
