import { existsSync, readFileSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { delimiter, join } from 'node:path';
import { userinfoOf } from '../userinfo.js';
import { ClusterConfigError } from './cluster-config-error.js';
import type { CredentialSource } from './credential-source.js';
import { createCredentials } from './credentials.js';
import type { LoadedKubeconfig } from './load-kubeconfig.js';

export interface LoadClusterOptions {
  /** Kubeconfigs, merged. @default the files in `KUBECONFIG` of `env`, then in-cluster, then `~/.kube/config` */
  readonly kubeconfigPaths?: readonly string[] | undefined;
  /**
   * `KUBECONFIG`, `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT` are read from it, and exec plugins run in it.
   */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly homeDir?: string | undefined;
  /** Wins over what the kubeconfig says. @default false */
  readonly skipTlsVerify?: boolean | undefined;
  /** `POD_NAMESPACE`: wins over every file. */
  readonly podNamespace?: string | undefined;
  /** @default '/var/run/secrets/kubernetes.io/serviceaccount' */
  readonly serviceAccountDir?: string | undefined;
  /** Called with each credential before it is used, so that logs can redact it. */
  readonly onSecret?: (value: string) => void;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
  /** How long an exec plugin may run. @default 60_000 */
  readonly execTimeoutMs?: number;
}

/** One Kubernetes API and who we are to it. */
export interface Cluster {
  /** Without a slash at the end. */
  readonly server: string;
  /** Where we live: what `NAMESPACE` means when it is not set. */
  readonly namespace: string;
  /** The kubeconfig's `proxy-url`; the environment's proxies are for other requests. */
  readonly proxy?: URL | undefined;
  /** For a log line: `in-cluster`, or the kubeconfigs. */
  readonly origin: string;
  readonly credentials: CredentialSource;
}

/** Where the kubelet mounts it. */
const SERVICE_ACCOUNT_DIR = '/var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Finds the cluster: the kubeconfigs that were named, else the service account of the pod, else `~/.kube/config`.
 *
 * Reads kubeconfigs once, here; token, CA and certificate files again and again, at each request. Rejects with a
 * `ClusterConfigError` when nothing usable is there.
 */
export async function loadCluster(options: LoadClusterOptions): Promise<Cluster> {
  const { env, serviceAccountDir = SERVICE_ACCOUNT_DIR, onSecret = () => undefined } = options;
  const { origin, ...loaded } = await find(options, serviceAccountDir);
  const server = checkedServer(loaded.server, origin);
  const { now, execTimeoutMs } = options;
  return {
    server,
    origin,
    proxy: checkedProxy(loaded.proxyUrl, origin, onSecret),
    namespace: options.podNamespace || readLine(join(serviceAccountDir, 'namespace')) || loaded.namespace || 'default',
    credentials: createCredentials(loaded, {
      env,
      onSecret,
      ...(now && { now }),
      ...(execTimeoutMs !== undefined && { execTimeoutMs }),
    }),
  };
}

async function find(
  options: LoadClusterOptions,
  serviceAccountDir: string,
): Promise<LoadedKubeconfig & { origin: string }> {
  const { env, homeDir, skipTlsVerify = false } = options;
  const named = (options.kubeconfigPaths ?? env['KUBECONFIG']?.split(delimiter) ?? []).filter((path) => path !== '');
  if (named.length > 0) {
    return { ...(await fromKubeconfigs(named, skipTlsVerify)), origin: named.join(', ') };
  }
  const host = env['KUBERNETES_SERVICE_HOST'];
  const port = env['KUBERNETES_SERVICE_PORT'];
  if (host && port && existsSync(join(serviceAccountDir, 'token'))) {
    return { ...inCluster(host, port, serviceAccountDir, skipTlsVerify), origin: 'in-cluster' };
  }
  const own = homeDir ? join(homeDir, '.kube', 'config') : undefined;
  if (own !== undefined && existsSync(own)) {
    return { ...(await fromKubeconfigs([own], skipTlsVerify)), origin: own };
  }
  throw new ClusterConfigError(
    'not-found',
    host && port
      ? `Expected a service account token in ${serviceAccountDir}, got none: set automountServiceAccountToken to true, or KUBECONFIG.`
      : `Expected a Kubernetes cluster, got none: this is no pod, KUBECONFIG is not set, and there is no ${own ?? '~/.kube/config'}.`,
  );
}

/** Never shown in a message: its userinfo is a credential, and a text that is no URL may hold one anywhere. */
function checkedProxy(text: string | undefined, origin: string, onSecret: (value: string) => void): URL | undefined {
  if (text === undefined || text === '') {
    return undefined;
  }
  const proxy = URL.parse(text);
  if (proxy?.protocol !== 'http:' && proxy?.protocol !== 'https:') {
    throw new ClusterConfigError('unsupported', `Expected \`proxy-url\` to be an http or https URL: ${origin}.`);
  }
  const { username, password } = userinfoOf(proxy);
  for (const secret of new Set([proxy.password, password].filter((text) => text !== ''))) {
    onSecret(secret);
  }
  // The agent decodes both, and would throw at a percent sign that begins no escape.
  proxy.username = encodeURIComponent(username);
  proxy.password = encodeURIComponent(password);
  return proxy;
}

/** Loaded only where there is a kubeconfig: in a pod there is none, and its parser costs memory. */
async function fromKubeconfigs(paths: readonly string[], skipTlsVerify: boolean): Promise<LoadedKubeconfig> {
  const { loadKubeconfig } = await import('./load-kubeconfig.js');
  return loadKubeconfig(paths, skipTlsVerify);
}

/** As client-go's `InClusterConfig`: https whatever the port. Without a CA file the system's roots count. */
function inCluster(host: string, port: string, serviceAccountDir: string, skipTlsVerify: boolean): LoadedKubeconfig {
  const caFile = join(serviceAccountDir, 'ca.crt');
  const hasCa = existsSync(caFile);
  return {
    server: `https://${isIPv6(host) ? `[${host}]` : host}:${port}`,
    configured: async () => ({
      ca: hasCa ? readFileSync(caFile) : undefined,
      rejectUnauthorized: skipTlsVerify ? false : undefined,
    }),
    tokenFile: join(serviceAccountDir, 'token'),
    exec: undefined,
    clusterInfo: {},
    namespace: undefined,
    proxyUrl: undefined,
  };
}

function checkedServer(server: string, origin: string): string {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined || !['https:', 'http:'].includes(url.protocol) || url.username !== '' || url.password !== '') {
    throw new ClusterConfigError(
      'malformed',
      `Expected \`server\` of the cluster to be an https or http URL without userinfo: ${origin}.`,
    );
  }
  return server.replace(/\/+$/, '');
}

function readLine(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    // Not in a pod, or a service account that is not mounted: the next place is asked.
    return undefined;
  }
}
