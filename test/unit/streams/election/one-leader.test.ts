import fc from 'fast-check';
import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { type Fate, type Journey, ModelLeases } from './model-leases.js';
import { type Pause, Replica } from './replica.js';

const RUN_MS = 150_000;
const LOOK_MS = 20;

interface Schedule {
  readonly seed: number;
  readonly maxDelayMs: number;
  /** How many of a thousand requests go wrong. */
  readonly faults: number;
  /** Nobody reaches the API server. */
  readonly outages: readonly { readonly fromMs: number; readonly lastsMs: number }[];
  readonly replicas: readonly {
    readonly startMs: number;
    readonly stopMs: number | undefined;
    readonly rate: number;
    readonly jumps: readonly { readonly atMs: number; readonly byMs: number }[];
    readonly pauses: readonly { readonly fromMs: number; readonly lastsMs: number; readonly asleep: boolean }[];
  }[];
}

const time = (maxMs: number) => fc.integer({ min: 0, max: maxMs });
const schedules: fc.Arbitrary<Schedule> = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 - 2 }),
  maxDelayMs: fc.constantFrom(5, 300, 2_000, 9_000),
  faults: fc.constantFrom(0, 100, 300, 600),
  outages: fc.array(fc.record({ fromMs: time(RUN_MS), lastsMs: time(20_000) }), { maxLength: 4 }),
  replicas: fc.array(
    fc.record({
      startMs: time(5_000),
      stopMs: fc.option(time(RUN_MS), { nil: undefined }),
      // Clocks of a machine are good to a thousandth; these are worse by far.
      rate: fc.constantFrom(0.95, 1, 1.05),
      jumps: fc.array(fc.record({ atMs: time(RUN_MS), byMs: fc.integer({ min: -60_000, max: 60_000 }) }), {
        maxLength: 2,
      }),
      pauses: fc.array(fc.record({ fromMs: time(RUN_MS), lastsMs: time(40_000), asleep: fc.boolean() }), {
        maxLength: 4,
      }),
    }),
    { minLength: 2, maxLength: 4 },
  ),
});

const FATES: readonly Fate[] = ['lost-before', 'lost-after', 'hung-before', 'hung-after', 'failed'];

/** Minimal standard (Park and Miller): a schedule says it all by its seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

interface Played {
  /** Who might act, one line for each moment with more than one. */
  readonly together: readonly string[];
  /** In how many of the moments somebody might. */
  readonly led: number;
  readonly changes: number;
  /** Who may act at the end. */
  readonly last: readonly string[];
}

function play({ seed, maxDelayMs, faults, outages, replicas }: Schedule): Played {
  const scheduler = new VirtualTimeScheduler(undefined, RUN_MS);
  const leases = new ModelLeases();
  const random = randomOf(seed);
  const journey = (_: unknown, nowMs: number): Journey => {
    const isAway = outages.some(({ fromMs, lastsMs }) => fromMs <= nowMs && nowMs < fromMs + lastsMs);
    const isFault = isAway || random() * 1_000 < faults;
    const [thereMs, backMs] = [random() ** 3 * maxDelayMs, random() ** 3 * maxDelayMs];
    const fate = isFault ? (FATES[Math.floor(random() * FATES.length)] as Fate) : 'answered';
    return { fate, thereMs, backMs };
  };
  const all = replicas.map(({ startMs, stopMs, rate, jumps, pauses }, index) => {
    const replica = new Replica(scheduler, leases, {
      ...{ identity: `r${index}`, rate, jumps, random, journey },
      pauses: withoutOverlaps(
        pauses.map(({ fromMs, lastsMs, asleep }) => ({ fromMs, toMs: fromMs + lastsMs, asleep })),
      ),
    });
    replica.start(startMs);
    if (stopMs !== undefined) scheduler.schedule(() => replica.unsubscribe(), stopMs);
    return replica;
  });
  const together: string[] = [];
  let led = 0;
  scheduler.schedule(function look() {
    const leaders = all.filter((replica) => replica.mayAct());
    if (leaders.length > 0) led++;
    if (leaders.length > 1) together.push(`${scheduler.now()} ms: ${leaders.map(({ identity }) => identity).join()}`);
    (this as unknown as { schedule(state: unknown, delayMs: number): void }).schedule(undefined, LOOK_MS);
  });
  scheduler.flush();
  const changes = all.flatMap((replica) => replica.words()).filter((word) => word === 'leading').length;
  const last = all.filter((replica) => replica.mayAct()).map(({ identity }) => identity);
  return { together, led, changes, last };
}

/** A machine that sleeps twice at a time would make its clock go back. */
function withoutOverlaps(pauses: readonly Pause[]): readonly Pause[] {
  const sorted = pauses.toSorted((one, other) => one.fromMs - other.fromMs);
  return sorted.filter(({ fromMs }, index) => sorted.slice(0, index).every(({ toMs }) => toMs < fromMs));
}

describe('of all who name one Lease', () => {
  test('never two may act, whatever is lost, late, paused or away', () => {
    let led = 0;
    let changes = 0;
    fc.assert(
      fc.property(schedules, (schedule) => {
        const played = play(schedule);
        led += played.led;
        changes += played.changes;
        expect(played.together).toEqual([]);
      }),
      { numRuns: 300 },
    );
    // Nobody is kept from acting by nobody ever leading.
    expect(led / ((300 * RUN_MS) / LOOK_MS)).toBeGreaterThan(0.3);
    expect(changes).toBeGreaterThan(600);
  });

  test('one leads all the time while nothing goes wrong', () => {
    const quiet = { seed: 7, maxDelayMs: 300, faults: 0, outages: [] };
    const replicas = [0, 100, 200].map((startMs) => ({ startMs, stopMs: undefined, rate: 1, jumps: [], pauses: [] }));
    const { led, changes } = play({ ...quiet, replicas });
    expect(changes).toBe(1);
    expect(led).toBeGreaterThan((RUN_MS - 1_000) / LOOK_MS);
  });

  test('one leads again within 15 s of a fault that is over', () => {
    const replicas = [0, 100, 200].map((startMs) => ({ startMs, stopMs: undefined, rate: 1, jumps: [], pauses: [] }));
    for (let fromMs = 20_000; fromMs < 24_000; fromMs += 170) {
      const outages = [{ fromMs, lastsMs: RUN_MS - fromMs - 15_000 }];
      const { together, last } = play({ seed: fromMs, maxDelayMs: 300, faults: 0, outages, replicas });
      expect(together).toEqual([]);
      expect(last).toHaveLength(1);
    }
  });
});
