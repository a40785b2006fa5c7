import { randomUUID } from 'node:crypto';
import { delimiter } from 'node:path';
import { connect, merge, type Observable } from 'rxjs';
import { ConfigError } from '../config/config-error.js';
import { describeSelection } from '../config/describe-selection.js';
import type { Config } from '../config/options.js';
import { selectionOf } from '../config/selection.js';
import type { KubernetesWriter } from '../kubernetes/api-call.js';
import { connectCluster } from '../kubernetes/connect-cluster.js';
import { loadCluster } from '../kubernetes/load-cluster.js';
import type { EventFailure, ObjectKey, Scope, SidecarEvent } from '../model.js';
import { runSidecar } from '../sidecar.js';
import type { RecordEventsOptions } from '../sinks/events/record-events.js';
import { openFileStore } from '../sinks/files/file-store.js';
import { loadGunzip } from '../sinks/files/gunzip.js';
import { fetchObject } from '../streams/fetch-object.js';
import { collectorIdentity } from './collector-identity.js';
import type { CollectorWorld } from './collector-world.js';
import { hasFolder } from './folder-config.js';
import { hooksOf } from './hooks-of.js';
import { sourceOf } from './source-of.js';
import { urlFilesOf } from './url-files-of.js';
import { validatorOf } from './validator-of.js';

/** One configured collector, ready to run. */
export interface Collector {
  readonly scopes: readonly Scope[];
  /** In a few words, for the log. */
  readonly selects: string;
  /** What is wrong already and may mend itself, one sentence each. */
  readonly faults: readonly string[];
  readonly run: (stop$: Observable<unknown>) => Observable<SidecarEvent>;
  readonly close: () => void;
}

/**
 * Turns a configuration into the parts of one sidecar. Rejects with a `ClusterConfigError` when no usable cluster is configured,
 * with a `ConfigError` when a folder contradicts another; everything that may mend itself is told in the events.
 */
export async function openCollector(config: Config, world: CollectorWorld): Promise<Collector> {
  if (config.grafanaUrl !== undefined || config.leaderElection) {
    throw new ConfigError(
      'later',
      'The push to Grafana comes with a later release: unset `GRAFANA_URL` and `LEADER_ELECTION`.',
    );
  }
  if (!hasFolder(config))
    throw new ConfigError('missing', 'Expected `FOLDER` to be set: the folder that the files go to.');
  const cluster = await loadCluster({
    ...world,
    kubeconfigPaths: config.kubeconfig?.split(delimiter),
    skipTlsVerify: config.skipTlsVerify,
    podNamespace: config.podNamespace,
  });
  const selection = selectionOf(config, cluster.namespace);
  const { scopes, scopesOf, labelSelector, fieldSelector } = selection;
  const identity = collectorIdentity(config, selection, { namespace: cluster.namespace, life: randomUUID() });
  const { hooks, faults } = await hooksOf(config, world, identity);
  const validator = await validatorOf(config, world, identity);
  const gzip = config.gzipKeys ? { gunzip: await loadGunzip(), maxBytes: config.urlMaxBytes } : undefined;
  const api = connectCluster(cluster);
  const fetch = (key: ObjectKey) => fetchObject(api, key, { labelSelector, fieldSelector });
  const record = config.events ? await recorderOf(config, world, { api, fetch }) : undefined;

  const run = (stop$: Observable<unknown>) =>
    runSidecar({
      scopes,
      scopesOf,
      source: sourceOf(config, api),
      fetch,
      openStore: (onBeforeChange) =>
        openFileStore({
          folder: config.folder,
          allowedRoots: config.folderAllowedRoots ?? [],
          fileMode: config.defaultFileMode,
          fileWrite: config.fileWrite,
          state: config.state,
          identity: identity.hash,
          folderAnnotation: config.folderAnnotation,
          uniqueFilenames: config.uniqueFilenames,
          gzip,
          inKubernetes: world.env['KUBERNETES_SERVICE_HOST'] !== undefined,
          onBeforeChange,
        }),
      urlFiles: urlFilesOf(config, world, cluster.server),
      openValidator: validator,
      hooks,
      notifyDebounceMs: config.notifyDebounce * 1_000,
      notifyMaxWaitMs: config.notifyMaxWait * 1_000,
      once: config.method === 'LIST',
      stop$,
    });
  return {
    scopes,
    selects: describeSelection(selection, config),
    faults,
    run: (stop$) =>
      record === undefined ? run(stop$) : run(stop$).pipe(connect((events$) => merge(record(events$), events$))),
    close: () => api.close(),
  };
}

async function recorderOf(
  config: Config,
  { hostName, redact }: CollectorWorld,
  { api, fetch }: { readonly api: KubernetesWriter } & Pick<RecordEventsOptions, 'fetch'>,
): Promise<(events$: Observable<SidecarEvent>) => Observable<EventFailure>> {
  const { recordEvents } = await import('../sinks/events/record-events.js');
  return recordEvents(api, { fetch, redact, instance: config.podName ?? hostName });
}
