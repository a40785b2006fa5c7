import { mkdtempSync, rmSync } from 'node:fs';
import { startReceiver } from '../test/support/receiver.js';
import { type BenchOptions, type Part, readOptions, usage } from './bench-options.js';
import { buildFloors } from './build-floors.js';
import { Cluster } from './cluster.js';
import { exitCodeOf, type Figure } from './figure.js';
import { machineOf } from './machine.js';
import { measureBurst } from './measure-burst.js';
import { measureIdle } from './measure-idle.js';
import { measureLatency } from './measure-latency.js';
import { measureObjects } from './measure-objects.js';
import { measureStart } from './measure-start.js';
import { inPod, runInPod } from './pod.js';
import { publish } from './publish.js';
import { tableOf } from './table.js';
import type { World } from './world.js';

const measurements: Readonly<Record<Part, (world: World) => Promise<Figure[]>>> = {
  start: measureStart,
  objects: measureObjects,
  latency: measureLatency,
  burst: measureBurst,
  idle: measureIdle,
};

const document = new URL('../docs/performance.md', import.meta.url).pathname;

/** The exit code: 0, or 1 where something went wrong, or with `--check` where a budget is not kept. */
export async function main(argv: readonly string[]): Promise<number> {
  let options: BenchOptions;
  try {
    options = readOptions(argv);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 1;
  }
  if (process.platform !== 'linux') {
    process.stderr.write('The bench needs Linux: it reads /proc, writes to /dev/shm and listens to inotify.\n');
    return 1;
  }
  if (!inPod()) {
    const code = await runInPod();
    if (code !== undefined) return code;
  }
  const { machine, figures } = await measure(options);
  const run = `${machine}\n\n${tableOf(figures)}`;
  process.stdout.write(`${run}\n`);
  if (options.write) publish(document, run);
  return exitCodeOf(figures, options);
}

async function measure({ parts, measured, quick }: BenchOptions): Promise<{ machine: string; figures: Figure[] }> {
  // What is spawned ends with us, by its own exit listeners; the API server by its reaper.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const say = (line: string) => process.stderr.write(`${line}\n`);
  const floors = await buildFloors(process.env);
  const base = mkdtempSync('/dev/shm/bench-');
  process.once('exit', () => rmSync(base, { recursive: true, force: true }));
  const cluster = await Cluster.start(inPod(), say);
  const receiver = await startReceiver();
  try {
    const world: World = { cluster, floors, measured, receiver, base, quick, say };
    const machine = await machineOf(world);
    const figures: Figure[] = [];
    for (const part of parts) figures.push(...(await measurements[part](world)));
    return { machine, figures };
  } finally {
    await receiver.close();
    await cluster.stop();
  }
}
