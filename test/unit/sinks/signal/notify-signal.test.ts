import { map, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Notification } from '../../../../src/model.js';
import { type NotifySignalOptions, notifySignal } from '../../../../src/sinks/signal/notify-signal.js';
import { marbles } from '../../operators/marbles.js';
import { procFolder, putProcess } from './proc-folder.js';

const app = { pid: 7, comm: 'app' };
const notifications: Record<string, Notification> = {
  a: { reason: 'change', covers: 1, changes: [] },
  b: { reason: 'change', covers: 2, changes: [] },
};

function setUp(folder: string, more: Partial<NotifySignalOptions> = {}) {
  const killed: string[] = [];
  const sink = notifySignal({
    signal: 'SIGUSR2',
    selector: { text: 'name:app', by: 'name', name: 'app' },
    all: false,
    self: { pid: 99 },
    procFolder: folder,
    kill: (pid, signal) => killed.push(`${signal} ${pid}`),
    retryIntervalMs: 8_000,
    ...more,
  });
  return { killed, sink };
}

/** `told 1`, `failed 1` with the sentence's first words. */
const shown = map((outcome: { type: string; op?: string; covers?: number; message?: string; retryInMs?: unknown }) => {
  const message = outcome.op === 'failed' ? `: ${outcome.message?.slice(0, 18)}` : '';
  return `${outcome.op} ${outcome.covers}${message}${outcome.op === 'failed' && outcome.retryInMs === undefined ? ', given up' : ''}`;
});

describe('an application', () => {
  it('is told once for each notification', () => {
    marbles(({ hot, expectObservable, flush }) => {
      const { killed, sink } = setUp(procFolder(app));
      expectObservable(hot('-a--b-|', notifications).pipe(sink, shown)).toBe('-a--b-|', { a: 'told 1', b: 'told 2' });
      flush();
      expect(killed).toEqual(['SIGUSR2 7', 'SIGUSR2 7']);
    });
  });

  it('that is not there yet is looked for again', () => {
    marbles(({ hot, flush }) => {
      const folder = procFolder();
      const { sink } = setUp(folder);
      const outcomes$ = hot('a|', notifications).pipe(sink, shown);
      let seen = 0;
      const told: string[] = [];
      outcomes$.subscribe((outcome) => {
        told.push(outcome);
        if (seen++ === 1) putProcess(folder, app);
      });
      flush();
      expect(told).toEqual(['failed 1: No process matches', 'failed 1: No process matches', 'told 1']);
    });
  });

  it('is tried once where nothing may be owed', () => {
    marbles(({ hot, expectObservable }) => {
      const { sink } = setUp(procFolder(), { once: true });
      expectObservable(hot('-a|', notifications).pipe(sink, shown)).toBe('-a|', {
        a: 'failed 1: No process matches, given up',
      });
    });
  });
});

describe('with a verification', () => {
  it('a signal counts when the application says so', () => {
    marbles(({ hot, expectObservable }) => {
      const { sink } = setUp(procFolder(app), { verify: () => of({ op: 'told', status: 204 }) });
      expectObservable(
        hot('a|', notifications).pipe(
          sink,
          map((outcome) => outcome),
        ),
      ).toBe('500ms (t|)', {
        t: { type: 'notification', target: 'signal', op: 'told', covers: 1, tries: 1, status: 204 },
      });
    });
  });

  it('a failure is the failure of the signal, which is sent again', () => {
    marbles(({ hot, flush }) => {
      const answers = [500, 200];
      const verify = () => {
        const status = answers.shift() as number;
        return status === 200
          ? of({ op: 'told' as const, status })
          : of({ op: 'failed' as const, message: 'old', status });
      };
      const { killed, sink } = setUp(procFolder(app), { verify, verifyWithinMs: 900 });
      const outcomes: string[] = [];
      hot('a|', notifications)
        .pipe(sink, shown)
        .subscribe((outcome) => outcomes.push(outcome));
      flush();
      expect(outcomes).toEqual(['failed 1: old', 'told 1']);
      expect(killed).toEqual(['SIGUSR2 7', 'SIGUSR2 7']);
    });
  });

  it('is not asked where nobody was signalled', () => {
    marbles(({ hot, expectObservable }) => {
      const verify = () => {
        throw new Error('asked');
      };
      const { sink } = setUp(procFolder(), { verify, once: true });
      expectObservable(hot('a|', notifications).pipe(sink, shown)).toBe('a|', {
        a: 'failed 1: No process matches, given up',
      });
    });
  });
});

it('a fault of ours is a failure, without what it says', () => {
  marbles(({ hot, expectObservable }) => {
    const selector = {
      text: 'x',
      by: 'name',
      get name(): string {
        throw new TypeError('secret');
      },
    } as const;
    const { sink } = setUp(procFolder(app), { selector, once: true });
    expectObservable(
      hot('a|', notifications).pipe(
        sink,
        map((outcome) => 'message' in outcome && outcome.message),
      ),
    ).toBe('a|', {
      a: expect.stringMatching(
        /^(The signal failed unexpectedly \(TypeError, unknown\)|The processes cannot be listed)/,
      ),
    });
  });
});
