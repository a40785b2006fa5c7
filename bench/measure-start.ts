import { type Figure, timesFloor } from './figure.js';
import { readyLine, runToEnd, startOurs } from './programs.js';
import { medianOf } from './statistics.js';
import { TargetFolder } from './target-folder.js';
import { inTurns, type World } from './world.js';

/** From the spawn until ready, with one object; beside it `node -e 0` from the spawn to its exit. */
export async function measureStart(world: World): Promise<Figure[]> {
  const objects = await world.cluster.objects(1);
  const ours: number[] = [];
  const bare: number[] = [];
  await inTurns(world, 'start', world.quick ? 7 : 21, async () => {
    bare.push((await runToEnd(process.execPath, ['-e', '0'], {})).ms);
    const folder = new TargetFolder(world.base);
    const sidecar = await startOurs(world, objects, folder.path);
    try {
      ours.push((await sidecar.said(readyLine)) - sidecar.since);
      folder.expect(objects.contents);
    } finally {
      await sidecar.stop();
      folder.remove();
    }
  });
  return [
    {
      what: '1 object: start to ready',
      unit: 'ms',
      measured: medianOf(ours),
      floor: { of: 'bare node', sample: medianOf(bare) },
      budget: timesFloor(4),
    },
  ];
}
