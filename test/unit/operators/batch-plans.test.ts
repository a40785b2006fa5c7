import fc from 'fast-check';
import { asapScheduler, lastValueFrom, map, type Observable, Subject, type Subscription, toArray } from 'rxjs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { DesiredFile, PathPlan } from '../../../src/model.js';
import { batchPlans } from '../../../src/operators/batch-plans.js';
import { desiredFile, key } from './events.js';
import { marbles, marbleTable, neverAndEmpty } from './marbles.js';

interface Mark {
  readonly type: 'mark';
}

type Event = Mark | PathPlan;

function bytesOf(file: DesiredFile): Uint8Array {
  return 'bytes' in file ? file.bytes : Buffer.from(file.url.href);
}

/** Of a plan: `/x=content` for each write, `-/x` for each remove. */
function shown(event: Event): string {
  return event.type === 'mark'
    ? 'mark'
    : [
        ...event.writes.map(({ owner, file }) => `${owner.slice(-1)}:${file.path}=${Buffer.from(bytesOf(file))}`),
        ...event.removes.map(({ owner, path }) => `${owner.slice(-1)}:-${path}`),
      ].join(' ');
}

function plan(owner: string, writes: Readonly<Record<string, string>>, removes: readonly string[] = []): PathPlan {
  return {
    type: 'plan',
    writes: Object.entries(writes).map(([path, content]) => ({ owner: key(owner), file: desiredFile(path, content) })),
    removes: removes.map((path) => ({ owner: key(owner), path })),
  };
}

const mark: Mark = { type: 'mark' };

const events: Readonly<Record<string, Event>> = {
  a: plan('a', { '/a': '1' }),
  b: plan('b', { '/b': '2', '/bb': '3' }),
  c: plan('c', { '/c': '4' }),
  d: plan('d', { '/d': '5' }),
  e: plan('e', { '/e': '6' }),
  x: plan('a', { '/a': '7', '/x': '8' }),
  m: mark,
  R: plan('r', { '/r': '9' }, ['/a']),
  E: plan('r', {}),
};

const batched: Readonly<Record<string, string>> = {
  A: 'a:/a=1 b:/b=2 b:/bb=3 c:/c=4',
  B: 'a:/a=1 b:/b=2 b:/bb=3',
  a: 'a:/a=1',
  b: 'b:/b=2 b:/bb=3',
  d: 'd:/d=5',
  e: 'e:/e=6',
  x: 'a:/a=7 a:/x=8',
  m: 'mark',
  R: 'r:/r=9 r:-/a',
  E: '',
};

marbleTable(
  [
    {
      claim: 'the diagram of the docs',
      source: '-(abc)-(dmR)-e|',
      subs: '  ^-------------!',
      result: '-(A)---(dmR)-e|',
    },
    ...neverAndEmpty,
    {
      claim: 'plans of different turns are not made one',
      source: '-a-b-|',
      subs: '  ^----!',
      result: '-a-b-|',
    },
    {
      claim: 'what waits is given before the completion',
      source: '(ab|)',
      subs: '  (^!)',
      result: '(B|)',
    },
    {
      claim: 'an error passes without what waits',
      source: '-a-(b#)',
      subs: '  ^--!',
      result: '-a-#',
    },
    {
      claim: 'a plan that removes is given alone, behind what waits and before what comes',
      source: '(aRb)--|',
      subs: '  ^------!',
      result: '(aRb)--|',
    },
    {
      claim: 'a plan without anything keeps its place: with it the store removes what it could not remove before',
      source: '(aEb)--|',
      subs: '  ^------!',
      result: '(aEb)--|',
    },
    {
      claim: 'what is no plan keeps its place',
      source: '(abmme)|',
      subs: '  ^------!',
      result: '(Bmme)-|',
    },
    {
      claim: 'a second write to a path waits for the first',
      source: '-(abx)-|',
      subs: '  ^------!',
      result: '-(Bx)--|',
    },
    {
      claim: 'a write to a path that was given is not waited with',
      source: '(amx)--|',
      subs: '  ^------!',
      result: '(amx)--|',
    },
    {
      claim: 'unsubscribing ends the source and drops what waits',
      source: '-a-b-e-|',
      unsub: ' ^--!    ',
      subs: '  ^--!    ',
      result: '-a-     ',
    },
  ],
  (source$: Observable<Event>) => source$.pipe(batchPlans(), map(shown)),
  { source: events, result: batched },
);

it('a plan that goes alone is the same plan', () => {
  marbles(({ cold, expectObservable }) => {
    expectObservable(cold<Event>('-a-(RmE)|', events).pipe(batchPlans())).toBe('-a-(RmE)|', events);
  });
});

describe('the limit', () => {
  const kilobyte = (path: string): PathPlan => plan('a', { [path]: 'x'.repeat(1_024) });
  const given = (plans: readonly Event[], options?: { readonly maxBytes: number }): number[][] => {
    const source$ = new Subject<Event>();
    const turn: number[][] = [];
    source$.pipe(batchPlans(options)).subscribe((event) => {
      turn.push(event.type === 'plan' ? event.writes.map(({ file }) => bytesOf(file).length) : []);
    });
    for (const each of plans) source$.next(each);
    const withinTurn = [...turn];
    source$.complete();
    expect(turn.flat()).toHaveLength(plans.length);
    return withinTurn;
  };

  it('gives a batch at once that has reached it, and counts anew', () => {
    const plans = ['/a', '/b', '/c', '/d', '/e'].map(kilobyte);
    expect(given(plans, { maxBytes: 2_048 })).toEqual([
      [1_024, 1_024],
      [1_024, 1_024],
    ]);
    expect(given(plans, { maxBytes: 2_049 })).toEqual([[1_024, 1_024, 1_024]]);
  });

  it('is 256 KiB unless given', () => {
    const plans = Array.from({ length: 257 }, (_, index) => kilobyte(`/${index}`));
    expect(given(plans.slice(0, 255))).toEqual([]);
    expect(given(plans).map((batch) => batch.length)).toEqual([256]);
  });

  it('counts content in hand: of a URL there is none yet', () => {
    const urls = ['/a', '/b'].map((path): PathPlan => {
      const file = { path, url: { entry: 'a.url', href: 'https://example.com/'.padEnd(2_000, 'x') } };
      return { type: 'plan', writes: [{ owner: key('a'), file }], removes: [] };
    });
    expect(given([...urls, kilobyte('/c')], { maxBytes: 1_024 })).toEqual([[2_000, 2_000, 1_024]]);
  });

  it('of 0 makes no batches', () => {
    expect(given([kilobyte('/a'), plan('a', { '/b': '' }), kilobyte('/c')], { maxBytes: 0 })).toHaveLength(3);
  });

  it('leaves nothing that would be given again at the end of the turn', () => {
    marbles(({ cold, expectObservable }) => {
      const result$ = cold<Event>('-(ab)-e', events).pipe(batchPlans({ maxBytes: 2 }), map(shown));
      expectObservable(result$).toBe('    -B----e', batched);
    });
  });
});

describe('the end of the turn', () => {
  it('comes before the next bytes are read', async () => {
    const source$ = new Subject<Event>();
    const seen: string[] = [];
    source$.pipe(batchPlans(), map(shown)).subscribe((event) => seen.push(event));
    source$.next(plan('a', { '/a': '1' }));
    source$.next(plan('b', { '/b': '2', '/bb': '3' }));
    expect(seen).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual([batched['B']]);
  });

  it('leaves nothing behind an unsubscribe', () => {
    marbles(({ hot, flush }) => {
      const seen: Event[] = [];
      const source$ = hot<Event>('-a-b', events);
      const subscription = source$.pipe(batchPlans()).subscribe((event) => seen.push(event));
      source$.subscribe((event) => event === events['b'] && subscription.unsubscribe());
      flush();
      expect(seen).toEqual([events['a']]);
    });
  });

  it.each<[string, (source$: Subject<Event>, subscription: Subscription) => void]>([
    ['an unsubscribe', (_, subscription) => subscription.unsubscribe()],
    ['an error', (source$) => source$.error('error')],
    ['a completion', (source$) => source$.complete()],
    ['an event before which the batch must be given', (source$) => source$.next(mark)],
  ])('is not waited for behind %s', (_, end) => {
    const schedule = vi.spyOn(asapScheduler, 'schedule');
    onTestFinished(() => schedule.mockRestore());
    const source$ = new Subject<Event>();
    const subscription = source$.pipe(batchPlans()).subscribe({ error: () => undefined });
    source$.next(plan('a', { '/a': '1' }));
    source$.next(plan('b', { '/b': '2' }));
    const closed = () => schedule.mock.results.map(({ value }) => value.closed);
    expect(closed()).toEqual([false]);
    end(source$, subscription);
    expect(closed()).toEqual([true]);
  });
});

it('whatever comes, the plans that are given lead to the same files, in the same order for each path', async () => {
  const path = fc.constantFrom('/a', '/b', '/c', '/d');
  const onePlan = fc
    .record({
      owner: fc.constantFrom('a', 'b'),
      writes: fc.array(fc.tuple(path, fc.string({ maxLength: 40 })), { maxLength: 3 }),
      removes: fc.oneof(fc.constant([]), fc.array(path, { maxLength: 2 })),
    })
    .map(({ owner, writes, removes }) => plan(owner, Object.fromEntries(writes), removes));
  const turn = fc.array(fc.oneof({ weight: 5, arbitrary: onePlan }, { weight: 1, arbitrary: fc.constant(mark) }));
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { maxLength: 5 }), fc.integer({ min: 0, max: 100 }), async (turns, maxBytes) => {
      const source$ = new Subject<Event>();
      const given = lastValueFrom(source$.pipe(batchPlans<Mark>({ maxBytes }), toArray()));
      for (const each of turns) {
        for (const event of each) source$.next(event);
        await Promise.resolve();
      }
      source$.complete();
      const [before, after] = [turns.flat(), await given];
      expect(contents(after)).toEqual(contents(before));
      for (const one of ['/a', '/b', '/c', '/d']) expect(history(after, one)).toEqual(history(before, one));
      expect(after.length).toBeLessThanOrEqual(before.length);
      for (const event of after) {
        expect(event.type === 'plan' && event.removes.length > 0 ? before : after).toContain(event);
      }
    }),
  );
});

/** What stands on disk when these plans are carried out: of each first all writes, then all removes. */
function contents(given: readonly Event[]): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const event of given) {
    if (event.type === 'mark') continue;
    for (const { owner, file } of event.writes) files.set(file.path, `${owner} ${Buffer.from(bytesOf(file))}`);
    for (const { path } of event.removes) files.delete(path);
  }
  return files;
}

/** What happens to a path, and between which marks. */
function history(given: readonly Event[], path: string): string[] {
  return given.flatMap((event) => {
    if (event.type === 'mark') return ['mark'];
    return [
      ...event.writes
        .filter(({ file }) => file.path === path)
        .map(({ owner, file }) => `${owner} ${Buffer.from(bytesOf(file))}`),
      ...event.removes.filter((remove) => remove.path === path).map(({ owner }) => `${owner} removes`),
    ];
  });
}
