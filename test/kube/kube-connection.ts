import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The users that the test API server knows. `admin` may do everything; the others nothing until a Role grants it. */
export type KubeUser = 'admin' | 'user-a' | 'user-b' | 'user-c' | 'user-d';

/** How a test reaches the API server: plain data, since it crosses from the global setup into the workers. */
export interface KubeConnection {
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** `http://127.0.0.1:PORT`: the etcd behind it, without credentials. */
  readonly etcdUrl: string;
  readonly port: number;
  /** PEM: the server's own certificate, valid for 127.0.0.1 and localhost. */
  readonly caFile: string;
  readonly adminToken: string;
  readonly tokens: Readonly<Record<KubeUser, string>>;
  /** Where kubeconfig files go; removed with the server. */
  readonly folder: string;
}

export interface KubeconfigOptions {
  /** Instead of the API server itself: the address of a proxy before it. */
  readonly server?: string;
  /** @default default */
  readonly namespace?: string;
}

let written = 0;

/** Writes a kubeconfig for one user and gives its path. JSON is YAML. */
export async function writeKubeconfig(
  kube: KubeConnection,
  user: KubeUser,
  { server = kube.url, namespace = 'default' }: KubeconfigOptions = {},
): Promise<string> {
  const path = join(kube.folder, `kubeconfig-${user}-${process.pid}-${written++}`);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, 'certificate-authority': kube.caFile } }],
    users: [{ name: user, user: { token: kube.tokens[user] } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user, namespace } }],
  };
  await writeFile(path, JSON.stringify(config, null, 2), { mode: 0o600 });
  return path;
}
