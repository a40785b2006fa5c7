import { setTimeout as wait } from 'node:timers/promises';
import { withBothWatching } from './both-watching.js';
import { startCountingProxy } from './counting-proxy.js';
import { atMost, type Figure } from './figure.js';
import { settleMs } from './measure-objects.js';
import { cpuSecondsOf } from './process-figures.js';
import { medianOf } from './statistics.js';
import type { World } from './world.js';

const idleSeconds = 150;

/** What is spent while nothing happens, 1,000 objects held: bytes to and from the API server, and CPU. */
export async function measureIdle(world: World): Promise<Figure[]> {
  const proxies = {
    ours: await startCountingProxy(world.cluster.port),
    floor: await startCountingProxy(world.cluster.port),
  };
  const ports = { ours: proxies.ours.port, floor: proxies.floor.port };
  try {
    return await withBothWatching(
      world,
      'idle',
      async (ours, floor) => {
        await wait(settleMs);
        const spent = () => ({
          ours: { kilobytes: proxies.ours.bytes() / 1e3, cpu: cpuSecondsOf(ours.running.pid) },
          floor: { kilobytes: proxies.floor.bytes() / 1e3, cpu: cpuSecondsOf(floor.running.pid) },
        });
        const before = spent();
        world.say(`idle: ${idleSeconds} s`);
        await wait(idleSeconds * 1_000);
        const after = spent();
        const line = (what: string, unit: 'KB' | 's', pick: 'kilobytes' | 'cpu', limit: number): Figure => {
          const used = (who: 'ours' | 'floor') => medianOf([after[who][pick] - before[who][pick]]);
          const floor = { of: 'watch', sample: used('floor') };
          return {
            what: `${idleSeconds} s idle: ${what}`,
            unit,
            measured: used('ours'),
            floor,
            budget: atMost(limit, unit),
          };
        };
        return [line('bytes', 'KB', 'kilobytes', 5), line('CPU', 's', 'cpu', 0.06)];
      },
      ports,
    );
  } finally {
    proxies.ours.close();
    proxies.floor.close();
  }
}
