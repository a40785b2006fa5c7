import { describe, expect, test } from 'vitest';
import { SourceError } from '../../../src/model.js';
import { listObjects } from '../../../src/streams/list-objects.js';
import { pollObjects } from '../../../src/streams/poll-objects.js';
import { type Answer, configMap, page, play, scope } from './play.js';

const parts = {
  P: page([configMap('a', 3), configMap('b', 2)], 10),
  Q: page([configMap('a', 3)], 10, 't1'),
  R: page([configMap('b', 2)], 10),
  N: page([], 11),
  M: page([{ metadata: { name: 'x' } }], 11),
};

const cut = new SourceError('unreachable', 'cut');
const backoff = { errorBaseMs: 1000, random: () => 0 };

describe('listObjects', () => {
  const list = (answers: readonly Answer[], untilMs = 100_000) =>
    play((api) => listObjects(api, scope, backoff), parts, answers, untilMs);

  test('is one complete list, over all pages, and completes', () => {
    const { requests, events } = list([{ marbles: 'hQ|' }, { marbles: 'hR|' }]);
    expect(requests).toEqual(['0 list first limit 100', '2 list t1 limit 100']);
    expect(events).toEqual(['2 init', '2 init-apply a@3', '4 init-apply b@2', '4 init-done', '4 complete']);
  });

  test('an empty list is complete too', () => {
    expect(list([{ marbles: 'hN|' }]).events).toEqual(['2 init', '2 init-done', '2 complete']);
  });

  test('a list that fails half-way is tried again from the beginning, for ever, with a growing wait', () => {
    const failing = { marbles: '#', error: cut };
    const { requests, events } = list([{ marbles: 'hQ|' }, failing, failing, { marbles: 'hP|' }]);
    expect(requests.map((request) => request.split(' ').slice(0, 3).join(' '))).toEqual([
      '0 list first',
      '2 list t1',
      '1002 list first',
      '3002 list first',
    ]);
    expect(events.slice(2)).toEqual([
      '2 failed unreachable retry 1000',
      '1002 failed unreachable retry 2000',
      '3004 init',
      '3004 init-apply a@3',
      '3004 init-apply b@2',
      '3004 init-done',
      '3004 complete',
    ]);
  });

  test('an object without what every object has makes the list malformed: none is passed over', () => {
    expect(list([{ marbles: 'hM|' }], 100).events).toEqual(['2 failed malformed retry 1000']);
  });
});

describe('pollObjects', () => {
  const poll = (answers: readonly Answer[], untilMs: number) =>
    play((api) => pollObjects(api, scope, { ...backoff, intervalMs: 60_000 }), parts, answers, untilMs);

  test('lists, waits, lists again', () => {
    const { requests, events, alive, open } = poll([{ marbles: 'hP|' }, { marbles: 'hN|' }], 100_000);
    expect(requests).toEqual(['0 list first limit 100', '60002 list first limit 100']);
    expect(events.slice(3)).toEqual(['2 init-done', '60004 init', '60004 init-done']);
    // The wait, a list of a minute, and 5 s.
    expect(alive).toContain('2 125000');
    expect(open).toBe(0);
  });

  test('a failure is followed by the backoff, not by the interval, and forgotten after a list', () => {
    const failing = { marbles: '#', error: cut };
    const { events } = poll([failing, failing, { marbles: 'hN|' }, failing], 70_000);
    expect(events.filter((event) => event.includes('failed'))).toEqual([
      '0 failed unreachable retry 1000',
      '1000 failed unreachable retry 2000',
      '63002 failed unreachable retry 1000',
    ]);
  });

  test('a list that worked is progress, however short the interval', () => {
    const failing = { marbles: '#', error: cut };
    const { events } = play(
      (api) => pollObjects(api, scope, { ...backoff, intervalMs: 10 }),
      parts,
      [failing, { marbles: 'hN|' }, failing],
      2000,
    );
    expect(events.at(-1)).toBe('1012 failed unreachable retry 1000');
  });

  test('an unsubscribe in the wait ends it', () => {
    expect(poll([{ marbles: 'hP|' }], 1000).requests).toHaveLength(1);
  });

  test('an interval that cannot be waited for is refused at once', () => {
    expect(() => pollObjects({ request: () => expect.fail() }, scope, { intervalMs: -1 })).toThrow(/intervalMs/);
  });
});
