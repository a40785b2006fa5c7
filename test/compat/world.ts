import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'vitest';
import { filesIn } from '../e2e/cluster-model.js';
import { KubeClient } from '../kube/client.js';
import type { KubeConnection } from '../kube/kube-connection.js';
import { kubeOfThisRun } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import { type Receiver, startReceiver } from '../support/receiver.js';
import { type RunSidecarOptions, runSidecar, type Sidecar, type SidecarExit } from '../support/run-sidecar.js';
import { type ApiGateway, startApiGateway } from './api-gateway.js';

export type Env = Readonly<Record<string, string>>;

/** Fields beside the name, and the namespace where it is another. */
export interface PutMore {
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, Buffer>>;
}

export interface KubeconfigParts {
  /** @default the API server itself */
  readonly server?: string;
  /** @default the administrator's */
  readonly token?: string;
  /** `null`: none, so that the server's certificate is trusted by nobody. @default the API server's */
  readonly caFile?: string | null;
  /** `null`: the context names none. @default the namespace of the test */
  readonly namespace?: string | null;
  /** @default none */
  readonly proxyUrl?: string;
}

/** A namespace, a folder, and an application that may be told; all gone when the test is over. */
export interface World {
  readonly kube: KubeConnection;
  readonly client: KubeClient;
  readonly namespace: string;
  /** A folder for whatever the test needs; `folder` is below it. */
  readonly base: string;
  /** What `FOLDER` is. It is not there yet. */
  readonly folder: string;
  readonly application: Receiver;
  /** A ConfigMap with the label `collect`. */
  put(name: string, data?: Env, more?: PutMore): Promise<void>;
  /** A Secret with the label `collect`; its values are bytes, or text that becomes such. */
  putSecret(name: string, data: Readonly<Record<string, string | Buffer>>, more?: PutMore): Promise<void>;
  patch(name: string, patch: unknown): Promise<void>;
  /** Starts the bundle with `LABEL=collect` and `FOLDER`, as the administrator of the cluster. An empty value unsets. */
  start(env?: Env, more?: Partial<RunSidecarOptions>): Sidecar;
  /** Starts it and waits for the initial sync. */
  startSynced(env?: Env, more?: Partial<RunSidecarOptions>): Promise<Sidecar>;
  /** Runs it with `METHOD=LIST` to its end, which must be exit code 0. */
  collect(env?: Env, more?: Partial<RunSidecarOptions>): Promise<Sidecar>;
  /** Runs it to its end. */
  run(env?: Env, more?: Partial<RunSidecarOptions>): Promise<{ readonly sidecar: Sidecar; readonly exit: SidecarExit }>;
  /** Path relative to the folder → content, our own state aside. */
  files(folder?: string): Readonly<Record<string, string>>;
  /** Waits until the folder holds just these. */
  holds(wanted: Readonly<Record<string, string>>, folder?: string): Promise<void>;
  kubeconfig(parts?: KubeconfigParts): string;
  gateway(): Promise<ApiGateway>;
  onFinished(finish: () => unknown): void;
}

const selected = { collect: 'yes' };
let written = 0;

/** Takes the hook from the context of the test, since tests of this folder run side by side. */
export async function newWorld({ onTestFinished }: Pick<TestContext, 'onTestFinished'>): Promise<World> {
  const kube = kubeOfThisRun();
  const client = new KubeClient(kube);
  const namespace = await client.newNamespace('compat');
  const base = mkdtempSync(join(tmpdir(), 'compat-'));
  const folder = join(base, 'target');
  const application = await startReceiver();
  const running: Sidecar[] = [];
  const finishes: (() => unknown)[] = [];
  onTestFinished(async () => {
    await Promise.all(running.map((sidecar) => sidecar.kill()));
    for (const finish of finishes.reverse()) await finish();
    await application.close();
    client.close();
    rmSync(base, { recursive: true, force: true });
  });

  const kubeconfig: World['kubeconfig'] = (parts = {}) => {
    const { server = kube.url, token = kube.adminToken, caFile = kube.caFile, namespace: own = namespace } = parts;
    const path = join(base, `kubeconfig-${written++}`);
    const cluster = {
      server,
      ...(caFile !== null && { 'certificate-authority': caFile }),
      ...(parts.proxyUrl !== undefined && { 'proxy-url': parts.proxyUrl }),
    };
    const context = { cluster: 'test', user: 'test', ...(own !== null && { namespace: own }) };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [{ name: 'test', cluster }],
      users: [{ name: 'test', user: { token } }],
      contexts: [{ name: 'test', context }],
    };
    writeFileSync(path, JSON.stringify(config), { mode: 0o600 });
    return path;
  };
  const admin = kubeconfig();

  const start: World['start'] = (env = {}, more = {}) => {
    const sidecar = runSidecar({ ...more, env: { KUBECONFIG: admin, LABEL: 'collect', FOLDER: folder, ...env } });
    running.push(sidecar);
    return sidecar;
  };
  const run: World['run'] = async (env, more) => {
    const sidecar = start(env, more);
    return { sidecar, exit: await sidecar.exited };
  };
  const files: World['files'] = (of = folder) => Object.fromEntries(filesIn(of));

  return {
    kube,
    client,
    namespace,
    base,
    folder,
    application,
    async put(name, data = {}, { namespace: where = namespace, labels = selected, annotations = {}, binaryData } = {}) {
      const bytes = Object.entries(binaryData ?? {}).map(([key, value]) => [key, value.toString('base64')]);
      const metadata = { name, labels, annotations };
      await client.create('configmaps', where, { metadata, data, binaryData: Object.fromEntries(bytes) });
    },
    async putSecret(name, data, { namespace: where = namespace, labels = selected, annotations = {} } = {}) {
      const bytes = Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')]);
      await client.create('secrets', where, {
        metadata: { name, labels, annotations },
        data: Object.fromEntries(bytes),
      });
    },
    async patch(name, patch) {
      await client.patch('configmaps', namespace, name, patch);
    },
    start,
    async startSynced(env, more) {
      const sidecar = start(env, more);
      await synced(sidecar);
      return sidecar;
    },
    async collect(env, more) {
      const { sidecar, exit } = await run({ ...env, METHOD: 'LIST' }, more);
      if (exit.code !== 0)
        throw new Error(`Expected exit code 0, got ${exit.code ?? exit.signal}:\n${sidecar.output()}`);
      return sidecar;
    },
    run,
    files,
    async holds(wanted, of) {
      const text = JSON.stringify(sorted(wanted));
      await eventually(`the folder holds ${text}`, () => JSON.stringify(sorted(files(of))) === text, {
        seen: () => files(of),
      });
    },
    kubeconfig,
    async gateway() {
      const gateway = await startApiGateway(kube);
      finishes.push(() => gateway.close());
      return gateway;
    },
    onFinished: (finish) => void finishes.push(finish),
  };
}

export async function synced(sidecar: Sidecar): Promise<void> {
  await sidecar.waitFor('the initial sync is done', (logs) =>
    logs.some(({ msg }) => msg === 'the initial sync is done'),
  );
}

/** The lines of a level, or of it and a text. */
export function said(sidecar: Sidecar, level: string, text: string | RegExp = ''): readonly string[] {
  return sidecar.logs.filter((line) => line.level === level && line.msg.search(text) !== -1).map(({ msg }) => msg);
}

function sorted(files: Readonly<Record<string, string>>): readonly (readonly string[])[] {
  return Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1));
}
