import { withBothWatching } from './both-watching.js';
import { type Figure, timesFloor } from './figure.js';
import { runToEnd } from './programs.js';
import { percentileOf } from './statistics.js';
import type { World } from './world.js';

const rounds = 10;

/** From the API server's answer to an update until its content is in the file, one update at a time, the two in turns. */
export function measureLatency(world: World): Promise<Figure[]> {
  const count = world.quick ? 200 : 1_000;
  return withBothWatching(world, 'latency', async (ours, floor) => {
    world.say(`latency: ${count} updates`);
    const sides = [floor, ours].flatMap(({ objects, folder }) => [world.cluster.urlOf(objects), folder.path]);
    const { output } = await runToEnd(world.floors.probe, [String(count), ...sides], world.cluster.probeEnv());
    const [ofFloor = [], ofOurs = []] = JSON.parse(output) as number[][];
    return [50, 99].map((percent) => ({
      what: `1 update: answer to file, p${percent}`,
      unit: 'ms' as const,
      measured: percentileOf(inRounds(ofOurs), percent),
      floor: { of: 'watch', sample: percentileOf(inRounds(ofFloor), percent) },
      budget: timesFloor(percent === 50 ? 1.5 : 2),
    }));
  });
}

/** For the spread. */
function inRounds(values: readonly number[]): number[][] {
  const size = values.length / rounds;
  return Array.from({ length: rounds }, (_, round) => values.slice(round * size, (round + 1) * size));
}
