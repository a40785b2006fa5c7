import { EMPTY, NEVER, type Observable, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ApiCall, KubernetesWriter } from '../../../../src/kubernetes/api-call.js';
import { type ObjectKey, type SidecarEvent, SourceError, type WatchedObject } from '../../../../src/model.js';
import type { EventObject } from '../../../../src/sinks/events/event-object.js';
import { type RecordEventsOptions, recordEvents } from '../../../../src/sinks/events/record-events.js';
import { marbles } from '../../operators/marbles.js';
import { refused, watched } from './facts.js';

const HOUR = 3_600_000;

const seen: Record<string, SidecarEvent> = {
  R: refused(),
  S: refused('another text'),
  T: refused('in another namespace', { key: 'configmap/other/rules' }),
  s: { type: 'synced' },
};

const forbidden = new SourceError('forbidden', 'add a Role', { status: 403 });
const broken = new SourceError('server', 'failed', { status: 500 });
const failure = (error: SourceError, namespace = 'team') => ({ type: 'event-failed', namespace, error });

interface Set {
  /** What the API answers to each call, in order; the last one for all others. */
  readonly answers?: readonly Observable<unknown>[];
  readonly fetch?: (key: ObjectKey) => Observable<WatchedObject | undefined>;
  readonly options?: Partial<RecordEventsOptions>;
}

function setUp({ answers = [of({})], fetch, options }: Set = {}) {
  const calls: ApiCall[] = [];
  const fetched: ObjectKey[] = [];
  const api: KubernetesWriter = {
    send: (call) => answers[Math.min(calls.push(call), answers.length) - 1] ?? EMPTY,
  };
  const record = recordEvents(api, {
    fetch: (key) => {
      fetched.push(key);
      const [, namespace = '', name = ''] = key.split('/');
      return fetch?.(key) ?? of(watched({ namespace, name }));
    },
    redact: (text) => text,
    instance: 'grafana-0',
    random: () => 0,
    ...options,
  });
  const messages = () => calls.map(({ body }) => (body as EventObject).message);
  return { record, calls, fetched, messages };
}

it('the diagram of the docs', () => {
  const { record, messages } = setUp();
  marbles(({ cold, expectObservable, expectSubscriptions }) => {
    const events$ = cold('   -R--R--|', seen);
    expectObservable(events$.pipe(record)).toBe('-------|');
    expectSubscriptions(events$.subscriptions).toBe('^------!');
  });
  expect(messages()).toEqual(['no such folder']);
});

describe('what is said', () => {
  it.each([
    ['what differs is said at once, also what was said before that', '-R-S-R-|', 3],
    ['what nobody can mend at the object is not said', '-s-----|', 0],
    ['an hour later the API has forgotten it, so what still holds is said again', `-R ${HOUR - 1}ms R--|`, 2],
    ['a moment before, it is not', `-R ${HOUR - 2}ms R--|`, 1],
  ])('%s', (_, source, times) => {
    const { record, calls } = setUp();
    marbles(({ cold, flush }) => {
      cold(source, seen).pipe(record).subscribe();
      flush();
    });
    expect(calls).toHaveLength(times);
  });

  it('it holds no secret, and is cut only after that was taken out', () => {
    const { record, messages } = setUp({ options: { redact: (text) => text.replaceAll('s3cret', '***') } });
    marbles(({ cold, flush }) => {
      cold('(R|)', { R: refused(`${'x'.repeat(1_020)}s3cret`) })
        .pipe(record)
        .subscribe();
      flush();
    });
    expect(messages()).toEqual([`${'x'.repeat(1_020)}***`]);
  });

  it('it has the time at which it was written, and who wrote it', () => {
    const { record, calls } = setUp();
    marbles(({ cold, flush }) => {
      cold('2500ms (R|)', seen).pipe(record).subscribe();
      flush();
    });
    expect(calls[0]?.body).toMatchObject({ firstTimestamp: '1970-01-01T00:00:02Z', reportingInstance: 'grafana-0' });
  });

  it('of an object that is gone nothing is said', () => {
    const { record, calls } = setUp({ fetch: () => of(undefined) });
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('-R-|', seen).pipe(record)).toBe('---|');
    });
    expect(calls).toEqual([]);
  });

  it('many that are alike are combined, and too many are dropped', () => {
    const { record, messages } = setUp();
    marbles(({ cold, flush }) => {
      const all = Array.from({ length: 100 }, (_, index) =>
        refused('x', { entry: `${index}`, message: `text ${index}` }),
      );
      const keys = Object.fromEntries(all.map((event, index) => [String.fromCodePoint(0x4e00 + index), event]));
      cold(`(${Object.keys(keys).join('')}|)`, keys)
        .pipe(record)
        .subscribe();
      flush();
    });
    expect(messages()).toHaveLength(25);
    expect(messages()[8]).toBe('text 8');
    expect(messages()[9]).toBe('(combined from similar events): text 9');
  });
});

describe('one write at a time', () => {
  it('the next begins when the one before has ended, and the source is not held up', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const first$ = cold(' ---(x|)');
      const second$ = cold('--(x|)');
      const { record } = setUp({ answers: [first$, second$] });
      const events$ = cold('-(RST)--|', seen);
      expectObservable(events$.pipe(record)).toBe('--------|');
      expectSubscriptions(events$.subscriptions).toBe('^-------!');
      expectSubscriptions(first$.subscriptions).toBe('-^--!');
      expectSubscriptions(second$.subscriptions).toBe(['----^-!', '------^-!']);
    });
  });

  it('a thousand may wait; what comes then is dropped, and is news when it comes again', () => {
    const { record, calls } = setUp({ answers: [NEVER, of({})], options: { timeoutMs: 1_000 } });
    marbles(({ hot, flush }) => {
      const many = (from: number, to: number) =>
        Array.from({ length: to - from }, (_, index) => refused('x', { key: `configmap/team/${from + index}` }));
      const events = Object.fromEntries(
        many(0, 1_003).map((event, index) => [String.fromCodePoint(0x4e00 + index), event]),
      );
      const keys = Object.keys(events);
      // A thousand are taken, three are dropped, of which two come once more when there is room.
      const source = `(${keys.join('')}) 10s (${keys.slice(1_001).join('')})`;
      hot(source, events).pipe(record).subscribe();
      flush();
    });
    // The first was tried twice.
    expect(calls).toHaveLength(1_002 + 1);
  });

  it('what waits when the source completes is written, but for no longer than the drain', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const slow$ = cold('6ms (x|)');
      const { record } = setUp({ answers: [slow$], options: { drainMs: 10 } });
      const events$ = cold('(RST|)', seen);
      expectObservable(events$.pipe(record)).toBe('10ms |');
      expectSubscriptions(slow$.subscriptions).toBe(['^-----!', '------^---!']);
    });
  });

  it('an unsubscribe ends the write under way', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const slow$ = cold('------(x|)');
      const { record } = setUp({ answers: [slow$] });
      expectObservable(cold('-R---', seen).pipe(record), '^--!').toBe('----');
      expectSubscriptions(slow$.subscriptions).toBe('-^-!');
    });
  });

  it('two subscribers share nothing', () => {
    const { record, calls } = setUp();
    marbles(({ cold, flush }) => {
      const recorded$ = cold('-R|', seen).pipe(record);
      recorded$.subscribe();
      recorded$.subscribe();
      flush();
    });
    expect(calls).toHaveLength(2);
  });
});

describe('what fails', () => {
  it.each([
    ['server', 500],
    ['throttled', 429],
    ['unreachable', undefined],
  ] as const)('%s is tried three times, and then dropped', (code, status) => {
    const error = new SourceError(code, 'no', { status });
    const { record, calls } = setUp({ answers: [throwError(() => error)] });
    marbles(({ cold, expectObservable }) => {
      // 800 ms, and twice that.
      expectObservable(cold('R 9s |', seen).pipe(record)).toBe('2400ms f 6600ms |', { f: failure(error) });
    });
    expect(calls).toHaveLength(3);
  });

  it('an API that works again gets it', () => {
    const { record, calls } = setUp({ answers: [throwError(() => broken), of({})] });
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('R 9s |', seen).pipe(record)).toBe('9001ms |');
    });
    expect(calls).toHaveLength(2);
  });

  it('the server’s wish to wait is followed', () => {
    const throttled = new SourceError('throttled', 'no', { status: 429, retryAfterMs: 5_000 });
    const { record, calls } = setUp({ answers: [throwError(() => throttled), of({})] });
    marbles(({ cold, expectObservable, flush }) => {
      expectObservable(cold('R 5000ms -', seen).pipe(record), '^ 4998ms !').toBe('-');
      flush();
      expect(calls).toHaveLength(1);
    });
  });

  it('an answer that does not come is no answer', () => {
    const { record, calls } = setUp({ answers: [NEVER], options: { timeoutMs: 1_000 } });
    marbles(({ cold, expectObservable }) => {
      const error = expect.objectContaining({ code: 'silent' });
      expectObservable(cold('R 9s |', seen).pipe(record)).toBe('5400ms f 3600ms |', {
        f: { ...failure(broken), error },
      });
    });
    expect(calls).toHaveLength(3);
  });

  it('so is an object that does not come', () => {
    const { record, fetched } = setUp({ fetch: () => NEVER, options: { timeoutMs: 1_000 } });
    marbles(({ cold, flush }) => {
      cold('R 9s |', seen).pipe(record).subscribe();
      flush();
    });
    expect(fetched).toHaveLength(3);
  });

  it.each([404, 409, 422])('a rejection (%i) is not tried again, and is news when it comes again', (status) => {
    const error = new SourceError('rejected', 'no', { status });
    const { record, calls } = setUp({ answers: [throwError(() => error)] });
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold('-R-R-|', seen).pipe(record)).toBe('-f-f-|', { f: failure(error) });
    });
    // What exists already is repeated first.
    expect(calls).toHaveLength(status === 409 ? 4 : 2);
  });

  it('what nobody expected is a failure, too: the pipeline goes on', () => {
    const { record } = setUp({ fetch: () => throwError(() => new TypeError('s3cret')) });
    marbles(({ cold, expectObservable }) => {
      const error = expect.objectContaining({ code: 'malformed', message: expect.not.stringContaining('s3cret') });
      expectObservable(cold('-R-|', seen).pipe(record)).toBe('-f-|', { f: { ...failure(broken), error } });
    });
  });

  it('where the rule is missing nothing is tried for five minutes, and then what still holds', () => {
    const { record, calls, fetched } = setUp({ answers: [throwError(() => forbidden), of({})] });
    marbles(({ cold, expectObservable }) => {
      const source$ = cold('-R-(RS)-T 300s R-|', seen);
      expectObservable(source$.pipe(record)).toBe('-f 300009ms |', { f: failure(forbidden) });
    });
    expect(calls.map(({ access }) => access.namespace)).toEqual(['team', 'other', 'team']);
    expect(fetched).toHaveLength(3);
  });

  it('others of that namespace that were waiting are not tried either, and are news afterwards', () => {
    marbles(({ cold, expectObservable, flush }) => {
      const { record, messages } = setUp({ answers: [cold('-#', {}, forbidden), of({})] });
      const source$ = cold('(RS) 300s (SR|)', seen);
      expectObservable(source$.pipe(record)).toBe('-f 300002ms |', { f: failure(forbidden) });
      flush();
      expect(messages()).toEqual(['no such folder', 'another text', 'no such folder']);
    });
  });

  it('one that fails does not make news of what has replaced it', () => {
    const error = new SourceError('rejected', 'no', { status: 422 });
    const { record, messages } = setUp({ answers: [throwError(() => error), of({})] });
    marbles(({ cold, flush }) => {
      cold('(RS)-S|', seen).pipe(record).subscribe();
      flush();
    });
    expect(messages()).toEqual(['no such folder', 'another text']);
  });

  it('what is not tried for the lack of a rule is not counted against its object', () => {
    const { record, calls } = setUp({ answers: [throwError(() => forbidden), of({})] });
    marbles(({ cold, flush }) => {
      const many = Object.fromEntries([...'abcdefghijklmnopqrstuvwxyzABCD'].map((key) => [key, refused(key)]));
      cold(`R-${Object.keys(many).join('')} 300s S-a|`, { ...many, ...seen })
        .pipe(record)
        .subscribe();
      flush();
    });
    expect(calls).toHaveLength(3);
  });
});
