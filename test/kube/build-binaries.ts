import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { withHeartbeatLock } from './heartbeat-lock.js';

/** Paths of the programs. */
export interface KubeBinaries {
  readonly etcd: string;
  readonly apiServer: string;
  readonly kubectl: string;
}

/** `go` is not on the PATH, so the binaries cannot be built. Everything else that goes wrong is an ordinary error. */
export class GoMissingError extends Error {
  override readonly name = 'GoMissingError';
  readonly code = 'GO_MISSING';
}

/** What `go install` calls the binaries, and what we call them. etcd's package is named `server`. */
const programs = [
  { pkg: 'go.etcd.io/etcd/server/v3', built: 'server', name: 'etcd' },
  { pkg: 'k8s.io/kubernetes/cmd/kube-apiserver', built: 'kube-apiserver', name: 'kube-apiserver' },
  { pkg: 'k8s.io/kubernetes/cmd/kubectl', built: 'kubectl', name: 'kubectl' },
] as const;

/**
 * Gives kube-apiserver, etcd and kubectl in the versions that `test/tools/go.mod` pins, building them where they are
 * not cached.
 *
 * 1. `KUBEBUILDER_ASSETS` names a directory that has them all: taken as it is.
 * 2. The cache directory's name is a hash of all that decides the binaries. If it exists it is complete: go to 6.
 * 3. Take the lock, look again: another process may have built them while we waited.
 * 4. Build into a temporary directory beside it. Minutes when Go's own cache is cold.
 * 5. Rename it: an aborted or parallel build never leaves half a cache.
 * 6. Return the paths.
 *
 * `env` is the process's environment; `say` gets one line when a build begins, since it takes minutes.
 */
export async function buildKubeBinaries(
  toolsDir: string,
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
): Promise<KubeBinaries> {
  const assets = env['KUBEBUILDER_ASSETS'];
  if (assets) return binariesIn(assets); // 1

  const go = (await goEnvironment(toolsDir, env)) as { GOOS: string; GOARCH: string };
  const goMod = await readFile(join(toolsDir, 'go.mod'), 'utf8');
  const goSum = await readFile(join(toolsDir, 'go.sum'), 'utf8');
  const ldflags = linkerFlags(goMod);
  const digest = createHash('sha256').update([goMod, goSum, ldflags, go.GOOS, go.GOARCH].join('\0')).digest('hex');
  const cache = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'k8s-sidecar');
  const target = join(cache, `kube-${digest.slice(0, 16)}`);
  if (await exists(target)) return binariesIn(target); // 2

  await mkdir(cache, { recursive: true });
  await withHeartbeatLock(`${target}.lock`, async () => {
    if (await exists(target)) return; // 3
    say(`building kube-apiserver, etcd and kubectl into ${target}: about ten minutes the first time`);
    const building = await mkdtemp(`${target}.`);
    try {
      const packages = programs.map(({ pkg }) => pkg);
      await runGo(['install', `-ldflags=${ldflags}`, ...packages], toolsDir, { ...env, ...buildEnv, GOBIN: building }); // 4
      for (const { built, name } of programs) await rename(join(building, built), join(building, name));
      await rename(building, target); // 5
    } finally {
      await rm(building, { recursive: true, force: true });
    }
  });
  return binariesIn(target); // 6
}

/** The pinned modules and nothing else decide what is built; the repository around it (its VCS state) does not. */
const buildEnv = { CGO_ENABLED: '0', GOFLAGS: '-mod=readonly -buildvcs=false' };

/** Without the version stamped in, `/version` says v0.0.0-master: Kubernetes' release build sets the same variables. */
function linkerFlags(goMod: string): string {
  const [, version, major, minor] = /^\s*k8s\.io\/kubernetes (v(\d+)\.(\d+)\.\d+)/m.exec(goMod) ?? [];
  if (!version) throw new Error('Expected test/tools/go.mod to require k8s.io/kubernetes in a version like v1.37.2.');
  const variables = { gitVersion: version, gitMajor: major, gitMinor: minor, gitTreeState: 'clean' };
  const stamps = Object.entries(variables).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  return ['-s', '-w', ...stamps].join(' ');
}

async function binariesIn(dir: string): Promise<KubeBinaries> {
  for (const { name } of programs) {
    if (!(await exists(join(dir, name))))
      throw new Error(`Expected ${dir} to hold ${name}: remove it or put it there.`);
  }
  return { etcd: join(dir, 'etcd'), apiServer: join(dir, 'kube-apiserver'), kubectl: join(dir, 'kubectl') };
}

async function goEnvironment(cwd: string, env: NodeJS.ProcessEnv): Promise<unknown> {
  return JSON.parse(await runGo(['env', '-json', 'GOOS', 'GOARCH'], cwd, env));
}

function runGo(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('go', args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', (cause: NodeJS.ErrnoException) => {
      const missing = cause.code === 'ENOENT';
      reject(missing ? new GoMissingError('go is not on the PATH: install Go 1.26 or later.', { cause }) : cause);
    });
    child.on('close', (code) => {
      const tail = Buffer.concat(stderr).toString().slice(-4_000);
      if (code === 0) resolve(Buffer.concat(stdout).toString());
      else reject(new Error(`go ${args[0]} in ${cwd} ended with ${code}:\n${tail}`));
    });
  });
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
