import { concat, EMPTY, NEVER, type Observable, of, Subject, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { HookOutput, Notification, NotificationOutcome } from '../../../src/model.js';
import { type NextTry, NO_FAILURES, type Tally } from '../../../src/operators/decide-owed-retry.js';
import {
  type FailedTry,
  type NotifyUntilToldOptions,
  notifyUntilTold,
  type Try,
  type TryEnd,
} from '../../../src/operators/notify-until-told.js';
import { marbles } from './marbles.js';

function notification(covers: number): Notification {
  const path = `/folder/${covers}`;
  return { reason: 'change', covers, changes: [{ op: 'created', path, owner: 'configmap/default/x' }] };
}
const a = notification(1);
const b = notification(2);
const c = notification(3);
const x: FailedTry = { op: 'failed', message: 'no.' };
const o: TryEnd<FailedTry> = { op: 'told' };
const line: HookOutput = { type: 'hook-output', target: 'hook', stream: 'stdout', line: 'hello' };

const told = (covers: number, tries = 1): NotificationOutcome => ({
  type: 'notification',
  op: 'told',
  target: 'hook',
  covers,
  tries,
});
const failed = (
  covers: number,
  tries: number,
  retryInMs: number | undefined,
  message = 'no.',
): NotificationOutcome => ({
  type: 'notification',
  op: 'failed',
  target: 'hook',
  covers,
  tries,
  status: undefined,
  message,
  retryInMs,
});

type Options = NotifyUntilToldOptions<Tally, FailedTry, HookOutput>;

/** A hook whose tries are these, in turn, the last one again and again; after a failure it waits for 20 ms in that phase. */
function hook(
  tries: readonly Observable<TryEnd<FailedTry> | HookOutput>[],
  more: Partial<Options> & { readonly phase?: NextTry['phase'] } = {},
) {
  const seen: (Try & { readonly changes: number })[] = [];
  const { phase = 'policy', ...rest } = more;
  const notify = notifyUntilTold<Tally, FailedTry, HookOutput>({
    target: 'hook',
    send: ({ changes }, tried) => {
      seen.push({ ...tried, changes: changes.length });
      return tries[Math.min(seen.length, tries.length) - 1] ?? NEVER;
    },
    unexpected: (error) => ({ op: 'failed', message: (error as Error).name }),
    noFailures: NO_FAILURES,
    decideRetry: ({ failures }) => ({ tally: { failures: failures + 1 }, phase, waitMs: 20 }),
    timeoutMs: 100,
    once: false,
    ...rest,
  });
  return { notify, seen };
}

describe('notifyUntilTold', () => {
  it('does what the diagram of its documentation shows', () => {
    marbles(({ cold, hot, expectObservable, expectSubscriptions }) => {
      const notifications = 'a-----bc---------|';
      const tryOfA = '       --(x|)';
      const duringA = '      ^-!';
      const tryOfB = '             --(o|)';
      const duringB = '      ------^-!';
      const tryOfC = '               --(o|)';
      const duringC = '      --------^-!';
      const outcomes = '     --f-----t-u------|';
      const tries = [tryOfA, tryOfB, tryOfC].map((diagram) => cold<TryEnd<FailedTry>>(diagram.trim(), { x, o }));
      const { notify } = hook(tries);
      const values = { f: failed(1, 1, 20), t: told(2), u: told(3) };
      expectObservable(hot(notifications, { a, b, c }).pipe(notify)).toBe(outcomes, values);
      for (const [i, during] of [duringA, duringB, duringC].entries()) {
        expectSubscriptions(tries[i]?.subscriptions ?? []).toBe(during);
      }
    });
  });

  it('passes on what a try prints, and lets go of the try with its end', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const tried = cold<TryEnd<FailedTry> | HookOutput>('l-l-o-l-', { l: line, o });
      const { notify } = hook([tried]);
      expectObservable(cold('a-|', { a }).pipe(notify)).toBe('l-l-(t|)', { l: line, t: told(1) });
      expectSubscriptions(tried.subscriptions).toBe('^---!');
    });
  });

  it.each<[string, Observable<TryEnd<FailedTry> | HookOutput>, string]>([
    ['ends without saying how', EMPTY, 'EmptyError'],
    ['prints, and ends without saying how', of(line), 'EmptyError'],
    ['errors', throwError(() => new TypeError('s3cret')), 'TypeError'],
    [
      'prints, and errors',
      concat(
        of(line),
        throwError(() => new TypeError('s3cret')),
      ),
      'TypeError',
    ],
  ])('takes a try that %s as failed', (_, tried, message) => {
    marbles(({ cold, flush }) => {
      const outcomes: unknown[] = [];
      const { notify } = hook([tried, of(o)]);
      cold('(a|)', { a })
        .pipe(notify)
        .subscribe((said) => outcomes.push(said));
      flush();
      expect(outcomes.filter((said) => said !== line)).toEqual([failed(1, 1, 20, message), told(1, 2)]);
    });
  });

  it('tells a try its number, and what it may take', () => {
    marbles(({ cold, flush }) => {
      const { notify, seen } = hook([of(x), of(x), of(o)]);
      cold('a 29ms b|', { a, b }).pipe(notify).subscribe();
      flush();
      // b joins a after the second failure, and is a batch of its own.
      expect(seen).toEqual([
        { timeoutMs: 100, attempt: 1, changes: 1 },
        { timeoutMs: 100, attempt: 2, changes: 1 },
        { timeoutMs: 100, attempt: 1, changes: 2 },
      ]);
    });
  });

  it('tells the status where there is one', () => {
    marbles(({ cold, expectObservable }) => {
      const { notify } = hook([of({ op: 'told', status: 204 })]);
      expectObservable(cold('(a|)', { a }).pipe(notify)).toBe('(t|)', { t: { ...told(1), status: 204 } });
    });
  });
});

describe('a hook that is blocked', () => {
  it('answers newer notifications at once, by the time that is left, and tells all when it is not any more', () => {
    marbles(({ cold, expectObservable, flush }) => {
      const { notify, seen } = hook([cold<TryEnd<FailedTry>>('--(x|)', { x }), of(o)], {
        phase: 'blocked',
      });
      expectObservable(cold('a----b----c|', { a, b, c }).pipe(notify)).toBe('--f--g----h 11ms (t|)', {
        f: failed(1, 1, 20),
        g: failed(2, 1, 17),
        h: failed(3, 1, 12),
        t: told(3),
      });
      flush();
      expect(seen).toHaveLength(2);
    });
  });

  it('answers with its first failure what came in flight', () => {
    marbles(({ cold, expectObservable }) => {
      const { notify } = hook([cold<TryEnd<FailedTry>>('--(x|)', { x }), of(o)], { phase: 'blocked' });
      expectObservable(cold('ab|', { a, b }).pipe(notify)).toBe('--f 19ms (t|)', { f: failed(2, 1, 20), t: told(2) });
    });
  });

  it('answers what is caused by its answers', () => {
    marbles(({ cold, flush }) => {
      const notifications$ = new Subject<Notification>();
      const covered: number[] = [];
      const more = [b, c];
      const { notify } = hook([of(x), NEVER], { phase: 'blocked' });
      const subscription = notifications$.pipe(notify).subscribe((said) => {
        if (said.type === 'notification') covered.push(said.covers);
        const next = more.shift();
        if (next) notifications$.next(next);
      });
      cold('a', { a }).subscribe((one) => notifications$.next(one));
      timer(5).subscribe(() => subscription.unsubscribe());
      flush();
      expect(covered).toEqual([1, 2, 3]);
    });
  });

  it('tries at once when what blocked it is mended', () => {
    marbles(({ cold, expectObservable }) => {
      const { notify } = hook([of(x), of(o)], { phase: 'blocked', mended: () => timer(3) });
      expectObservable(cold('ab|', { a, b }).pipe(notify)).toBe('fg-(t|)', {
        f: failed(1, 1, 20),
        g: failed(2, 1, 19),
        t: told(2),
      });
    });
  });

  it('gives up with `once`, with what came in flight', () => {
    marbles(({ cold, expectObservable }) => {
      const { notify } = hook([cold<TryEnd<FailedTry>>('--(x|)', { x })], { phase: 'blocked', once: true });
      expectObservable(cold('ab|', { a, b }).pipe(notify)).toBe('--(f|)', { f: failed(2, 1, undefined) });
    });
  });
});

describe('once', () => {
  it.each<[string, Parameters<typeof hook>[1]]>([
    ['the failure is owed', { phase: 'owed' }],
    ['the failure is final', { isFinal: () => true }],
    ['the next try would be too late', { timeoutMs: 20 }],
  ])('gives up where %s', (_, more) => {
    marbles(({ cold, expectObservable }) => {
      const { notify } = hook([of(x)], { ...more, once: true });
      expectObservable(cold('(a|)', { a }).pipe(notify)).toBe('(f|)', { f: failed(1, 1, undefined) });
    });
  });

  it('tries again by the policy, within the time that is left', () => {
    marbles(({ cold, flush }) => {
      const { notify, seen } = hook([of(x), of(x), of(o)], { once: true });
      cold('(a|)', { a }).pipe(notify).subscribe();
      flush();
      expect(seen.map(({ timeoutMs }) => timeoutMs)).toEqual([100, 80, 60]);
    });
  });
});
