import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import {
  asyncScheduler,
  concat,
  defer,
  EMPTY,
  finalize,
  firstValueFrom,
  map,
  NEVER,
  type Observable,
  of,
  Subject,
  throwError,
  timer,
  toArray,
} from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Notification, NotificationOutcome } from '../../../../src/model.js';
import type { HttpTargetOptions } from '../../../../src/sinks/http/http-target-options.js';
import { type NotifyHttpParts, notifyHttp } from '../../../../src/sinks/http/notify-http.js';
import type { FailureKind, TryFailure, TryResult } from '../../../../src/sinks/http/try-result.js';
import { closedPort, startServer, status } from './start-server.js';

const target = 'http://app/reload';
const quiet: HttpTargetOptions = { url: target, random: () => 0 };

function notification(covers: number): Notification {
  const path = `/folder/${covers}`;
  return { reason: 'change', covers, changes: [{ op: 'created', path, owner: 'configmap/default/x' }] };
}
const a = notification(1);
const b = notification(2);
const c = notification(3);

const told: TryResult = { op: 'told', status: 200 };
function failure(kind: FailureKind, more: Partial<TryFailure> = {}): TryFailure {
  return { op: 'failed', kind, message: `${kind}.`, ...more };
}
const unavailable = failure('status', { status: 503 });
const refused = failure('connect', { refused: true });
const unauthorized = failure('auth', { status: 401 });

const toldOutcome = (covers: number, tries = 1): NotificationOutcome => ({
  type: 'notification',
  op: 'told',
  target,
  covers,
  tries,
  status: 200,
});
const failedOutcome = (
  result: TryFailure,
  tries: number,
  retryInMs: number | undefined,
  covers = 1,
): NotificationOutcome => ({
  type: 'notification',
  op: 'failed',
  target,
  covers,
  tries,
  status: result.status,
  message: result.message,
  retryInMs,
});

function scheduler(): TestScheduler {
  return new TestScheduler((actual, expected) => expect(actual).toEqual(expected));
}

/** Requests that take `tookMs` and end as the script has it, the last entry again and again. */
function scripted(script: readonly TryResult[], tookMs = 2) {
  const timeouts: number[] = [];
  const changes: string[] = [];
  const send: NonNullable<NotifyHttpParts['send']> = (_, timeoutMs, sent) =>
    defer(() => {
      timeouts.push(timeoutMs);
      changes.push(sent.changes.map(({ path }) => path).join());
      const result = script[Math.min(timeouts.length, script.length) - 1] ?? told;
      return timer(tookMs).pipe(map(() => result));
    });
  return { send, timeouts, changes };
}

/** Virtual time: what comes out of the sink, with the millisecond. The source completes with its last value. */
function play(
  inputs: readonly (readonly [number, Notification])[],
  options: Partial<HttpTargetOptions>,
  parts: NotifyHttpParts,
): readonly (readonly [number, NotificationOutcome | 'complete'])[] {
  const seen: [number, NotificationOutcome | 'complete'][] = [];
  scheduler().run(({ flush }) => {
    const inputs$ = new Subject<Notification>();
    notifyHttp(
      { ...quiet, ...options },
      parts,
    )(inputs$).subscribe({
      next: (outcome) => seen.push([asyncScheduler.now(), outcome]),
      complete: () => seen.push([asyncScheduler.now(), 'complete']),
    });
    for (const [at, input] of inputs) timer(at).subscribe(() => inputs$.next(input));
    timer(inputs.at(-1)?.[0] ?? 0).subscribe(() => inputs$.complete());
    flush();
  });
  return seen;
}

describe('notifyHttp', () => {
  it('does what the diagram of its documentation shows', () => {
    scheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const notifications = 'a-----bc---------|';
      const requestOfA = '   --(x|)';
      const duringA = '      ^-!';
      const requestOfB = '         --(o|)';
      const duringB = '      ------^-!';
      const requestOfC = '           --(o|)';
      const duringC = '      --------^-!';
      const outcomes = '     --f-----t-u------|';

      const source = hot<Notification>(notifications, { a, b, c });
      const requests = [requestOfA, requestOfB, requestOfC].map((marbles) =>
        cold<TryResult>(marbles, { x: unavailable, o: told }),
      );
      const unsent = [...requests];
      const result = source.pipe(
        notifyHttp({ ...quiet, backoffFactor: 0.02 }, { send: () => unsent.shift() ?? NEVER }),
      );
      expectObservable(result).toBe(outcomes, {
        f: failedOutcome(unavailable, 1, 20),
        t: toldOutcome(2),
        u: toldOutcome(3),
      });
      for (const [i, during] of [duringA, duringB, duringC].entries()) {
        expectSubscriptions(requests[i]?.subscriptions ?? []).toBe(during);
      }
    });
  });

  it('tries again by the policy, then at growing waits, until it has told', () => {
    const { send } = scripted([...Array.from({ length: 3 }, () => unavailable), told]);
    expect(play([[0, a]], { retryTotal: 2, backoffFactor: 1 }, { send })).toEqual([
      [2, failedOutcome(unavailable, 1, 1_000)],
      [1_004, failedOutcome(unavailable, 2, 2_000)],
      [3_006, failedOutcome(unavailable, 3, 7_500)],
      [10_508, toldOutcome(1, 4)],
      [10_508, 'complete'],
    ]);
  });

  it('gives a newer notification a policy of its own, and tells of both at once', () => {
    const { send } = scripted([unavailable, unavailable, unavailable, told]);
    expect(
      play(
        [
          [0, a],
          [1_100, b],
        ],
        { retryTotal: 1, backoffFactor: 1 },
        { send },
      ),
    ).toEqual([
      [2, failedOutcome(unavailable, 1, 1_000)],
      [1_004, failedOutcome(unavailable, 2, 7_500)],
      [1_102, failedOutcome(unavailable, 1, 1_000, 2)],
      [2_104, toldOutcome(2, 2)],
      [2_104, 'complete'],
    ]);
  });

  it('tries at once, with all that is owed, when the failed request was overtaken in flight', () => {
    const { send } = scripted([unavailable, told]);
    expect(
      play(
        [
          [0, a],
          [1, b],
        ],
        {},
        { send },
      ),
    ).toEqual([
      [2, failedOutcome(unavailable, 1, 0)],
      [4, toldOutcome(2)],
      [4, 'complete'],
    ]);
  });

  it('follows a success with a further request for what came in flight, however much', () => {
    const { send, timeouts } = scripted([told], 10);
    expect(
      play(
        [
          [0, a],
          [1, b],
          [2, c],
        ],
        { timeoutMs: 7_000 },
        { send },
      ),
    ).toEqual([
      [10, toldOutcome(1)],
      [20, toldOutcome(3)],
      [20, 'complete'],
    ]);
    expect(timeouts).toEqual([7_000, 7_000]);
  });

  it('hears a notification that whoever reads the outcome causes', () => {
    scheduler().run(({ flush }) => {
      const { send, timeouts } = scripted([told, unavailable, told], 0);
      const inputs$ = new Subject<Notification>();
      const covered: (number | string)[] = [];
      const inputs = [b, c];
      inputs$.pipe(notifyHttp(quiet, { send })).subscribe((outcome) => {
        covered.push(outcome.op === 'told' ? outcome.covers : asyncScheduler.now());
        const next = inputs.shift();
        if (next) inputs$.next(next);
      });
      inputs$.next(a);
      flush();
      expect(covered).toEqual([1, 0, 3]);
      expect(timeouts).toHaveLength(3);
      expect(asyncScheduler.now()).toBe(0);
    });
  });

  it('takes a request that errors, throws, or gives nothing as a failure', () => {
    const broken: (() => Observable<TryResult>)[] = [
      () => throwError(() => new TypeError('s3cret')),
      () => {
        throw new RangeError('s3cret');
      },
      () => EMPTY,
      () => of(told),
    ];
    const outcomes = play([[0, a]], { retryIntervalMs: 1_000 }, { send: () => (broken.shift() ?? (() => NEVER))() });
    expect(
      outcomes.map(([, outcome]) =>
        typeof outcome === 'object' && outcome.op === 'failed' ? outcome.message : outcome,
      ),
    ).toEqual([
      `GET ${target} failed unexpectedly (TypeError, unknown).`,
      `GET ${target} failed unexpectedly (RangeError, unknown).`,
      `GET ${target} failed unexpectedly (EmptyError, unknown).`,
      toldOutcome(1, 4),
      'complete',
    ]);
  });

  it('tells of all changes that were not heard of, of each until it was', () => {
    const { send, changes } = scripted([unavailable, unavailable, told, told], 10);
    // b comes between tries, c in flight, and d while the one that succeeds is.
    const d = notification(4);
    play(
      [
        [0, a],
        [20, b],
        [25, c],
        [35, d],
      ],
      {},
      { send },
    );
    expect(changes).toEqual(['/folder/1', '/folder/1,/folder/2', '/folder/1,/folder/2,/folder/3', '/folder/4']);
  });

  it('calls the target by its name', () => {
    const { send } = scripted([unavailable, told]);
    const outcomes = play([[0, a]], { name: 'request' }, { send });
    expect(outcomes.slice(0, 2).map(([, outcome]) => outcome)).toMatchObject([
      { target: 'request' },
      { target: 'request' },
    ]);
  });

  it.each([
    ['completes with a source that is empty', '|', '|'],
    ['waits for a source that says nothing', '-', '-'],
    ['forwards an error of the source', '---#', '---#'],
    ['forwards an error of the source while a request is in flight', 'a#', '-#'],
    ['forwards an error of the source between tries', 'a---#', '--f-#'],
  ])('%s', (_, input, expected) => {
    scheduler().run(({ cold, expectObservable }) => {
      const { send } = scripted([unavailable]);
      const values = { f: failedOutcome(unavailable, 1, 1_100) };
      expectObservable(cold<Notification>(input, { a }).pipe(notifyHttp(quiet, { send }))).toBe(expected, values);
    });
  });

  it('on unsubscribe lets go of the source, the request and the wait', () => {
    scheduler().run(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const source = hot('a---', { a });
      const request = cold<TryResult>('--');
      expectObservable(source.pipe(notifyHttp(quiet, { send: () => request })), '^--!').toBe('----');
      expectSubscriptions(source.subscriptions).toBe('^--!');
      expectSubscriptions(request.subscriptions).toBe('^--!');
    });
    scheduler().run(({ hot, expectObservable, flush }) => {
      const { send, timeouts } = scripted([unavailable]);
      const values = { f: failedOutcome(unavailable, 1, 5) };
      expectObservable(
        hot<Notification>('a', { a }).pipe(notifyHttp({ ...quiet, backoffFactor: 0.005 }, { send })),
        '^---!',
      ).toBe('--f', values);
      flush();
      expect(timeouts).toHaveLength(1);
    });
  });

  it('shares nothing between two subscribers', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const { send } = scripted([told]);
      const told$ = cold('a|', { a }).pipe(notifyHttp(quiet, { send }));
      expectObservable(told$).toBe('--(t|)', { t: toldOutcome(1) });
      expectObservable(told$, '-^').toBe('---(t|)', { t: toldOutcome(1) });
    });
  });

  it('throws at once for options that cannot be used', () => {
    expect(() => notifyHttp({ url: 'nowhere' })).toThrow(/^Expected `url`/);
  });
});

describe('refused credentials', () => {
  const minutes = 60_000;
  const parts = (script: readonly TryResult[], change: Observable<void> = NEVER) => ({
    ...scripted(script),
    credentialsChange: vi.fn(() => change),
  });

  it('are tried once in 15 minutes, for newer notifications too, which are answered at once', () => {
    const { send, credentialsChange } = parts([unauthorized, unauthorized, told]);
    expect(
      play(
        [
          [0, a],
          [1, b],
          [5_000, b],
          [16 * minutes, c],
        ],
        {},
        { send, credentialsChange },
      ),
    ).toEqual([
      [2, failedOutcome(unauthorized, 1, 15 * minutes, 2)],
      [5_000, failedOutcome(unauthorized, 1, 15 * minutes - 4_998, 2)],
      [15 * minutes + 4, failedOutcome(unauthorized, 1, 15 * minutes, 2)],
      [16 * minutes, failedOutcome(unauthorized, 1, 14 * minutes + 4, 3)],
      [30 * minutes + 6, toldOutcome(3)],
      [30 * minutes + 6, 'complete'],
    ]);
  });

  it('are tried at once when the files hold others', () => {
    const credentialsId = 'the refused ones';
    const { send, credentialsChange } = parts(
      [{ ...unauthorized, credentialsId }, told],
      timer(3_000).pipe(map(() => undefined)),
    );
    const basicAuth = { username: 'u', passwordFile: '/password' };
    expect(play([[0, a]], { basicAuth }, { send, credentialsChange }).map(([at]) => at)).toEqual([2, 3_004, 3_004]);
    expect(credentialsChange.mock.calls).toMatchObject([[basicAuth, credentialsId]]);
  });

  it('are not looked for after other failures', () => {
    const { send, credentialsChange } = parts([unavailable, told], of(undefined));
    play([[0, a]], {}, { send, credentialsChange });
    expect(credentialsChange).not.toHaveBeenCalled();
  });

  it('that could not be read are tried when they can be, and by a newer notification', () => {
    const unreadable = failure('credentials');
    const first = parts([unreadable, told], timer(3_000).pipe(map(() => undefined)));
    expect(play([[0, a]], {}, first).map(([at]) => at)).toEqual([2, 3_004, 3_004]);
    const second = parts([unreadable, told]);
    expect(
      play(
        [
          [0, a],
          [100, b],
        ],
        {},
        second,
      ).map(([at]) => at),
    ).toEqual([2, 102, 102]);
  });
});

describe('once', () => {
  const once: Partial<HttpTargetOptions> = { once: true, backoffFactor: 1, timeoutMs: 10_000 };

  it.each([
    ['nobody listens', refused],
    ['credentials are refused', unauthorized],
    ['the policy has no retries for the failure', failure('status', { status: 404 })],
    ['the redirect leads elsewhere', failure('redirect', { status: 302 })],
  ])('gives up at once where %s', (_, result) => {
    const { send, timeouts } = scripted([result]);
    expect(play([[0, a]], once, { send })).toEqual([
      [2, failedOutcome(result, 1, undefined)],
      [2, 'complete'],
    ]);
    expect(timeouts).toHaveLength(1);
  });

  it('tries again by the policy, all within the timeout', () => {
    const { send, timeouts } = scripted([unavailable]);
    const outcomes = play([[0, a]], once, { send });
    expect(
      outcomes.map(([at, outcome]) => [at, typeof outcome === 'object' && 'retryInMs' in outcome && outcome.retryInMs]),
    ).toEqual([
      [2, 1_000],
      [1_004, 2_000],
      [3_006, 4_000],
      [7_008, undefined],
      [7_008, false],
    ]);
    expect(timeouts).toEqual([10_000, 8_998, 6_996, 2_994]);
  });

  it('gives up when the policy is spent', () => {
    const { send } = scripted([unavailable]);
    expect(play([[0, a]], { ...once, retryTotal: 1 }, { send })).toEqual([
      [2, failedOutcome(unavailable, 1, 1_000)],
      [1_004, failedOutcome(unavailable, 2, undefined)],
      [1_004, 'complete'],
    ]);
  });

  it('retries connections that fail otherwise', () => {
    const { send } = scripted([failure('connect'), told]);
    expect(play([[0, a]], once, { send }).map(([at]) => at)).toEqual([2, 1_004, 1_004]);
  });

  it('gives a newer notification its own chance, unless credentials are refused', () => {
    expect(
      play(
        [
          [0, a],
          [1, b],
        ],
        once,
        scripted([refused, told]),
      ),
    ).toEqual([
      [2, failedOutcome(refused, 1, 0)],
      [4, toldOutcome(2)],
      [4, 'complete'],
    ]);
    expect(
      play(
        [
          [0, a],
          [1, b],
        ],
        once,
        scripted([unauthorized, told]),
      ),
    ).toEqual([
      [2, failedOutcome(unauthorized, 1, undefined, 2)],
      [2, 'complete'],
    ]);
    expect(
      play(
        [
          [0, a],
          [50, b],
        ],
        once,
        scripted([refused, told]),
      ).at(-2),
    ).toEqual([52, toldOutcome(2)]);
  });

  it('leaves a late try a millisecond: the timeout bounds it, not a negative time', () => {
    const { send, timeouts } = scripted([refused, told], 20_000);
    play(
      [
        [0, a],
        [1, b],
      ],
      once,
      { send },
    );
    expect(timeouts).toEqual([10_000, 1]);
  });
});

/** The outcomes of tries, without those that answer a notification which refused credentials hold. */
function tryEnds(seen: ReturnType<typeof play>): readonly (readonly [number, NotificationOutcome])[] {
  const ends: (readonly [number, NotificationOutcome])[] = [];
  let heldUntil = Number.NEGATIVE_INFINITY;
  for (const [at, outcome] of seen) {
    if (outcome === 'complete') continue;
    const due = at + (outcome.op === 'failed' ? (outcome.retryInMs ?? 0) : 0);
    if (outcome.op === 'failed' && outcome.status === 401 && due === heldUntil) continue;
    heldUntil = due;
    ends.push([at, outcome]);
  }
  return ends;
}

describe('whatever fails and whatever comes', () => {
  const results = fc.oneof(
    { weight: 3, arbitrary: fc.constant(unavailable) },
    { weight: 2, arbitrary: fc.constant(refused) },
    fc.constant(told),
    fc.constant(failure('read')),
    fc.constant(failure('redirect', { status: 302 })),
    fc.constant(unauthorized),
    fc.constant(failure('credentials')),
    fc.constant(failure('status', { status: 503, retryAfterMs: 0 })),
  );
  const requests = fc.array(fc.record({ result: results, tookMs: fc.nat(3_000) }), { maxLength: 25 });
  const gaps = fc.array(fc.oneof(fc.nat(10), fc.nat(5_000), fc.nat(2_000_000)), { minLength: 1, maxLength: 25 });

  it('never are two requests under way, and behind the last notification there is a success that began after it', () => {
    fc.assert(
      fc.property(
        requests,
        gaps,
        fc.record({ retryTotal: fc.nat(4), backoffFactor: fc.constantFrom(0, 1.1) }),
        (script, gapsMs, options) => {
          let underWay = 0;
          let mostUnderWay = 0;
          const begun: number[] = [];
          const send = () =>
            defer(() => {
              const { result, tookMs } = script[begun.length] ?? { result: told, tookMs: 5 };
              begun.push(asyncScheduler.now());
              underWay += 1;
              mostUnderWay = Math.max(mostUnderWay, underWay);
              return timer(tookMs).pipe(
                map(() => result),
                finalize(() => {
                  underWay -= 1;
                }),
              );
            });
          let at = 0;
          const inputs = gapsMs.map((gapMs, i) => {
            at += gapMs;
            return [at, notification(i + 1)] as const;
          });
          const outcomes = play(inputs, options, { send, credentialsChange: () => NEVER });
          const [last] = outcomes.slice(-2).map(([, outcome]) => outcome);

          expect(mostUnderWay).toBeLessThanOrEqual(1);
          expect(last).toMatchObject({ op: 'told', covers: gapsMs.length });
          expect(outcomes.at(-1)?.[1]).toBe('complete');
          expect(begun.at(-1)).toBeGreaterThanOrEqual(at);
          expect(tryEnds(outcomes)).toHaveLength(begun.length);
          for (const [came, { covers }] of inputs) {
            expect(
              outcomes.some(
                ([time, outcome]) => time >= came && typeof outcome === 'object' && outcome.covers >= covers,
              ),
            ).toBe(true);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('a failed try is followed at the time that its outcome says, or at once by what is newer', () => {
    fc.assert(
      fc.property(requests, gaps, (script, gapsMs) => {
        const begun: number[] = [];
        const send = () =>
          defer(() => {
            const { result, tookMs } = script[begun.length] ?? { result: told, tookMs: 5 };
            begun.push(asyncScheduler.now());
            return timer(tookMs).pipe(map(() => result));
          });
        let at = 0;
        const inputs = gapsMs.map((gapMs, i) => {
          at += gapMs;
          return [at, notification(i + 1)] as const;
        });
        const cameAt = new Set(inputs.map(([time]) => time));
        const outcomes = play(inputs, {}, { send, credentialsChange: () => NEVER });
        tryEnds(outcomes).forEach(([time, outcome], i) => {
          if (outcome.op === 'told') return;
          const next = begun[i + 1] ?? Number.NaN;
          const due = time + (outcome.retryInMs ?? Number.NaN);
          if (next !== due) {
            expect(cameAt).toContain(next);
            expect(next).toBeLessThan(due);
            expect(outcome.status).not.toBe(401);
          }
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe('a real endpoint', () => {
  const folders: string[] = [];
  afterEach(() => {
    vi.useRealTimers();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  /** What is told of one notification until the sink completes. */
  const outcomesOf = (options: HttpTargetOptions) => firstValueFrom(of(a).pipe(notifyHttp(options), toArray()));

  it('that is unavailable at first hears in the end', async () => {
    await using server = await startServer([
      status(503),
      (response) => response.socket?.resetAndDestroy(),
      status(200),
    ]);
    const url = `http://127.0.0.1:${server.port}/reload?token=s3cret`;
    const outcomes = await outcomesOf({ url, method: 'POST', backoffFactor: 0.01 });
    expect(outcomes.map(({ op }) => op)).toEqual(['failed', 'failed', 'told']);
    expect(server.requests).toHaveLength(3);
    expect(JSON.stringify(outcomes)).not.toContain('s3cret');
  });

  it('that does not listen is asked once, with `once`', async () => {
    const url = `http://127.0.0.1:${await closedPort()}/`;
    expect(await outcomesOf({ url, once: true })).toMatchObject([{ op: 'failed', tries: 1, retryInMs: undefined }]);
  });

  it('that refused credentials is asked again when their file has others', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    await using server = await startServer([
      (response, { headers }) => response.writeHead(headers.authorization === 'Basic dTpuZXc=' ? 200 : 401).end(),
    ]);
    const folder = mkdtempSync(join(tmpdir(), 'notify-http-'));
    folders.push(folder);
    const passwordFile = join(folder, 'password');
    writeFileSync(passwordFile, 'old');
    const outcomes: NotificationOutcome[] = [];
    const subscription = concat(of(a), NEVER)
      .pipe(notifyHttp({ url: `http://127.0.0.1:${server.port}/`, basicAuth: { username: 'u', passwordFile } }))
      .subscribe((outcome) => outcomes.push(outcome));
    await expect.poll(() => outcomes).toMatchObject([{ op: 'failed', status: 401, retryInMs: 900_000 }]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(server.requests).toHaveLength(1);
    writeFileSync(passwordFile, 'new');
    await vi.advanceTimersByTimeAsync(2_000);
    await expect.poll(() => outcomes[1]).toMatchObject({ op: 'told', tries: 2 });
    expect(server.requests).toHaveLength(2);
    subscription.unsubscribe();
  });

  it('is let go of on unsubscribe', async () => {
    await using server = await startServer([() => undefined]);
    const subscription = of(a)
      .pipe(notifyHttp({ url: `http://127.0.0.1:${server.port}/` }))
      .subscribe();
    await expect.poll(() => server.requests.length).toBe(1);
    subscription.unsubscribe();
    await expect.poll(() => server.sockets.size).toBe(0);
  });
});
