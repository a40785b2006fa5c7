import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { buildSync } from 'esbuild';
import { filter, firstValueFrom, take, toArray } from 'rxjs';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connectCluster } from '../../src/kubernetes/connect-cluster.js';
import { loadCluster } from '../../src/kubernetes/load-cluster.js';
import type { Leadership } from '../../src/leadership.js';
import { electLeader } from '../../src/streams/elect-leader.js';
import { kubeMissing, kubeOfThisRun } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import type { Job } from './election/candidate-program.js';
import { type Given, given } from './sidecar-under-test.js';

/** Shorter than a user's, in the same proportions: what counts is who acts, not when. */
const times = { leaseMs: 5_000, renewDeadlineMs: 3_000, retryMs: 800 };

let program: string;

interface Candidate {
  readonly identity: string;
  readonly child: ChildProcess;
  readonly heard: readonly Leadership[];
  /** Whether it believes that it leads. */
  readonly leads: () => boolean;
}

/** Who acted, in turn: each once for all that it did in a row. */
function turnsIn(acts: string): readonly string[] {
  const lines = existsSync(acts) ? readFileSync(acts, 'utf8').trim().split('\n') : [];
  return lines.filter((line, index) => line !== '' && line !== lines[index - 1]);
}

async function candidates(world: Given, count: number) {
  const kubeconfig = await world.kubeconfig('admin');
  const acts = join(kubeOfThisRun().folder, `acts-${world.namespace}`);
  const { namespace } = world;
  const start = (identity: string): Candidate => {
    const job: Job = { kubeconfig, namespace, identity, acts, ...times };
    const child = spawn(process.execPath, [program, JSON.stringify(job)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const heard: Leadership[] = [];
    if (child.stdout) createInterface(child.stdout).on('line', (line) => heard.push(JSON.parse(line)));
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const leads = () => heard.findLast(({ state }) => state !== 'failed')?.state === 'leading';
    return { identity, child, heard, leads };
  };
  const all = Array.from({ length: count }, (_, index) => start(`pod-${index}`));
  /** The one that acts, once it does so. */
  const acting = (but?: Candidate) =>
    eventually('another acts', () => {
      const last = turnsIn(acts).at(-1);
      return all.find((one) => one.identity === last && one !== but && one.leads());
    });
  return { all, acting, turns: () => turnsIn(acts) };
}

async function leaseOf(world: Given): Promise<{ readonly [field: string]: unknown }> {
  const path = `/apis/coordination.k8s.io/v1/namespaces/${world.namespace}/leases/test`;
  return (JSON.parse(await world.client.ask('GET', path)) as { spec: Record<string, unknown> }).spec;
}

async function apiOf(world: Given, user: 'user-a' | 'admin') {
  const cluster = await loadCluster({
    env: {},
    homeDir: '/nonexistent',
    kubeconfigPaths: [await world.kubeconfig(user)],
    skipTlsVerify: false,
    podNamespace: undefined,
    onSecret: () => {},
  });
  const api = connectCluster(cluster);
  onTestFinished(() => api.close());
  return api;
}

describe.skipIf(kubeMissing)('of three processes', () => {
  beforeAll(() => {
    program = join(kubeOfThisRun().folder, 'candidate-program.mjs');
    buildSync({
      entryPoints: [join(import.meta.dirname, 'election', 'candidate-program.ts')],
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      // What is CommonJS in there asks for it.
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
  });

  it('one acts, and another when it is killed, stopped, frozen, or cut off', { timeout: 120_000 }, async () => {
    const world = await given();
    const { all, acting, turns } = await candidates(world, 3);
    const first = await acting();
    first.child.kill('SIGKILL');

    const second = await acting(first);
    expect(await leaseOf(world)).toMatchObject({ holderIdentity: second.identity, leaseTransitions: 1 });
    second.child.kill('SIGSTOP');

    const third = await acting(second);
    second.child.kill('SIGCONT');
    await eventually('the frozen one hears that its term is over', () => !second.leads());

    // Nobody reaches the API server: in the end nobody acts.
    const release = world.proxy.stall();
    await eventually('the leader steps down', () => !third.leads());
    release();
    world.proxy.cut();
    const fourth = await acting();

    const exited = once(fourth.child, 'exit');
    fourth.child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(fourth.heard.at(-1)).toMatchObject({ state: 'standing', ended: 'released' });
    await acting(fourth);

    // All that each did in one term stands in one piece. Of two that act together, each would come back again and again.
    const terms = all.flatMap(({ heard }) => heard).filter(({ state }) => state === 'leading');
    expect(turns().length).toBeGreaterThanOrEqual(4);
    expect(turns().length).toBeLessThanOrEqual(terms.length);
  });
});

describe.skipIf(kubeMissing)('who may not write Leases', () => {
  it('is told the rule once, and leads when it is there', { timeout: 60_000 }, async () => {
    const world = await given();
    const { namespace } = world;
    const api = await apiOf(world, 'user-a');
    const heard: Leadership[] = [];
    const election = electLeader(api, { namespace, lease: 'test', identity: 'a', ...times }).subscribe((event) =>
      heard.push(event),
    );
    onTestFinished(() => election.unsubscribe());
    await eventually('it is told', () => heard.length > 0);
    expect(heard).toEqual([
      {
        type: 'leadership',
        state: 'failed',
        code: 'forbidden',
        message:
          `user-a may not get leases in namespace "${namespace}": add a Role there with apiGroups ["coordination.k8s.io"], ` +
          'resources ["leases"], verbs ["get","create","update"], and a RoleBinding for user-a.',
        retryInMs: expect.any(Number),
      },
    ]);
    const role = 'rbac.authorization.k8s.io';
    const rules = [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] }];
    await world.client.create('roles', namespace, { metadata: { name: 'elect' }, rules });
    await world.client.create('rolebindings', namespace, {
      metadata: { name: 'elect' },
      roleRef: { apiGroup: role, kind: 'Role', name: 'elect' },
      subjects: [{ apiGroup: role, kind: 'User', name: 'user-a' }],
    });
    // Another try of the same identity: the first one waits for half a minute.
    const again$ = electLeader(api, { namespace, lease: 'test', identity: 'b', ...times });
    const leading = await firstValueFrom(
      again$.pipe(
        filter(({ state }) => state === 'leading'),
        take(1),
        toArray(),
      ),
    );
    expect(leading).toHaveLength(1);
    await eventually('it was given back', async () => (await leaseOf(world))['holderIdentity'] === '');
  });
});
