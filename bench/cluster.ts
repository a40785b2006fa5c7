import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildKubeBinaries } from '../test/kube/build-binaries.js';
import { KubeClient } from '../test/kube/client.js';
import { writeKubeconfig } from '../test/kube/kube-connection.js';
import { type Kube, startKube } from '../test/kube/start-kube.js';
import { label, Objects } from './objects.js';
import { serviceAccountDir } from './pod.js';

/** The measured programs are this one: rights through RBAC, as a service account has them. */
const user = 'user-a';

/** The real kube-apiserver on loopback, and how the measured programs find it. */
export class Cluster {
  readonly inPod: boolean;
  readonly port: number;
  readonly #kube: Kube;
  readonly #client: KubeClient;
  readonly #tokenFile: string;
  readonly #filled = new Map<string, Promise<Objects>>();

  private constructor(kube: Kube, inPod: boolean) {
    this.#kube = kube;
    this.#client = new KubeClient(kube);
    this.inPod = inPod;
    this.port = kube.port;
    const tokenDir = inPod ? serviceAccountDir : kube.folder;
    mkdirSync(tokenDir, { recursive: true });
    this.#tokenFile = join(tokenDir, 'token');
    writeFileSync(this.#tokenFile, kube.tokens[user]);
    if (inPod) copyFileSync(kube.caFile, join(serviceAccountDir, 'ca.crt'));
  }

  static async start(inPod: boolean, say: (line: string) => void): Promise<Cluster> {
    const tools = new URL('../test/tools', import.meta.url).pathname;
    return new Cluster(await startKube(await buildKubeBinaries(tools, process.env, say)), inPod);
  }

  /** A namespace with so many objects of 5 KB. The same one for the same `use`, filled when it is first asked for. */
  objects(count: number, use = 'sync'): Promise<Objects> {
    const key = `${count} ${use}`;
    const filled = this.#filled.get(key) ?? this.#fill(count);
    this.#filled.set(key, filled);
    return filled;
  }

  async #fill(count: number): Promise<Objects> {
    const namespace = await this.#client.newNamespace('bench');
    await this.#client.grant(user, namespace, { resources: ['configmaps'], verbs: ['get', 'list', 'watch'] });
    return Objects.create(this.#client, namespace, count);
  }

  /** The variables by which our program finds the API server: a pod's, or else a kubeconfig. `port` may be a proxy's. */
  async ourEnv({ namespace }: Objects, port = this.port): Promise<Record<string, string>> {
    const server = `https://127.0.0.1:${port}`;
    const where = this.inPod
      ? { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: String(port) }
      : { KUBECONFIG: await writeKubeconfig(this.#kube, user, { server }) };
    return { ...where, NAMESPACE: namespace, LABEL: label };
  }

  floorEnv(objects: Objects, port = this.port): Record<string, string> {
    const apiUrl = this.urlOf(objects, port);
    return { API_URL: apiUrl, CA_FILE: this.#kube.caFile, TOKEN_FILE: this.#tokenFile, LABEL: label };
  }

  /** Of one who may change objects. */
  probeEnv(): Record<string, string> {
    const tokenFile = join(this.#kube.folder, 'admin-token');
    writeFileSync(tokenFile, this.#kube.adminToken);
    return { CA_FILE: this.#kube.caFile, TOKEN_FILE: tokenFile, LABEL: label };
  }

  urlOf({ namespace }: Objects, port = this.port): string {
    return `https://127.0.0.1:${port}/api/v1/namespaces/${namespace}/configmaps`;
  }

  /** Such as `v1.37.2`. */
  async version(): Promise<string> {
    const { gitVersion } = JSON.parse(await this.#client.ask('GET', '/version')) as { gitVersion: string };
    return gitVersion;
  }

  async stop(): Promise<void> {
    this.#client.close();
    await this.#kube.stop();
  }
}
