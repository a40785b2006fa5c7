import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { KubeBinaries } from './build-binaries.js';
import type { KubeConnection, KubeUser } from './kube-connection.js';

export interface StartKubeOptions {
  /** Appended, so they win: `--watch-cache=false`, `--feature-gates=WatchList=false`. */
  readonly apiServerFlags?: readonly string[];
}

export interface Kube extends KubeConnection {
  /** Stops both servers and removes their folder. */
  stop(): Promise<void>;
}

const users = ['admin', 'user-a', 'user-b', 'user-c', 'user-d'] as const satisfies readonly KubeUser[];
const readyWithinMs = 90_000;
const stopWithinMs = 10_000;

/** What it takes to start an API server. */
export type ServerBinaries = Pick<KubeBinaries, 'etcd' | 'apiServer'>;

/**
 * Starts etcd and a kube-apiserver on loopback, with RBAC and one bearer token for each user.
 *
 * 1. Choose free ports. Another process may take one before the server binds it: then all begins again, twice.
 * 2. Start both in process groups of their own, so that Ctrl-C reaches us and not etcd behind the API server's back.
 * 3. Start the reaper, which ends them should we die without doing so.
 * 4. Wait for `/readyz`: about 4 s.
 */
export async function startKube(binaries: ServerBinaries, options: StartKubeOptions = {}): Promise<Kube> {
  for (let tries = 1; ; tries++) {
    try {
      return await startOnce(binaries, options);
    } catch (error) {
      const portTaken = error instanceof Error && error.message.includes('address already in use');
      if (!portTaken || tries === 3) throw error;
    }
  }
}

async function startOnce(binaries: ServerBinaries, { apiServerFlags = [] }: StartKubeOptions): Promise<Kube> {
  const folder = await mkdtemp(join(tmpdir(), 'kube-'));
  const tokens = Object.fromEntries(users.map((user) => [user, `token-of-${user}`])) as Record<KubeUser, string>;
  const rows = users.map((user) => `${tokens[user]},${user},${user}${user === 'admin' ? ',system:masters' : ''}\n`);
  await writeFile(join(folder, 'tokens.csv'), rows.join(''));
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(join(folder, 'sa.key'), privateKey.export({ type: 'pkcs1', format: 'pem' }));

  const [clientPort = 0, peerPort = 0, port = 0] = await freePorts(3); // 1
  const etcd = await startServer(folder, 'etcd', binaries.etcd, etcdFlags(folder, clientPort, peerPort)); // 2
  const apiFlags = [...apiServerBaseFlags(folder, clientPort, port), ...apiServerFlags];
  const apiServer = await startServer(folder, 'kube-apiserver', binaries.apiServer, apiFlags);
  const reaper = startReaper(folder, [apiServer, etcd]); // 3

  const stop = async () => {
    await end(apiServer); // First and to its end: without its etcd it never finishes stopping.
    await end(etcd);
    reaper.stdin?.end('done');
    await rm(folder, { recursive: true, force: true });
  };
  const kube: Kube = {
    url: `https://127.0.0.1:${port}`,
    etcdUrl: `http://127.0.0.1:${clientPort}`,
    port,
    caFile: join(folder, 'certs', 'apiserver.crt'),
    adminToken: tokens.admin,
    tokens,
    folder,
    stop,
  };
  try {
    await untilReady(kube, [apiServer, etcd]); // 4
    return kube;
  } catch (error) {
    const logs = await Promise.all([etcd, apiServer].map(({ logFile }) => readFile(logFile, 'utf8')));
    await stop();
    const tails = logs.map((log) => log.slice(-2_000)).join('\n');
    throw new Error(`Expected the test API server to be ready within ${readyWithinMs} ms.\n${tails}`, { cause: error });
  }
}

interface Server {
  readonly name: string;
  readonly child: ChildProcess;
  readonly logFile: string;
}

async function startServer(folder: string, name: string, program: string, flags: readonly string[]): Promise<Server> {
  const logFile = join(folder, `${name}.log`);
  const log = await open(logFile, 'a');
  const child = spawn(program, flags, { cwd: folder, env: {}, stdio: ['ignore', log.fd, log.fd], detached: true });
  await once(child, 'spawn');
  await log.close();
  return { name, child, logFile };
}

function etcdFlags(folder: string, clientPort: number, peerPort: number): string[] {
  const client = `http://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    '--unsafe-no-fsync',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--log-level=warn',
  ];
}

/** Why each: facts/kubernetes-api.md §3. No controllers run, so namespaces are never finished once they are deleted. */
function apiServerBaseFlags(folder: string, etcdPort: number, port: number): string[] {
  const key = join(folder, 'sa.key');
  return [
    `--etcd-servers=http://127.0.0.1:${etcdPort}`,
    `--secure-port=${port}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=192.0.2.1',
    '--endpoint-reconciler-type=none',
    `--cert-dir=${join(folder, 'certs')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${key}`,
    `--service-account-signing-key-file=${key}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    '--authorization-mode=RBAC',
    `--token-auth-file=${join(folder, 'tokens.csv')}`,
    '--disable-admission-plugins=ServiceAccount',
    '--shutdown-delay-duration=0s',
  ];
}

function startReaper(folder: string, servers: readonly Server[]): ChildProcess {
  const script = new URL('./reaper.mjs', import.meta.url).pathname;
  const args = [script, folder, ...servers.map(({ child }) => String(child.pid))];
  const reaper = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  reaper.unref();
  return reaper;
}

async function untilReady(kube: KubeConnection, servers: readonly Server[]): Promise<void> {
  const giveUpAt = Date.now() + readyWithinMs;
  while (!(await isReady(kube))) {
    const dead = servers.find(({ child }) => child.exitCode !== null || child.signalCode !== null);
    if (dead) throw new Error(`${dead.name} ended: ${(await readFile(dead.logFile, 'utf8')).slice(-2_000)}`);
    if (Date.now() > giveUpAt) throw new Error(`${kube.url}/readyz does not answer 200`);
    await wait(100);
  }
}

/** With the certificate verified: a server that took our port in between is not mistaken for ours. */
async function isReady(kube: KubeConnection): Promise<boolean> {
  const ca = await readFile(kube.caFile).catch(() => undefined);
  if (!ca) return false;
  const headers = { authorization: `Bearer ${kube.adminToken}` };
  return new Promise((resolve) => {
    const asked = request(`${kube.url}/readyz`, { headers, agent: new Agent({ ca }), timeout: 5_000 }, (answer) => {
      answer.resume().on('close', () => resolve(answer.statusCode === 200));
    });
    asked.on('timeout', () => asked.destroy()).on('error', () => resolve(false));
    asked.end();
  });
}

async function end({ child }: Server): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const killed = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
  await exited;
  clearTimeout(killed);
}

/** All are held open until all are known, so no port comes twice. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
