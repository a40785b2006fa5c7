import { readFile } from 'node:fs/promises';
import { startEmbeddedKubernetes } from '../../src/testing/index.js';
import type { KubeConnection } from '../kube/kube-connection.js';
import { kubeBinariesOfThisRun, kubeMissing, kubeOfThisRun } from '../kube/kube-of-this-run.js';
import { startKube } from '../kube/start-kube.js';
import type { ApiAddress } from './api-client.js';

export interface StartedServer {
  readonly address: ApiAddress;
  /** For kubectl: JSON, which is YAML. */
  kubeconfig(namespace: string): string;
  /** Makes all history up to now unavailable. */
  compact(): Promise<void>;
  stop(): Promise<void>;
}

/** One of the two servers that must answer alike. */
export interface ServerKind {
  readonly name: string;
  /** It cannot be started here. The global setup has decided already whether that is a failure. */
  readonly missing: boolean;
  start(): Promise<StartedServer>;
}

const embedded: ServerKind = {
  name: 'the embedded API',
  missing: false,
  async start() {
    const server = await startEmbeddedKubernetes();
    return {
      address: { url: server.url, ca: server.ca, token: server.token },
      kubeconfig: (namespace) => server.kubeconfig({ namespace }),
      compact: async () => server.compact(),
      stop: () => server.close(),
    };
  },
};

/** The API server of the whole run, so its history stays. */
const shared: ServerKind = {
  name: 'the real API server',
  missing: kubeMissing,
  async start() {
    const kube = kubeOfThisRun();
    return {
      ...(await reached(kube)),
      compact: () => Promise.reject(new Error('Expected nobody to compact the API server of the whole run.')),
      stop: async () => undefined,
    };
  },
};

/**
 * An API server of its own, whose etcd can be compacted. With its watch cache it would go on answering from memory what
 * etcd has forgotten, for minutes; without, a compaction shows at once.
 */
const compactable: ServerKind = {
  name: 'the real API server',
  missing: kubeMissing,
  async start() {
    const kube = await startKube(kubeBinariesOfThisRun(), { apiServerFlags: ['--watch-cache=false'] });
    return {
      ...(await reached(kube)),
      compact: () => compactEtcd(kube.etcdUrl),
      stop: kube.stop,
    };
  },
};

export const servers: readonly ServerKind[] = [shared, embedded];
export const compactableServers: readonly ServerKind[] = [compactable, embedded];

/** How admin reaches the real server. */
async function reached({ url, caFile, adminToken: token }: KubeConnection) {
  const cluster = { server: url, 'certificate-authority': caFile };
  const kubeconfig = (namespace: string) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [{ name: 'test', cluster }],
      users: [{ name: 'admin', user: { token } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'admin', namespace } }],
    });
  return { address: { url, ca: await readFile(caFile, 'utf8'), token }, kubeconfig };
}

/** Through etcd's JSON gateway. A read answers with the newest revision, which is what is kept. */
async function compactEtcd(url: string): Promise<void> {
  const { header } = (await askEtcd(`${url}/v3/kv/range`, { key: 'AA==', keys_only: true })) as {
    header: { revision: string };
  };
  await askEtcd(`${url}/v3/kv/compaction`, { revision: header.revision, physical: true });
}

async function askEtcd(url: string, body: unknown): Promise<unknown> {
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`Expected etcd to answer ${url}, got ${answer.status}: ${await answer.text()}`);
  return answer.json();
}
