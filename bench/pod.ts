import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** Where the kubelet mounts it and our program looks for it. */
export const serviceAccountDir = '/var/run/secrets/kubernetes.io/serviceaccount';

const inside = 'BENCH_INSIDE';

/**
 * Whether this process may lay out a pod's files: it is in a mount namespace of its own, where `/run` is empty and nobody else
 * sees what is put there. All that it spawns is there too, which costs the measured programs nothing.
 */
export function inPod(): boolean {
  return process.env[inside] === '1';
}

/** Runs this command line again in such a namespace and gives its exit code; `undefined` where the machine forbids it. */
export async function runInPod(): Promise<number | undefined> {
  const unshare = ['--mount', ...(process.getuid?.() === 0 ? [] : ['--map-root-user']), 'sh', '-c'];
  const mount = 'mount -t tmpfs bench /run';
  if (spawnSync('unshare', [...unshare, mount]).status !== 0) return undefined;
  const command = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  const env = { ...process.env, [inside]: '1' };
  const child = spawn('unshare', [...unshare, `${mount} && exec "$@"`, 'sh', ...command], { stdio: 'inherit', env });
  // The terminal's Ctrl-C reaches both, a SIGTERM only us; the one inside ends, and then we do.
  process.on('SIGINT', () => undefined).on('SIGTERM', () => child.kill('SIGTERM'));
  const [code] = await once(child, 'exit');
  return code ?? 1;
}
