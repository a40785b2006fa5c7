import type { Part } from './bench-options.js';
import type { Objects } from './objects.js';
import { type Running, readyLine, startFloor, startOurs } from './programs.js';
import { TargetFolder } from './target-folder.js';
import type { World } from './world.js';

/** A watching program, the objects that it alone watches, and where it writes them. */
export interface Side {
  readonly objects: Objects;
  readonly folder: TargetFolder;
  readonly running: Running;
}

/**
 * Ours and the watching floor side by side, each with a namespace of 1,000 objects of its own. An update concerns one of them
 * only, so updates can go to them in turns while the other does nothing and takes nothing of the machine.
 */
export async function withBothWatching<T>(
  world: World,
  part: Part,
  work: (ours: Side, floor: Side) => Promise<T>,
  ports: { readonly ours?: number; readonly floor?: number } = {},
): Promise<T> {
  const sides: Side[] = [];
  try {
    for (const name of ['ours', 'floor'] as const) {
      const objects = await world.cluster.objects(1_000, `${part} ${name}`);
      const folder = new TargetFolder(world.base);
      const starting = name === 'ours' ? startOurs : startFloor;
      const running = await starting(world, objects, folder.path, ports[name]);
      sides.push({ objects, folder, running });
      await running.said(name === 'ours' ? readyLine : 'watching');
      folder.expect(objects.contents);
    }
    const [ours, floor] = sides as [Side, Side];
    return await work(ours, floor);
  } finally {
    for (const { running, folder } of sides) {
      await running.stop();
      folder.remove();
    }
  }
}
