import type { Receiver } from '../test/support/receiver.js';
import type { Floors } from './build-floors.js';
import type { Cluster } from './cluster.js';
import type { Measured } from './programs.js';

/** What every measurement stands on. */
export interface World {
  readonly cluster: Cluster;
  readonly floors: Floors;
  readonly measured: Measured;
  readonly receiver: Receiver;
  /** A folder in memory that is ours alone. */
  readonly base: string;
  /** Fewer runs: to see a trend, not to publish. */
  readonly quick: boolean;
  /** What is done right now, for who waits. */
  readonly say: (line: string) => void;
}

/** The programs that are compared take turns, so that what else the machine does falls on all of them. */
export async function inTurns(world: World, what: string, runs: number, turn: () => Promise<void>): Promise<void> {
  for (let run = 1; run <= runs; run++) {
    world.say(`${what}: ${run} of ${runs}`);
    await turn();
  }
}
