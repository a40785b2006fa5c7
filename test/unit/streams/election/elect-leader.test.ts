import { NEVER, of, throwError, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { SourceError } from '../../../../src/model.js';
import { type ElectLeaderOptions, electLeader } from '../../../../src/streams/elect-leader.js';
import { type Journey, ModelLeases } from './model-leases.js';
import { prompt, Replica, type ReplicaOptions } from './replica.js';

/** A world in which replicas play until `untilMs`. */
function world() {
  const scheduler = new VirtualTimeScheduler(undefined, 0);
  const leases = new ModelLeases();
  return {
    scheduler,
    leases,
    replica: (options: ReplicaOptions) => new Replica(scheduler, leases, options),
    at: (ms: number, act: () => void) => scheduler.schedule(act, ms - scheduler.now()),
    playUntil(untilMs: number) {
      scheduler.maxFrames = untilMs;
      scheduler.flush();
    },
  };
}

const place = { namespace: 'default', lease: 'lease', identity: 'a' };
const hung: Journey = { fate: 'hung-before', thereMs: 5, backMs: 5 };
const failing = (error: SourceError): Journey => ({ fate: 'failed', thereMs: 5, backMs: 5, error });
const forbidden = new SourceError('forbidden', 'a may not get leases: add a Role.', { status: 403 });

describe('a Lease that nobody holds', () => {
  test('is taken at once by who is alone, and renewed each turn', () => {
    const { leases, replica, playUntil } = world();
    const a = replica({ identity: 'a' });
    a.start();
    playUntil(9_000);
    expect(a.words()).toEqual(['leading']);
    expect(a.mayAct()).toBe(true);
    expect(leases.calls).toEqual(['GET', 'POST', 'PUT', 'PUT', 'PUT', 'PUT']);
    expect(leases.lease?.spec).toEqual({
      holderIdentity: 'a',
      leaseDurationSeconds: 10,
      leaseTransitions: 0,
      acquireTime: '2030-03-17T17:46:40.010000Z',
      renewTime: '2030-03-17T17:46:48.000000Z',
    });
  });

  test('goes to one of three, and the others stand', () => {
    const { replica, playUntil } = world();
    const three = ['a', 'b', 'c'].map((identity) => replica({ identity }));
    for (const one of three) one.start();
    playUntil(30_000);
    expect(three.map((one) => one.words())).toEqual([['leading'], ['standing(a)'], ['standing(a)']]);
  });

  test('is taken although an earlier holder has given it back', () => {
    const { leases, replica, playUntil } = world();
    leases.put({ holderIdentity: '', leaseDurationSeconds: 1, leaseTransitions: 4, other: 'kept' });
    const a = replica({ identity: 'a' });
    a.start();
    playUntil(100);
    expect(a.words()).toEqual(['leading']);
    expect(leases.lease?.spec).toMatchObject({ holderIdentity: 'a', leaseTransitions: 5, other: 'kept' });
  });
});

describe("another's Lease", () => {
  test('is taken when it has not changed for its whole time by our own clock, whatever times it names', () => {
    const { leases, replica, playUntil } = world();
    leases.put({ holderIdentity: 'gone', leaseDurationSeconds: 10, renewTime: '1990-01-01T00:00:00.000000Z' });
    const a = replica({ identity: 'a' });
    a.start();
    playUntil(10_000);
    expect(a.words()).toEqual(['standing(gone)']);
    playUntil(10_100);
    expect(a.words()).toEqual(['standing(gone)', 'leading']);
  });

  test.each([
    ['a longer one that its holder asked for', 31, 31_000],
    ['ours, where its holder asked for less', 1, 10_000],
  ])('is left alone for %s', (_, leaseDurationSeconds, untilMs) => {
    const { leases, replica, playUntil } = world();
    leases.put({ holderIdentity: 'gone', leaseDurationSeconds });
    const a = replica({ identity: 'a' });
    a.start();
    playUntil(untilMs);
    expect(a.words()).toEqual(['standing(gone)']);
    playUntil(untilMs + 100);
    expect(a.words()).toEqual(['standing(gone)', 'leading']);
  });

  test('is no longer held by who only labels it', () => {
    const { leases, replica, at, playUntil } = world();
    leases.put({ holderIdentity: 'gone', leaseDurationSeconds: 10 });
    const a = replica({ identity: 'a' });
    a.start();
    for (const ms of [3_000, 6_000, 9_000]) at(ms, () => leases.put(leases.lease?.spec ?? {}));
    playUntil(10_100);
    expect(a.words()).toEqual(['standing(gone)', 'leading']);
  });

  test('is left alone for its time also when somebody deletes it', () => {
    const { leases, replica, at, playUntil } = world();
    leases.put({ holderIdentity: 'holder', leaseDurationSeconds: 10 });
    const a = replica({ identity: 'a' });
    a.start();
    at(3_000, () => leases.delete());
    playUntil(10_000);
    expect(a.words()).toEqual(['standing(holder)']);
    playUntil(10_100);
    expect(a.words()).toEqual(['standing(holder)', 'leading']);
    expect(leases.lease?.spec).toMatchObject({ holderIdentity: 'a', leaseTransitions: 0 });
  });
});

describe('clocks', () => {
  test('that stand still let others see each renewal nevertheless', () => {
    const { replica, playUntil } = world();
    const [a, b] = ['a', 'b'].map((identity) => replica({ identity, now: () => 1_900_000_000_000 }));
    a?.start();
    b?.start(100);
    playUntil(60_000);
    expect([a?.words(), b?.words()]).toEqual([['leading'], ['standing(a)']]);
  });

  test('of the wall that are put forward take nothing from another', () => {
    const { replica, playUntil } = world();
    const a = replica({ identity: 'a' });
    const b = replica({ identity: 'b', jumps: [{ atMs: 5_000, byMs: 3_600_000 }] });
    a.start();
    b.start(100);
    playUntil(60_000);
    expect([a.words(), b.words()]).toEqual([['leading'], ['standing(a)']]);
  });

  test('of the wall that are put forward end a term of our own, and that are put back do not', () => {
    for (const [byMs, expected] of [
      [3_600_000, ['leading', 'standing(-, expired)', 'leading']],
      [-3_600_000, ['leading']],
    ] as const) {
      const { replica, playUntil } = world();
      const a = replica({ identity: 'a', jumps: [{ atMs: 5_000, byMs }] });
      a.start();
      playUntil(60_000);
      expect(a.words()).toEqual(expected);
    }
  });
});

describe("another's Lease that is made anew", () => {
  test('runs for its whole time from then on', () => {
    const { leases, replica, at, playUntil } = world();
    const spec = { holderIdentity: 'holder', leaseDurationSeconds: 10 };
    leases.put(spec);
    const a = replica({ identity: 'a' });
    a.start();
    at(5_000, () => {
      leases.delete();
      leases.put(spec);
    });
    playUntil(15_900);
    expect(a.words()).toEqual(['standing(holder)']);
    playUntil(16_200);
    expect(a.words()).toEqual(['standing(holder)', 'leading']);
  });
});

describe('who leads', () => {
  test('stops acting after the renew deadline when the API server says nothing any more, and is told so', () => {
    const { replica, playUntil } = world();
    const a = replica({ identity: 'a', journey: (_, ms) => (ms < 5_000 ? prompt : hung) });
    a.start();
    playUntil(20_000);
    // The last renewal was sent after 4,000 ms, then 7,000 ms went by.
    expect(a.said.map(({ atMs }) => atMs)).toEqual([20, 8_500, 11_000]);
    expect(a.words()).toEqual(['leading', 'failed(silent)', 'standing(-, expired)']);
  });

  test('goes on when one renewal of two gets through', () => {
    const { replica, playUntil } = world();
    let asked = 0;
    const a = replica({ identity: 'a', journey: () => (asked++ % 3 === 2 ? hung : prompt) });
    a.start();
    playUntil(120_000);
    expect(a.words().filter((word) => word.startsWith('standing'))).toEqual([]);
    expect(a.mayAct()).toBe(true);
  });

  test('may not act after a pause, before it knows of it', () => {
    const { replica, at, playUntil } = world();
    const a = replica({ identity: 'a', pauses: [{ fromMs: 5_000, toMs: 30_000 }] });
    a.start();
    const seen: boolean[] = [];
    for (const ms of [4_900, 10_999, 11_000, 29_999]) at(ms, () => seen.push(a.mayAct()));
    playUntil(29_999);
    expect(seen).toEqual([true, true, false, false]);
    expect(a.words()).toEqual(['leading']);
    playUntil(31_000);
    expect(a.words()).toEqual(['leading', 'standing(-, expired)', 'leading']);
  });

  test('may not act after the machine has slept, although its monotonic clock stood still', () => {
    const { replica, at, playUntil } = world();
    const [a, b] = [
      replica({ identity: 'a', pauses: [{ fromMs: 5_000, toMs: 40_000, asleep: true }] }),
      replica({ identity: 'b' }),
    ];
    a.start();
    b.start();
    let seen: unknown;
    at(39_999, () => {
      seen = [a.mayAct(), b.mayAct()];
    });
    playUntil(50_000);
    expect(seen).toEqual([false, true]);
    expect(a.words()).toEqual(['leading', 'standing(b, taken)']);
  });

  test('begins a new term after a sleep, although its timers know nothing of it', () => {
    const { replica, playUntil } = world();
    const a = replica({ identity: 'a', pauses: [{ fromMs: 5_000, toMs: 40_000, asleep: true }] });
    a.start();
    playUntil(45_000);
    expect(a.words()).toEqual(['leading', 'standing(-, expired)', 'leading']);
    expect(a.mayAct()).toBe(true);
  });

  test('tries on at once where a right is missing for a moment', () => {
    const { replica, playUntil } = world();
    const away = (ms: number) => ms > 3_000 && ms < 7_000;
    const a = replica({ identity: 'a', journey: (_, ms) => (away(ms) ? failing(forbidden) : prompt) });
    a.start();
    playUntil(20_000);
    expect(a.words()).toEqual(['leading', 'failed(forbidden)']);
    expect(a.mayAct()).toBe(true);
  });

  test('does not lead by an answer that it hears too late', () => {
    const { replica, playUntil } = world();
    const a = replica({ identity: 'a', pauses: [{ fromMs: 12, toMs: 9_000 }], journey: () => prompt });
    a.start();
    playUntil(9_000);
    expect(a.words().filter((word) => word === 'leading')).toEqual([]);
    playUntil(12_000);
    expect(a.words().at(-1)).toBe('leading');
  });

  test('stops at once when another holds the Lease', () => {
    const { leases, replica, at, playUntil } = world();
    const a = replica({ identity: 'a' });
    a.start();
    at(3_000, () => leases.put({ holderIdentity: 'thief', leaseDurationSeconds: 10 }));
    playUntil(4_100);
    expect(a.words()).toEqual(['leading', 'standing(thief, taken)']);
    expect(a.mayAct()).toBe(false);
    const { length } = leases.calls;
    playUntil(10_100);
    expect(leases.calls.slice(length)).toEqual(['GET', 'GET', 'GET']);
  });

  test('goes on where somebody has only labelled its Lease, or deleted it', () => {
    const { leases, replica, at, playUntil } = world();
    const a = replica({ identity: 'a' });
    a.start();
    at(3_000, () => leases.put(leases.lease?.spec ?? {}));
    at(7_000, () => leases.delete());
    playUntil(30_000);
    expect(a.words().filter((word) => !word.startsWith('failed'))).toEqual(['leading']);
    expect(leases.lease?.spec['holderIdentity']).toBe('a');
  });

  test('hears of it when its write was carried out and the answer was lost', () => {
    const { leases, replica, playUntil } = world();
    let asked = 0;
    const lost: Journey = { fate: 'lost-after', thereMs: 5, backMs: 5 };
    const a = replica({ identity: 'a', journey: () => (asked++ === 1 ? lost : prompt) });
    a.start();
    playUntil(3_000);
    expect(a.words()).toEqual(['failed(unreachable)', 'leading']);
    expect(leases.lease?.spec).toMatchObject({ leaseTransitions: 0, acquireTime: '2030-03-17T17:46:40.010000Z' });
  });
});

describe('when a leader goes', () => {
  test.each([0, 0.5, 0.999])('by a crash, another leads within 15 s (jitter %d)', (jitter) => {
    for (let crashMs = 10_000; crashMs < 12_500; crashMs += 130) {
      const { replica, playUntil } = world();
      const slow: Journey = { fate: 'answered', thereMs: 250, backMs: 250 };
      const options = { random: () => jitter, journey: () => slow };
      const a = replica({ identity: 'a', ...options, pauses: [{ fromMs: crashMs, toMs: Number.POSITIVE_INFINITY }] });
      const others = ['b', 'c'].map((identity) => replica({ identity, ...options }));
      a.start();
      for (const [index, one] of others.entries()) one.start(700 * (index + 1));
      playUntil(crashMs + 15_000);
      expect(others.filter((one) => one.mayAct())).toHaveLength(1);
    }
  });

  test.each([
    ['stop$', (one: Replica) => one.stop$.next()],
    ['unsubscribing', (one: Replica) => one.unsubscribe()],
  ])('in order, by %s, another leads within 5 s', (_, stop) => {
    for (let stopMs = 10_000; stopMs < 12_200; stopMs += 90) {
      const { leases, replica, at, playUntil } = world();
      const slow: Journey = { fate: 'answered', thereMs: 250, backMs: 250 };
      const [a, b] = ['a', 'b'].map((identity) => replica({ identity, random: () => 0.999, journey: () => slow }));
      a?.start();
      b?.start(900);
      at(stopMs, () => a && stop(a));
      at(stopMs + 1, () => expect(a?.mayAct()).toBe(false));
      playUntil(stopMs + 5_000);
      expect(b?.mayAct()).toBe(true);
      expect(leases.lease?.spec['leaseTransitions']).toBe(1);
    }
  });

  test('by stop$, it is told before the Lease is given back, and completes after that', () => {
    const { leases, replica, at, playUntil } = world();
    const a = replica({ identity: 'a' });
    a.start();
    at(3_000, () => a.stop$.next());
    playUntil(3_000);
    expect(a.words()).toEqual(['leading', 'standing(-, released)']);
    expect([a.completed, leases.lease?.spec['holderIdentity']]).toEqual([false, 'a']);
    playUntil(3_100);
    expect(a.completed).toBe(true);
    expect(leases.lease?.spec).toMatchObject({ holderIdentity: '', leaseDurationSeconds: 1 });
    playUntil(60_000);
    expect(leases.calls.at(-1)).toBe('PUT');
  });

  test('the Lease is given back also where the write under way is carried out only then', () => {
    const { leases, replica, at, playUntil } = world();
    const a = replica({ identity: 'a', journey: () => ({ fate: 'answered', thereMs: 400, backMs: 400 }) });
    a.start();
    // POST is under way from 800 on.
    at(900, () => a.unsubscribe());
    playUntil(5_000);
    expect(leases.calls).toEqual(['GET', 'POST', 'PUT']);
    expect(leases.lease?.spec).toMatchObject({ holderIdentity: '' });
  });

  test('one that does not answer is not waited for', () => {
    const { replica, at, playUntil } = world();
    const a = replica({ identity: 'a', journey: (_, ms) => (ms < 2_500 ? prompt : hung) });
    a.start();
    at(3_000, () => a.stop$.next());
    playUntil(5_001);
    expect(a.completed).toBe(true);
  });

  test('a release that fails is tried again', () => {
    const { leases, replica, at, playUntil } = world();
    const lost: Journey = { fate: 'lost-before', thereMs: 5, backMs: 5 };
    const a = replica({ identity: 'a', journey: (_, ms) => (ms >= 3_000 && ms < 3_300 ? lost : prompt) });
    a.start();
    at(3_000, () => a.stop$.next());
    playUntil(5_000);
    expect([a.completed, leases.lease?.spec['holderIdentity']]).toEqual([true, '']);
  });

  test('one who never led gives back nothing', () => {
    const { leases, replica, at, playUntil } = world();
    leases.put({ holderIdentity: 'other', leaseDurationSeconds: 100 });
    const b = replica({ identity: 'b' });
    b.start();
    at(3_000, () => b.stop$.next());
    playUntil(10_000);
    expect(b.completed).toBe(true);
    expect(leases.calls.every((method) => method === 'GET')).toBe(true);
  });

  test("another's Lease is not given back", () => {
    const { leases, replica, at, playUntil } = world();
    const a = replica({ identity: 'a' });
    a.start();
    at(2_500, () => leases.put({ holderIdentity: 'other', leaseDurationSeconds: 10 }));
    at(3_000, () => a.stop$.next());
    playUntil(10_000);
    expect(leases.lease?.spec).toEqual({ holderIdentity: 'other', leaseDurationSeconds: 10 });
  });
});

describe('a fault', () => {
  test('of a missing right is said once, with the rule, and tried slowly until it comes', () => {
    const { leases, replica, playUntil } = world();
    const a = replica({ identity: 'a', journey: (_, ms) => (ms < 100_000 ? failing(forbidden) : prompt) });
    a.start();
    playUntil(100_000);
    expect(a.said.map(({ event }) => event)).toEqual([
      { type: 'leadership', state: 'failed', code: 'forbidden', message: forbidden.message, retryInMs: 30_000 },
    ]);
    expect(leases.calls).toEqual([]);
    playUntil(130_000);
    expect(a.words()).toEqual(['failed(forbidden)', 'leading']);
  });

  test('is said again once it had gone well in between, or when it is another one', () => {
    const { leases, replica, playUntil } = world();
    leases.put({ holderIdentity: 'other', leaseDurationSeconds: 1_000 });
    const server = failing(new SourceError('server', 'It failed.', { status: 500 }));
    const cut = failing(new SourceError('unreachable', 'It was reset.'));
    const turns = [server, server, cut, prompt, cut, prompt, prompt];
    let asked = 0;
    const a = replica({ identity: 'a', journey: () => turns[asked++] ?? prompt });
    a.start();
    playUntil(20_000);
    expect(a.words()).toEqual([
      'failed(server)',
      'failed(unreachable)',
      'standing(other)',
      'failed(unreachable)',
      'standing(other)',
    ]);
  });

  test('waits as long as the server asks for, up to a minute', () => {
    for (const [retryAfterMs, waitMs] of [
      [5_000, 5_000],
      [600_000, 60_000],
    ] as const) {
      const { replica, playUntil } = world();
      const error = new SourceError('throttled', 'Too many.', { status: 429, retryAfterMs });
      const a = replica({ identity: 'a', journey: (_, ms) => (ms < 1_000 ? failing(error) : prompt) });
      a.start();
      playUntil(waitMs);
      expect(a.said.map(({ event }) => event)).toMatchObject([{ code: 'throttled', retryInMs: waitMs }]);
      playUntil(waitMs + 100);
      expect(a.words()).toEqual(['failed(throttled)', 'leading']);
    }
  });

  test.each<[string, unknown]>([
    ['no Lease', {}],
    ['a Lease without a version', { metadata: { uid: 'u' }, spec: {} }],
    ['a Lease whose spec is none', { metadata: { uid: 'u', resourceVersion: '1' }, spec: 'x' }],
    ['nothing', undefined],
  ])('is an answer that is %s', (_, answer) => {
    const { scheduler, playUntil } = world();
    const said: unknown[] = [];
    electLeader({ send: () => of(answer) }, { ...place, scheduler }).subscribe((one) => said.push(one));
    playUntil(100);
    expect(said).toMatchObject([
      { state: 'failed', code: 'malformed', message: expect.stringContaining('not a Lease') },
    ]);
  });

  test('that nobody expected ends nothing', () => {
    const { scheduler, playUntil } = world();
    const said: unknown[] = [];
    const send = () => throwError(() => new TypeError('x'));
    electLeader({ send }, { ...place, scheduler }).subscribe((one) => said.push(one));
    playUntil(10_000);
    expect(said).toMatchObject([{ state: 'failed', code: 'malformed' }]);
  });
});

test.each<[string, Partial<ElectLeaderOptions>]>([
  ['`leaseMs` to be whole seconds', { leaseMs: 10_500 }],
  ['`renewDeadlineMs` to be less than `leaseMs` (10000)', { renewDeadlineMs: 10_000 }],
  ['`retryMs` to fit more than twice into `renewDeadlineMs` (7000)', { retryMs: 3_000 }],
  ['`retryMs` to fit', { retryMs: 0 }],
  ['`releaseMs` to be milliseconds', { releaseMs: -1 }],
  ['`leaseMs` to be milliseconds', { leaseMs: Number.NaN }],
])('options are checked before all else: Expected %s', (expected, options) => {
  expect(() => electLeader({ send: () => NEVER }, { ...place, ...options })).toThrow(`Expected ${expected}`);
});
