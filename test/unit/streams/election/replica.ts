import { type SchedulerAction, type SchedulerLike, Subject, Subscription, type VirtualTimeScheduler } from 'rxjs';
import type { ApiCall } from '../../../../src/kubernetes/api-call.js';
import type { Leadership, Term } from '../../../../src/leadership.js';
import { type ElectLeaderOptions, electLeader } from '../../../../src/streams/elect-leader.js';
import type { Journey, ModelLeases } from './model-leases.js';

export interface Pause {
  readonly fromMs: number;
  /** `Infinity`: it has crashed. */
  readonly toMs: number;
  /** The machine sleeps: its monotonic clock stands still, the clock that counts sleep goes on. */
  readonly asleep?: boolean;
}

export interface ReplicaOptions extends Partial<ElectLeaderOptions> {
  readonly identity: string;
  readonly journey?: (call: ApiCall, nowMs: number) => Journey;
  readonly pauses?: readonly Pause[];
  /** When its wall clock is put forward or back, and how far. */
  readonly jumps?: readonly { readonly atMs: number; readonly byMs: number }[];
  /** How fast its clocks go; timers as well. @default 1 */
  readonly rate?: number;
}

export const prompt: Journey = { fate: 'answered', thereMs: 5, backMs: 5 };

/** One process that takes part, with clocks of its own, which does nothing and hears nothing while it is paused. */
export class Replica {
  readonly said: { readonly atMs: number; readonly event: Leadership }[] = [];
  readonly stop$ = new Subject<void>();
  readonly identity: string;
  term: Term | undefined;
  completed = false;
  #subscription = new Subscription();
  readonly #world: VirtualTimeScheduler;
  readonly #options: ReplicaOptions;
  readonly #leases: ModelLeases;

  constructor(world: VirtualTimeScheduler, leases: ModelLeases, options: ReplicaOptions) {
    this.identity = options.identity;
    this.#world = world;
    this.#leases = leases;
    this.#options = options;
  }

  start(atMs = 0): void {
    this.#scheduler().schedule(() => this.#run(), atMs / (this.#options.rate ?? 1));
  }

  unsubscribe(): void {
    this.#subscription.unsubscribe();
  }

  mayAct(): boolean {
    return this.term?.mayAct() ?? false;
  }

  /** As one word each: `leading`, `standing(b)`, `standing(-, expired)`, `failed(forbidden)`. */
  words(): readonly string[] {
    return this.said.map(({ event }) => {
      if (event.state === 'leading') return 'leading';
      if (event.state === 'failed') return `failed(${event.code})`;
      return `standing(${event.leader ?? '-'}${event.ended ? `, ${event.ended}` : ''})`;
    });
  }

  #run(): void {
    const world = this.#world;
    const { journey = () => prompt, rate = 1, jumps = [], pauses: _, ...options } = this.#options;
    const scheduler = this.#scheduler();
    const api = this.#leases.client(world, scheduler, (call) => journey(call, world.now()));
    const wallMs = () =>
      world.now() * rate + jumps.reduce((sum, { atMs, byMs }) => sum + (atMs <= world.now() ? byMs : 0), 0);
    const startStopwatch = () => {
      const [boot, awake, wall] = [world.now(), this.#awakeMs(), wallMs()];
      return {
        leastMs: () => (this.#awakeMs() - awake) * rate,
        mostMs: () => Math.max((world.now() - boot) * rate, wallMs() - wall),
      };
    };
    const now = () => 1_900_000_000_000 + wallMs();
    this.#subscription = electLeader(api, {
      namespace: 'default',
      lease: 'lease',
      random: () => 0,
      stop$: this.stop$,
      now,
      ...{ ...options, scheduler, startStopwatch },
    }).subscribe({
      next: (event) => {
        this.said.push({ atMs: world.now(), event });
        if (event.state === 'leading') this.term = event.term;
      },
      complete: () => {
        this.completed = true;
      },
    });
  }

  /** By the clock that stands still while the machine sleeps. */
  #awakeMs(): number {
    const nowMs = this.#world.now();
    const sleepMs = ({ fromMs, toMs, asleep }: Pause) => (asleep ? Math.max(0, Math.min(nowMs, toMs) - fromMs) : 0);
    return nowMs - (this.#options.pauses ?? []).reduce((sum, pause) => sum + sleepMs(pause), 0);
  }

  /** What is due while it is paused is done when it goes on, in its order. Its timers count no sleep, as Node's. */
  #scheduler(): SchedulerLike {
    const world = this.#world;
    const { rate = 1, pauses = [] } = this.#options;
    const awakeMs = () => this.#awakeMs();
    return {
      now: () => world.now(),
      schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delayMs = 0, state?: T): Subscription {
        const dueMs = awakeMs() + delayMs / rate;
        const wake = function (this: SchedulerAction<T>, given?: T): void {
          const pause = pauses.find(({ fromMs, toMs }) => fromMs <= world.now() && world.now() < toMs);
          if (!pause && awakeMs() < dueMs - 1e-6) this.schedule(given, dueMs - awakeMs());
          else if (!pause) work.call(this, given);
          else if (Number.isFinite(pause.toMs)) this.schedule(given, pause.toMs - world.now());
        };
        return world.schedule(wake, delayMs / rate, state);
      },
    };
  }
}
