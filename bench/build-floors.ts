import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

export interface Floors {
  /** Lists and writes, then exits. */
  readonly list: string;
  /** Lists and writes, then goes on with what a watch brings. */
  readonly watch: string;
  /** Observes two programs' latency. */
  readonly probe: string;
}

const run = promisify(execFile);
const sources = new URL('./floors', import.meta.url).pathname;

/** Builds the Go programs of bench/floors into the cache where the API server is kept too, under a hash of their sources. */
export async function buildFloors(env: NodeJS.ProcessEnv): Promise<Floors> {
  const { stdout: version } = await run('go', ['version'], { env });
  const digest = createHash('sha256').update(version);
  for (const name of (await readdir(sources, { recursive: true })).toSorted()) {
    if (/\.(go|mod)$/.test(name)) digest.update(`\0${name}\0`).update(await readFile(join(sources, name)));
  }
  const cache = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'k8s-sidecar');
  const target = join(cache, `floors-${digest.digest('hex').slice(0, 16)}`);
  const floors = { list: join(target, 'list'), watch: join(target, 'watch'), probe: join(target, 'probe') };
  if (await exists(target)) return floors;

  await mkdir(cache, { recursive: true });
  const building = await mkdtemp(`${target}.`);
  try {
    const goEnv = { ...env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' };
    await run('go', ['build', '-o', `${building}/`, './...'], { cwd: sources, env: goEnv });
    // Whole or not at all. Another bench may have been faster: then its build stands.
    await rename(building, target).catch(async (error) => {
      if (!(await exists(target))) throw error;
    });
  } finally {
    await rm(building, { recursive: true, force: true });
  }
  return floors;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
