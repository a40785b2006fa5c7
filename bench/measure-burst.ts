import { setTimeout as wait } from 'node:timers/promises';
import { eventually } from '../test/support/eventually.js';
import { type Side, withBothWatching } from './both-watching.js';
import { atMost, type Figure } from './figure.js';
import { settleMs } from './measure-objects.js';
import { memoryOf } from './process-figures.js';
import { medianOf } from './statistics.js';
import { inTurns, type World } from './world.js';

/** Three bursts of 1,000 updates are the 3,000 after which memory has its budget. */
const bursts = 3;
/** NOTIFY_DEBOUNCE is 1 s: a request that is still to come has come by then. */
const requestsWithinMs = 2_500;

/** 1,000 updates as fast as the API server takes them: how often the application is told, when the last file is right. */
export async function measureBurst(world: World): Promise<Figure[]> {
  const requests: number[] = [];
  const ours: number[] = [];
  const floor: number[] = [];
  const memory: number[] = [];
  await inTurns(world, 'burst', world.quick ? 1 : 3, () =>
    withBothWatching(world, 'burst', async (oursSide, floorSide) => {
      await wait(requestsWithinMs);
      for (let n = 0; n < bursts; n++) {
        floor.push(await burst(floorSide));
        const before = world.receiver.requests.length;
        ours.push(await burst(oursSide));
        await wait(requestsWithinMs);
        requests.push(world.receiver.requests.length - before);
      }
      await wait(settleMs);
      memory.push(memoryOf(oursSide.running.pid).rss);
    }),
  );
  return [
    {
      what: '1,000 objects: memory settled after 3,000 updates',
      unit: 'MB',
      measured: medianOf(memory),
      budget: atMost(68, 'MB'),
    },
    {
      what: '1,000 updates at once: requests',
      unit: '',
      measured: medianOf(requests),
      budget: { text: '1, never more than 2', limit: () => 2, eachRun: true },
    },
    {
      what: '1,000 updates at once: last answer to last file',
      unit: 'ms',
      measured: medianOf(ours),
      floor: { of: 'watch', sample: medianOf(floor) },
    },
  ];
}

async function burst({ objects, folder }: Side): Promise<number> {
  await objects.updateAll();
  const answeredAt = folder.now();
  // Not before, so that our reading takes nothing from the writer.
  await wait(500);
  await eventually('the files are the newest', () => folder.difference(objects.contents) === undefined, {
    everyMs: 250,
    seen: () => folder.difference(objects.contents),
  });
  return folder.lastChange() - answeredAt;
}
