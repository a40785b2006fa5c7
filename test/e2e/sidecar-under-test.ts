import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { CuttingProxy } from '../chaos/cutting-proxy.js';
import { KubeClient } from '../kube/client.js';
import { type KubeUser, writeKubeconfig } from '../kube/kube-connection.js';
import { kubeOfThisRun } from '../kube/kube-of-this-run.js';
import { type Receiver, startReceiver } from '../support/receiver.js';
import { type RunSidecarOptions, runSidecar, type Sidecar } from '../support/run-sidecar.js';

/** A namespace, a folder, an application to be told, and sidecars between them; all gone when the test is over. */
export interface Given {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly folder: string;
  readonly receiver: Receiver;
  /** Between the sidecar and the API server. */
  readonly proxy: CuttingProxy;
  /** Starts the container's bundle with `LABEL=collect`, the folder, and the receiver as `REQ_URL`. */
  readonly start: (env?: Readonly<Record<string, string>>, more?: Partial<RunSidecarOptions>) => Sidecar;
  /** A kubeconfig of another user, through the proxy. */
  readonly kubeconfig: (user: KubeUser) => Promise<string>;
}

export async function given(): Promise<Given> {
  const kube = kubeOfThisRun();
  const client = new KubeClient(kube);
  const namespace = await client.newNamespace();
  const base = await mkdtemp(join(tmpdir(), 'k8s-sidecar-'));
  const folder = join(base, 'target');
  const receiver = await startReceiver();
  const proxy = await CuttingProxy.start(kube.port);
  const kubeconfig = (user: KubeUser) => writeKubeconfig(kube, user, { server: proxy.url, namespace });
  const admin = await kubeconfig('admin');
  const running: Sidecar[] = [];
  onTestFinished(async () => {
    await Promise.all(running.map((sidecar) => sidecar.kill()));
    await proxy.close();
    await receiver.close();
    client.close();
    await rm(base, { recursive: true, force: true });
  });
  const start: Given['start'] = (env = {}, more = {}) => {
    const sidecar = runSidecar({
      ...more,
      env: { KUBECONFIG: admin, LABEL: 'collect', FOLDER: folder, REQ_URL: receiver.url, ...env },
    });
    running.push(sidecar);
    return sidecar;
  };
  return { client, namespace, folder, receiver, proxy, start, kubeconfig };
}
