import fc from 'fast-check';
import { asyncScheduler, groupBy, type Observable, Subject, tap } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ObjectChange } from '../../../src/model.js';
import { objectKey } from '../../../src/model.js';
import { debounceByKey } from '../../../src/operators/debounce-by-key.js';
import { groupByObject } from '../../../src/operators/group-by-object.js';
import { applied, deleted, key, watched } from './events.js';
import { marbles, marbleTable, neverAndEmpty } from './marbles.js';

describe('one group', () => {
  marbleTable(
    [
      {
        claim: 'the diagram of the docs',
        source: '-a-b-c---------d-|',
        subs: '  ^----------------!',
        result: '-a------c--------(d|)',
      },
      ...neverAndEmpty,
      {
        claim: 'an error passes without what is withheld',
        source: '-a-b-#',
        subs: '  ^----!',
        result: '-a---#',
      },
      {
        claim: 'unsubscribing drops what is withheld',
        source: '-a-b------|',
        unsub: ' ^---!      ',
        subs: '  ^---!      ',
        result: '-a--       ',
      },
      {
        claim: 'a change that is never quiet comes after the maximum wait, and then again',
        source: '-a-bcdefghijklmnopqrst-------|',
        subs: '  ^----------------------------!',
        result: '-a-----------l----------t----|',
      },
      {
        claim: 'after an emission the quiet time begins anew',
        source: '-a-b----cd-----|',
        subs: '  ^--------------!',
        result: '-a----b-----d--|',
      },
    ],
    (source$: Observable<string>) =>
      source$.pipe(
        groupBy(() => 'key'),
        debounceByKey({ quietMs: 3, maxWaitMs: 10 }),
      ),
  );
});

describe('several groups', () => {
  marbleTable(
    [
      {
        claim: 'each first change comes at once, and no key waits for another',
        source: '-a-b-aA-B---|',
        subs: '  ^-----------!',
        result: '-a-b-----A-B|',
      },
    ],
    (source$: Observable<string>) =>
      source$.pipe(
        groupBy((letter) => letter.toLowerCase()),
        debounceByKey({ quietMs: 3, maxWaitMs: 10 }),
      ),
  );
});

describe('behind groupByObject', () => {
  const changes = {
    a: applied(watched('x', { resourceVersion: 'a' })),
    b: applied(watched('x', { resourceVersion: 'b' })),
    c: applied(watched('x', { resourceVersion: 'c' })),
    d: applied(watched('x', { resourceVersion: 'd' })),
    X: deleted('x'),
  };
  const rows = (table: Parameters<typeof marbleTable>[0], idleMs: number) =>
    marbleTable(
      table,
      (source$: Observable<ObjectChange>) =>
        source$.pipe(groupByObject({ idleMs }), debounceByKey({ quietMs: 3, maxWaitMs: 10 })),
      { source: changes, result: changes },
    );

  rows(
    [
      {
        claim: 'a group that ended by idle and begins again gives at once',
        source: '-a-b------c---|',
        subs: '  ^-------------!',
        result: '-a----b---c---|',
      },
      {
        claim: 'a delete ends what is withheld, and comes at once',
        source: '-a-bX-------|',
        subs: '  ^-----------!',
        result: '-a--X-------|',
      },
      {
        claim: 'an object that is created again comes at once, behind its delete',
        source: '-a-bXc-d----|',
        subs: '  ^-----------!',
        result: '-a--Xc----d-|',
      },
      {
        claim: 'what is withheld at completion comes then',
        source: '-a-b|',
        subs: '  ^---!',
        result: '-a--(b|)',
      },
    ],
    5,
  );
  rows(
    [
      {
        claim: 'an idle end before the quiet time gives what is withheld, before the next group begins',
        source: '-a-b-c-d--|',
        subs: '  ^---------!',
        result: '-a-b-c-d--|',
      },
    ],
    1,
  );
  rows(
    [
      {
        claim: 'an idle end at the same moment as the quiet time gives a change once',
        source: '-ab---c-----|',
        subs: '  ^-----------!',
        result: '-a---bc-----|',
      },
    ],
    3,
  );
});

describe('timers', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('a key has one while a change is withheld, and none otherwise', () => {
    const source$ = new Subject<number>();
    const subscription = source$
      .pipe(
        groupBy(() => 'key'),
        debounceByKey({ quietMs: 3, maxWaitMs: 10 }),
      )
      .subscribe();
    const timers: number[] = [];
    const count = () => timers.push(vi.getTimerCount());
    source$.next(1);
    count();
    source$.next(2);
    count();
    source$.next(3);
    count();
    vi.advanceTimersByTime(3);
    count();
    source$.next(4);
    count();
    subscription.unsubscribe();
    count();
    expect(timers).toEqual([0, 1, 1, 0, 1, 0]);
  });

  it('behind groupByObject a key that is idle, deleted or unsubscribed has none', () => {
    const source$ = new Subject<ObjectChange>();
    const subscription = source$
      .pipe(groupByObject({ idleMs: 5 }), debounceByKey({ quietMs: 3, maxWaitMs: 10 }))
      .subscribe();
    source$.next(applied(watched('a')));
    source$.next(applied(watched('b')));
    vi.advanceTimersByTime(5);
    expect(vi.getTimerCount()).toBe(0);
    source$.next(applied(watched('a')));
    source$.next(deleted('a'));
    expect(vi.getTimerCount()).toBe(0);
    source$.next(applied(watched('a')));
    source$.next(applied(watched('a')));
    subscription.unsubscribe();
    expect(vi.getTimerCount()).toBe(0);
    expect(source$.observed).toBe(false);
  });
});

it.each(['quietMs', 'maxWaitMs'])('a bad `%s` is refused before any subscription', (name) => {
  expect(() => debounceByKey({ quietMs: 1, maxWaitMs: 1, [name]: -1 })).toThrow(`Expected \`${name}\``);
});

describe('whatever comes', () => {
  const step = fc.record({
    afterMs: fc.integer({ min: 0, max: 12 }),
    name: fc.constantFrom('a', 'b', 'c'),
    op: fc.constantFrom('apply', 'apply', 'apply', 'delete'),
  });
  const windows = fc.record({
    idleMs: fc.integer({ min: 1, max: 15 }),
    quietMs: fc.integer({ min: 1, max: 10 }),
    maxWaitMs: fc.integer({ min: 1, max: 30 }),
  });

  it('each key ends with its last change, in order, nothing invented or given twice, nothing late', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), windows, (steps, { idleMs, quietMs, maxWaitMs }) => {
        const sentAt = new Map<ObjectChange, number>();
        const given: { readonly change: ObjectChange; readonly atMs: number }[] = [];
        marbles(({ cold, flush }) => {
          const letter = (index: number) => String.fromCodePoint(0x4e00 + index);
          const values = Object.fromEntries(
            steps.map(({ name, op }, index) => [
              letter(index),
              op === 'apply' ? applied(watched(name, { resourceVersion: `${index}` })) : { ...deleted(name) },
            ]),
          );
          const diagram = steps.map(({ afterMs }, index) => `${afterMs}ms ${letter(index)}`).join(' ');
          cold<ObjectChange>(`${diagram} 60ms |`, values)
            .pipe(
              tap((change) => sentAt.set(change, asyncScheduler.now())),
              groupByObject({ idleMs }),
              debounceByKey({ quietMs, maxWaitMs }),
            )
            .subscribe((change) => given.push({ change, atMs: asyncScheduler.now() }));
          flush();
        });

        const sent = [...sentAt.keys()];
        for (const { change, atMs } of given) {
          expect(sentAt.has(change)).toBe(true);
          expect(atMs - (sentAt.get(change) as number)).toBeLessThanOrEqual(Math.min(quietMs, maxWaitMs));
        }
        for (const name of ['a', 'b', 'c']) {
          const of = (changes: ObjectChange[]) => changes.filter((change) => keyOf(change) === key(name));
          const sentOfKey = of(sent);
          const order = of(given.map(({ change }) => change)).map((change) => sentOfKey.indexOf(change));
          expect(order).toEqual([...new Set(order)].sort((one, other) => one - other));
          expect(order.at(-1) ?? -1).toBe(sentOfKey.length - 1);
          expect(order[0] ?? 0).toBe(0);
          // No change is older than `maxWaitMs` before it, or a newer one of its key, is out.
          for (const [index, change] of sentOfKey.entries()) {
            const covering = given.find(
              (one) => sentOfKey.indexOf(one.change) >= index && keyOf(one.change) === key(name),
            );
            expect((covering?.atMs ?? Number.NaN) - (sentAt.get(change) as number)).toBeLessThanOrEqual(maxWaitMs);
          }
        }
      }),
    );
  });
});

function keyOf(change: ObjectChange): string {
  return change.type === 'apply' ? objectKey(change.object) : change.key;
}
