import { setTimeout as wait } from 'node:timers/promises';
import { atMost, type Budget, type Figure, floorPlus, timesFloor } from './figure.js';
import type { Objects } from './objects.js';
import { cpuSecondsOf, memoryOf } from './process-figures.js';
import { readyLine, runToEnd, start, startOurs } from './programs.js';
import { medianOf } from './statistics.js';
import { TargetFolder } from './target-folder.js';
import { inTurns, type World } from './world.js';

interface Size {
  readonly count: number;
  readonly time?: Budget;
  readonly settled?: Budget;
  readonly peak?: Budget;
}

const sizes: readonly Size[] = [
  { count: 1 },
  { count: 1_000, time: floorPlus(200, 'ms'), settled: atMost(62, 'MB') },
  { count: 5_000, time: timesFloor(2), settled: atMost(72, 'MB'), peak: atMost(90, 'MB') },
];

/** Resident memory moves little later: the first request was sent a second after the sync, and all of its code is loaded. */
export const settleMs = 5_000;

/** The initial sync: time to the last file, CPU, memory. Beside it the listing floor, and the memory of a bare node. */
export async function measureObjects(world: World): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const size of sizes) figures.push(...(await measureSize(world, size)));
  return figures;
}

async function measureSize(world: World, { count, ...budgets }: Size): Promise<Figure[]> {
  const what = `${count.toLocaleString('en')} object${count === 1 ? '' : 's'}`;
  const objects = await world.cluster.objects(count);
  const ours: OurSync[] = [];
  const floor: Sync[] = [];
  await inTurns(world, what, world.quick ? 3 : 7, async () => {
    floor.push(await syncFloor(world, objects));
    ours.push(await syncOurs(world, objects));
  });
  const measured = (pick: (sync: OurSync) => number) => medianOf(ours.map(pick));
  const list = (pick: (sync: Sync) => number) => ({ of: 'list', sample: medianOf(floor.map(pick)) });
  const ms = (sync: Sync) => sync.ms;
  const cpu = (sync: Sync) => sync.cpuSeconds;
  const bare = { of: 'bare node', sample: measured((sync) => sync.bareRss) };
  return [
    { what: `${what}: last file`, unit: 'ms', measured: measured(ms), floor: list(ms), budget: budgets.time },
    { what: `${what}: CPU until then`, unit: 's', measured: measured(cpu), floor: list(cpu) },
    {
      what: `${what}: memory settled`,
      unit: 'MB',
      measured: measured((sync) => sync.rss),
      floor: bare,
      budget: budgets.settled,
    },
    { what: `${what}: of it anonymous`, unit: 'MB', measured: measured((sync) => sync.anonymous) },
    {
      what: `${what}: memory at its peak`,
      unit: 'MB',
      measured: measured((sync) => sync.peak),
      floor: bare,
      budget: budgets.peak,
    },
  ];
}

interface Sync {
  /** From the spawn to the last file. */
  readonly ms: number;
  readonly cpuSeconds: number;
}

/** Memory in MB, 10^6 bytes. */
interface OurSync extends Sync {
  readonly rss: number;
  readonly anonymous: number;
  readonly peak: number;
  readonly bareRss: number;
}

async function syncOurs(world: World, objects: Objects): Promise<OurSync> {
  const folder = new TargetFolder(world.base);
  const begin = folder.now();
  const sidecar = await startOurs(world, objects, folder.path);
  try {
    await sidecar.said(readyLine);
    const cpuSeconds = cpuSecondsOf(sidecar.pid);
    const ms = folder.lastChange() - begin;
    folder.expect(objects.contents);
    // While ours does nothing but settle.
    const bare = start(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], {});
    await wait(settleMs);
    const bareRss = memoryOf(bare.pid).rss;
    await bare.stop();
    return { ms, cpuSeconds, ...memoryOf(sidecar.pid), bareRss };
  } finally {
    await sidecar.stop();
    folder.remove();
  }
}

async function syncFloor(world: World, objects: Objects): Promise<Sync> {
  const folder = new TargetFolder(world.base);
  try {
    const begin = folder.now();
    const env = { ...world.cluster.floorEnv(objects), FOLDER: folder.path };
    const { output } = await runToEnd(world.floors.list, [], env);
    const { cpuMicros } = JSON.parse(output) as { cpuMicros: number };
    const ms = folder.lastChange() - begin;
    folder.expect(objects.contents);
    return { ms, cpuSeconds: cpuMicros / 1e6 };
  } finally {
    folder.remove();
  }
}
