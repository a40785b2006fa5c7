import type { RequestOptions } from 'node:https';
import { isAbsolute, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { ClusterConfigError } from './cluster-config-error.js';
import type { Configured, CredentialInputs } from './credential-source.js';
import { type ExecPlugin, execPluginOf } from './exec-plugin.js';
import { type KubeconfigFile, type RawUser, readKubeconfigFile } from './kubeconfig-file.js';

/** The current context of one or several kubeconfigs. */
export interface LoadedKubeconfig extends CredentialInputs {
  readonly namespace: string | undefined;
  readonly proxyUrl: string | undefined;
}

type Cluster = Parameters<KubeConfig['loadFromClusterAndUser']>[0];
type User = Parameters<KubeConfig['loadFromClusterAndUser']>[1];
type NamedUser = User & { readonly raw: RawUser; readonly file: KubeconfigFile };

/**
 * Merges kubeconfigs as kubectl does: the first file that names a cluster, a user, a context or the current context
 * wins, and files that do not exist are passed over as long as one does. `KubeConfig` itself refuses duplicates and lets
 * the last current context win. Throws a `ClusterConfigError` that names the file and what is missing.
 */
export function loadKubeconfig(paths: readonly string[], skipTlsVerify: boolean): LoadedKubeconfig {
  const files = paths.map(readKubeconfigFile).filter((file) => file !== undefined);
  const from = paths.join(', ');
  if (files.length === 0) {
    throw new ClusterConfigError('unreadable', `Expected a kubeconfig, got a path where no file is: ${from}.`);
  }
  const current = files
    .map(({ config }) => config.currentContext)
    .find((name) => typeof name === 'string' && name !== '');
  if (current === undefined) {
    throw incomplete(`a current-context, got none in ${from}: choose one with "kubectl config use-context"`);
  }
  const context = first(
    files.flatMap(({ config }) => config.contexts),
    current,
  );
  if (context === undefined) {
    throw incomplete(`the context "${current}", which is the current one, got none of that name in ${from}`);
  }
  const cluster = first(
    files.flatMap(({ config }) => config.clusters),
    context.cluster,
  );
  if (cluster === undefined) {
    throw incomplete(`the cluster "${context.cluster}" of the context "${current}", got none of that name in ${from}`);
  }
  const user = context.user === undefined ? undefined : first(files.flatMap(usersOf), context.user);
  if (context.user !== undefined && user === undefined) {
    throw incomplete(`the user "${context.user}" of the context "${current}", got none of that name in ${from}`);
  }
  const { raw = {}, file, ...known } = user ?? { name: 'anonymous' };
  refuseUnsupported(raw, known.name);
  const skipTLSVerify = cluster.skipTLSVerify || skipTlsVerify;
  return {
    server: cluster.server,
    configured: configuredBy({ ...cluster, skipTLSVerify }, { ...known, exec: undefined }),
    tokenFile: tokenFileOf(raw, file?.folder ?? ''),
    exec: execOf(raw, known.name, file?.folder ?? ''),
    clusterInfo: {
      server: cluster.server,
      'certificate-authority-data': cluster.caData,
      'insecure-skip-tls-verify': skipTLSVerify || undefined,
      'tls-server-name': cluster.tlsServerName,
    },
    namespace: context.namespace,
    proxyUrl: cluster.proxyUrl,
  };
}

/**
 * `KubeConfig.applyToHTTPSOptions`, for what it does well. It reads a token file untrimmed and not again on a 401, does not
 * know `tokenFile`, never ends an exec plugin, and its agent keeps an old CA: all that is ours.
 */
function configuredBy(cluster: Cluster, user: User): () => Promise<Configured> {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser(cluster, user);
  return async () => {
    const applied: RequestOptions = {};
    await kubeConfig.applyToHTTPSOptions(applied);
    return applied as Configured;
  };
}

function usersOf(file: KubeconfigFile): readonly NamedUser[] {
  return file.config.users.map((user) => ({ ...user, raw: file.rawUsers.get(user.name) ?? {}, file }));
}

function first<T extends { readonly name: string }>(entries: readonly T[], name: string): T | undefined {
  return entries.find((entry) => entry.name === name);
}

/** The official key first; `token-file` is what some tools write. */
function tokenFileOf(raw: RawUser, folder: string): string | undefined {
  const path = raw['tokenFile'] ?? raw['token-file'];
  if (path === undefined || path === null || path === '') {
    return undefined;
  }
  return isAbsolute(String(path)) ? String(path) : join(folder, String(path));
}

function execOf(raw: RawUser, user: string, folder: string): ExecPlugin | undefined {
  return raw['exec'] === undefined || raw['exec'] === null ? undefined : execPluginOf(raw['exec'], user, folder);
}

/** To go on without them would be to act with other rights than the kubeconfig says. */
function refuseUnsupported(raw: RawUser, user: string): void {
  const found = ['as-groups', 'as-uid', 'as-user-extra'].find((key) => raw[key] !== undefined);
  if (found !== undefined) {
    throw new ClusterConfigError(
      'unsupported',
      `Expected the user "${user}" to impersonate by "as" alone, got ${found}, which is not supported.`,
    );
  }
}

function incomplete(what: string): ClusterConfigError {
  return new ClusterConfigError('incomplete', `Expected ${what}.`);
}
