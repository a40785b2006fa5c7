import { watch } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildFloors, type Floors } from '../../bench/build-floors.js';
import { label, Objects } from '../../bench/objects.js';
import { type Running, runToEnd, start } from '../../bench/programs.js';
import { TargetFolder } from '../../bench/target-folder.js';
import { KubeClient } from '../kube/client.js';
import { kubeMissing, kubeOfThisRun } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import { createAuthority } from '../unit/kubernetes/certificates.js';

/** More than one page of 500. */
const COUNT = 510;

// The bench is for Linux, and the probe uses its inotify.
describe.skipIf(kubeMissing || process.platform !== 'linux')('the floors are honest', () => {
  let floors: Floors;
  let base: string;
  let client: KubeClient;
  let objects: Objects;
  let folder: TargetFolder;
  let running: Running[];
  let env: Record<string, string>;
  const apiUrl = () => `${kubeOfThisRun().url}/api/v1/namespaces/${objects.namespace}/configmaps`;
  const watching = async (target: TargetFolder) => {
    const floor = start(floors.watch, [], { ...env, FOLDER: target.path });
    running.push(floor);
    await floor.said('watching');
  };

  beforeAll(async () => {
    base = await mkdtemp(join(tmpdir(), 'floors-'));
    floors = await buildFloors(process.env);
    client = new KubeClient(kubeOfThisRun());
    const namespace = await client.newNamespace('floors');
    objects = await Objects.create(client, namespace, COUNT);
    await client.create('configmaps', namespace, { metadata: { name: 'not-ours' }, data: { 'not-ours': 'x' } });
    const tokenFile = join(base, 'token');
    await writeFile(tokenFile, `${kubeOfThisRun().adminToken}\n`);
    env = { API_URL: apiUrl(), CA_FILE: kubeOfThisRun().caFile, TOKEN_FILE: tokenFile, LABEL: label };
  }, 180_000);
  beforeEach(() => {
    running = [];
    folder = new TargetFolder(base);
  });
  afterEach(() => Promise.all(running.map((one) => one.stop())));
  afterAll(async () => {
    client?.close();
    await rm(base, { recursive: true, force: true });
  });

  it('list writes every page of what the API holds, nothing else, and says the CPU that it took', async () => {
    const { output } = await runToEnd(floors.list, [], { ...env, FOLDER: folder.path });
    folder.expect(objects.contents);
    expect(JSON.parse(output)).toEqual({ cpuMicros: expect.any(Number) });
    expect(JSON.parse(output).cpuMicros).toBeGreaterThan(1_000);
  });

  it.each([
    ['a token that is not known', { TOKEN_FILE: 'wrong-token' }],
    ['a server whose certificate nobody vouches for', { CA_FILE: 'other.crt' }],
    ['a folder that is not there', { FOLDER: 'missing' }],
  ])('list ends with 1 on %s', async (_, wrong) => {
    await writeFile(join(base, 'wrong-token'), 'wrong');
    await writeFile(join(base, 'other.crt'), createAuthority('another').cert);
    const [[name = '', file = ''] = []] = Object.entries(wrong);
    const run = runToEnd(floors.list, [], { ...env, FOLDER: folder.path, [name]: join(base, file) });
    await expect(run).rejects.toThrow('ended with 1');
  });

  it('watch writes what the API holds, and then each change', async () => {
    await watching(folder);
    folder.expect(objects.contents);
    for (const n of [0, 1, 0]) await objects.update(n);
    await eventually('the files are the newest', () => folder.difference(objects.contents) === undefined);
  });

  it('the probe updates two programs in turns and gives as many latencies of each', async () => {
    const other = new TargetFolder(base);
    await watching(folder);
    await watching(other);
    const before = await versionOf(client, objects);
    const { output } = await runToEnd(floors.probe, ['30', apiUrl(), folder.path, apiUrl(), other.path], env);
    const latencies = JSON.parse(output) as number[][];
    expect(latencies.map(({ length }) => length)).toEqual([30, 30]);
    expect(latencies.flat().every(Number.isFinite)).toBe(true);
    expect(await versionOf(client, objects)).toBeGreaterThan(before);
    const held = await client.list('configmaps', objects.namespace, `labelSelector=${label}`);
    const contents = new Map(held.flatMap(({ data }) => Object.entries(data as Record<string, string>)));
    expect(contents.size).toBe(COUNT);
    folder.expect(contents);
    other.expect(contents);
  });

  it('the probe believes only the whole content, however often the file changes before', async () => {
    await watching(folder);
    const slow = new TargetFolder(base);
    const laterMs = 100;
    for (const name of folder.names()) await writeFile(join(slow.path, name), 'old');
    const watcher = watch(folder.path, async (_, name) => {
      if (name === null || folder.read(name).length !== objects.at(0).text.length) return;
      await writeFile(join(slow.path, name), folder.read(name).slice(1));
      await wait(laterMs);
      await writeFile(join(slow.path, name), folder.read(name));
    });
    try {
      const { output } = await runToEnd(floors.probe, ['2', apiUrl(), slow.path], env);
      const [latencies = []] = JSON.parse(output) as number[][];
      expect(Math.min(...latencies)).toBeGreaterThan(laterMs / 2);
    } finally {
      watcher.close();
    }
  });

  it('are built once, and anew only when their sources change', async () => {
    expect(await buildFloors(process.env)).toEqual(floors);
    expect((await readdir(join(floors.list, '..'))).toSorted()).toEqual(['list', 'probe', 'watch']);
  });
});

/** Of the object that the probe touches first. */
async function versionOf(client: KubeClient, objects: Objects): Promise<number> {
  const { metadata } = await client.get('configmaps', objects.namespace, objects.at(0).key);
  return Number(metadata.resourceVersion);
}
