import { merge } from 'rxjs';
import { describe, expect, test } from 'vitest';
import type { KubernetesApi } from '../../../src/kubernetes/api.js';
import { SourceError } from '../../../src/model.js';
import { watchObjects } from '../../../src/streams/watch-objects.js';
import type { WatchOptions } from '../../../src/streams/watch-options.js';
import {
  type Answer,
  added,
  bookmark,
  bytes,
  configMap,
  deleted,
  errorLine,
  line,
  listEnd,
  modified,
  page,
  play,
  scope,
} from './play.js';

/** Letters of the marbles below. `h` is the head of an answer. */
const parts = {
  a: added('a', 3),
  b: added('b', 2),
  E: listEnd(10),
  A: modified('a', 11),
  D: deleted('b', 12),
  B: bookmark(20),
  P: page([configMap('a', 3), configMap('b', 2)], 10),
  Q: page([configMap('a', 3)], 10, 't1'),
  R: page([configMap('b', 2)], 10),
  x: errorLine(410, { reason: 'Expired' }),
  y: errorLine(500),
  z: errorLine(429, { details: { retryAfterSeconds: 7 } }),
  w: errorLine(403),
  m: bytes('{"type":"ADD'),
  n: bytes('ED" "object"}\n'),
  g: line('ADDED', { metadata: { name: 'x' } }),
  u: line('SURPRISE', {}),
  d: deleted('a', 9),
  e: added('a', 9),
};

const cut = new SourceError('unreachable', 'cut');
const at = (status: number, retryAfterMs?: number) =>
  new SourceError(
    ({ 401: 'unauthorized', 403: 'forbidden', 410: 'expired', 429: 'throttled' } as const)[status] ??
      (status >= 500 ? 'server' : 'rejected'),
    `status ${status}`,
    { status, retryAfterMs },
  );

/** Base 1 s, no jitter: the n-th failure in a row waits 2^(n-1) s. */
const watch = (answers: readonly Answer[], untilMs: number, options: WatchOptions = {}) =>
  play((api) => watchObjects(api, scope, { errorBaseMs: 1000, random: () => 0, ...options }), parts, answers, untilMs);

describe('the initial list as a stream', () => {
  test('is one list that goes on as the watch, on one request', () => {
    const { requests, events, open } = watch([{ marbles: 'h(ab)E-A-D' }], 100);
    expect(requests).toEqual(['0 watch list']);
    expect(events).toEqual([
      '0 init',
      '1 init-apply a@3',
      '1 init-apply b@2',
      '5 init-done',
      '7 apply a@11',
      '9 delete configmap/default/b',
    ]);
    expect(open).toBe(0);
  });

  test('commits no resourceVersion before the bookmark that ends it: a cut begins it again, in pages', () => {
    const { requests, events } = watch([{ marbles: 'hab 600ms #', error: cut }, { marbles: 'hP|' }], 2000);
    expect(requests).toEqual(['0 watch list', '1603 list first limit 100', '1605 watch 10']);
    expect(events).toEqual([
      '0 init',
      '1 init-apply a@3',
      '2 init-apply b@2',
      '603 failed unreachable retry 1000',
      '1605 init',
      '1605 init-apply a@3',
      '1605 init-apply b@2',
      '1605 init-done',
    ]);
  });

  test('an ordinary bookmark does not end it, nor is its resourceVersion taken', () => {
    const { requests, events } = watch([{ marbles: 'haB 600ms #', error: cut }], 2000);
    expect(events).not.toContain('2 init-done');
    expect(requests[1]).toBe('1603 list first limit 100');
  });

  test('an object deleted meanwhile is said to be so after init-done, one that came back is not', () => {
    expect(watch([{ marbles: 'habDE' }], 100).events.slice(1)).toEqual([
      '1 init-apply a@3',
      '2 init-apply b@2',
      '4 init-done',
      '4 delete configmap/default/b',
    ]);
    expect(watch([{ marbles: 'hadeE' }], 100).events.slice(1)).toEqual([
      '1 init-apply a@3',
      '3 init-apply a@9',
      '4 init-done',
    ]);
  });

  test.each([
    400, 404, 422,
  ])('where it is refused with %i, the list comes in pages at once, and is not a failure', (status) => {
    const { requests, events } = watch([{ marbles: '#', error: at(status) }, { marbles: 'hP|' }], 100);
    expect(requests).toEqual(['0 watch list', '0 list first limit 100', '2 watch 10']);
    expect(events).toEqual(['2 init', '2 init-apply a@3', '2 init-apply b@2', '2 init-done']);
  });

  test('is not asked for again from a server that does not stream lists', () => {
    const answers = [{ marbles: '#', error: at(422) }, { marbles: 'hP|' }, { marbles: '#', error: at(410) }];
    const { requests } = watch([...answers, { marbles: 'hP|' }], 2000);
    expect(requests.slice(2)).toEqual(['2 watch 10', '1002 list first limit 100', '1004 watch 10']);
  });

  test('is not asked for where the options say so', () => {
    expect(watch([{ marbles: 'hP|' }], 100, { streamInitialList: false }).requests[0]).toBe('0 list first limit 100');
  });

  test('falls back to pages after 10 s in which nothing came and no end either', () => {
    const { requests, events } = watch([{ marbles: 'ha' }, { marbles: 'hP|' }], 10_100);
    expect(requests.slice(0, 2)).toEqual(['0 watch list', '10001 list first limit 100']);
    expect(events.filter((event) => event.includes('failed'))).toEqual([]);
  });

  test('falls back to pages after 60 s, however busy it is', () => {
    const busy = 'h 8s a '.padEnd(7 + 8 * 5, '8s a ');
    const { requests } = watch([{ marbles: busy }, { marbles: 'hP|' }], 80_000);
    expect(requests[1]).toBe('64008 list first limit 100');
  });

  test('falls back to pages when it ends before its end', () => {
    expect(watch([{ marbles: 'ha|' }, { marbles: 'hP|' }], 100).requests).toEqual([
      '0 watch list',
      '2 list first limit 100',
      '4 watch 10',
    ]);
  });

  test('after a failure comes a list in pages, and after the failure of that one a streamed one: whatever works', () => {
    const failing = { marbles: '#', error: at(503) };
    const { requests } = watch([failing, failing, failing], 7500);
    expect(requests).toEqual([
      '0 watch list',
      '1000 list first limit 100',
      '3000 watch list',
      '7000 list first limit 100',
    ]);
  });

  test('an error inside it is a failure', () => {
    const { requests, events } = watch([{ marbles: 'hay' }], 2000);
    expect(events.at(-1)).toBe('2 failed server retry 1000');
    expect(requests[1]).toBe('1002 list first limit 100');
  });
});

describe('the initial list in pages', () => {
  const paged = { streamInitialList: false };

  test('is one list over all pages', () => {
    const { requests, events } = watch([{ marbles: 'hQ|' }, { marbles: 'hR|' }], 100, paged);
    expect(requests).toEqual(['0 list first limit 100', '2 list t1 limit 100', '4 watch 10']);
    // A page is read when its answer is complete, one frame after its bytes.
    expect(events).toEqual(['2 init', '2 init-apply a@3', '4 init-apply b@2', '4 init-done']);
  });

  test('a page that fails begins the list again, and there is no init-done for the half', () => {
    const answers = [{ marbles: 'hQ|' }, { marbles: 'h#', error: cut }, { marbles: 'hQ|' }, { marbles: 'hR|' }];
    const { events } = watch(answers, 2000, paged);
    expect(events.map((event) => event.replace(/^\d+ /, ''))).toEqual([
      'init',
      'init-apply a@3',
      'failed unreachable retry 1000',
      'init',
      'init-apply a@3',
      'init-apply b@2',
      'init-done',
    ]);
  });

  test('a token that expired begins at page one, and the second time everything at once: no failure', () => {
    const expired = { marbles: '#', error: at(410) };
    const answers = [{ marbles: 'hQ|' }, expired, { marbles: 'hQ|' }, expired, { marbles: 'hP|' }];
    const { requests, events } = watch(answers, 1000, paged);
    expect(requests.map((request) => request.replace(/^\d+ /, ''))).toEqual([
      'list first limit 100',
      'list t1 limit 100',
      'list first limit 100',
      'list t1 limit 100',
      'list first limit none',
      'watch 10',
    ]);
    expect(events.filter((event) => event.includes('failed'))).toEqual([]);
    expect(events.filter((event) => event.endsWith('init-done'))).toHaveLength(1);
  });

  test('a third time is a failure, with its wait', () => {
    const expired = { marbles: '#', error: at(410) };
    const pages = { marbles: 'hQ|' };
    const { events } = watch([pages, expired, pages, expired, pages, expired], 100, paged);
    expect(events.at(-1)).toBe('6 failed expired retry 1000');
  });

  test('a 410 without a token is a failure', () => {
    const { events } = watch([{ marbles: '#', error: at(410) }], 100, paged);
    expect(events).toEqual(['0 failed expired retry 1000']);
  });

  test('a page that falls silent for a minute is a failure', () => {
    expect(watch([{ marbles: 'h' }], 61_000, paged).events).toEqual(['60000 failed silent retry 1000']);
  });

  test('an answer that is JSON but no list, and one that is no JSON, are failures that say nothing of it', () => {
    const answers = [{ marbles: 'hm|' }, { marbles: 'ha|' }, { marbles: 'hu|' }];
    const { events } = watch(answers, 5000, paged);
    expect(events.map((event) => event.replace(/^\d+ /, ''))).toEqual([
      'failed malformed retry 1000',
      'failed malformed retry 2000',
      'failed malformed retry 4000',
    ]);
  });

  test('a page that is longer than the limit is a failure', () => {
    const { events } = watch([{ marbles: 'hP|' }], 100, { ...paged, maxPageBytes: 50 });
    expect(events).toEqual(['1 failed malformed retry 1000']);
  });
});

describe('the watch', () => {
  const list = { marbles: 'hE 600ms |' };

  test('goes on at once from the last resourceVersion after a normal end', () => {
    const { requests, events } = watch([{ marbles: 'hE 2s A 2s |' }, { marbles: 'h 60s |' }], 70_000);
    expect(requests).toEqual(['0 watch list', '4003 watch 11', '64004 watch 11']);
    expect(events.filter((event) => event.includes('failed'))).toEqual([]);
  });

  test('takes the resourceVersion of bookmarks and of deletes', () => {
    const { requests } = watch([{ marbles: 'hE 1s B 1s |' }, { marbles: 'hD 1s |' }], 5000);
    expect(requests.slice(1)).toEqual(['2003 watch 20', '3005 watch 12']);
  });

  test.each([
    ['a cut', cut],
    ['refused credentials', at(401)],
    ['missing rights', at(403)],
    ['too many requests', at(429)],
    ['a server in trouble', at(503)],
    ['unreadable credentials', new SourceError('credentials', 'no token')],
  ])('is asked again from the same resourceVersion after %s', (_, error) => {
    const { requests, events } = watch([list, { marbles: '#', error }], 2000);
    expect(requests.slice(1)).toEqual(['602 watch 10', '1602 watch 10']);
    expect(events.at(-1)).toBe(`602 failed ${error.code} retry 1000`);
  });

  test.each([
    ['an HTTP 410', { marbles: '#', error: at(410) }, 'expired'],
    ['a 410 inside the stream', { marbles: 'hx' }, 'expired'],
    ['a 500 inside the stream', { marbles: 'hy' }, 'server'],
    ['a 403 inside the stream', { marbles: 'hw' }, 'forbidden'],
    ['a request that is not understood', { marbles: '#', error: at(400) }, 'rejected'],
  ])('everything is listed again after %s', (_, answer, code) => {
    const { requests, events } = watch([list, answer], 3000);
    expect(requests[2]).toMatch(/^160[23] watch list$/);
    expect(events.at(-1)).toMatch(new RegExp(`^60[23] failed ${code} retry 1000$`));
  });

  test('a 429 inside the stream asks for patience only', () => {
    const { requests, events } = watch([list, { marbles: 'hz' }], 9000);
    expect(events.at(-1)).toBe('603 failed throttled retry 7000');
    expect(requests[2]).toBe('7603 watch 10');
  });

  test('nothing that came before a malformed line is asked for again, and the line is not passed over', () => {
    const { requests, events } = watch([list, { marbles: 'hA(mn)A' }, { marbles: 'h' }], 3000);
    expect(events.slice(-2)).toEqual(['603 apply a@11', '604 failed malformed retry 1000']);
    expect(requests[2]).toBe('1604 watch 11');
  });

  test.each(['g', 'u'])('a line that is JSON but no event (%s) is malformed', (letter) => {
    const { events } = watch([list, { marbles: `h${letter}` }], 3000);
    expect(events.at(-1)).toBe('603 failed malformed retry 1000');
  });

  test('a stream that ends in the middle of a line is malformed', () => {
    const { requests, events } = watch([list, { marbles: 'hAm|' }], 3000);
    expect(events.at(-1)).toBe('605 failed malformed retry 1000');
    expect(requests[2]).toBe('1605 watch 11');
  });

  test('the same malformed line twice in a row leads to a list, which may get us past it', () => {
    const { requests } = watch([list, { marbles: 'hg' }, { marbles: 'hg' }], 5000);
    expect(requests.slice(1)).toEqual(['602 watch 10', '1603 watch 10', '3604 watch list']);
  });

  test('a line that is longer than the limit is malformed', () => {
    const { events } = watch([list, { marbles: 'hA' }], 3000, { maxLineBytes: 100 });
    expect(events.at(-1)).toMatch(/failed malformed/);
  });

  test('an end within a second without an event is a failure, and leads to a list: no hot loop', () => {
    const { requests, events } = watch([list, { marbles: 'h 900ms |' }], 5000);
    expect(events.at(-1)).toBe('1503 failed server retry 1000');
    expect(requests[2]).toBe('2503 watch list');
  });

  test('an end within a second after an event is none', () => {
    const { requests } = watch([list, { marbles: 'hA|' }], 2000);
    expect(requests.slice(1)).toEqual(['602 watch 10', '604 watch 11']);
  });

  test('the same bookmark again and again, each time with the end, is no event', () => {
    const { events } = watch([{ marbles: 'hEB 600ms |' }, { marbles: 'hB|' }], 2000);
    expect(events.at(-1)).toMatch(/failed server/);
  });

  test('where the server is asked to end it after a second, an end after a second is normal', () => {
    const { events } = watch([list, { marbles: 'h 600ms |' }], 2000, { serverTimeoutSeconds: 1 });
    expect(events.filter((event) => event.includes('failed'))).toEqual([]);
  });

  test('Retry-After is waited for when it is longer than the backoff, five minutes at most', () => {
    expect(watch([{ marbles: '#', error: at(429, 9000) }], 100).events).toEqual(['0 failed throttled retry 9000']);
    expect(watch([{ marbles: '#', error: at(503, 10) }], 100).events).toEqual(['0 failed server retry 1000']);
    expect(watch([{ marbles: '#', error: at(503, 1e9) }], 100).events).toEqual(['0 failed server retry 300000']);
  });

  test('an error that nobody foresaw is a failure, not the end', () => {
    const { events } = watch([{ marbles: '#', error: new TypeError('x is not a function') as never }], 100);
    expect(events).toEqual(['0 failed malformed retry 1000']);
  });
});

describe('silence', () => {
  test('for 66 s drops the watch, and it is asked for again from the same resourceVersion', () => {
    const { requests, events } = watch([{ marbles: 'hE 1s A' }], 70_000);
    expect(events.at(-1)).toBe('67002 failed silent retry 1000');
    expect(requests[1]).toBe('68002 watch 11');
  });

  test('before the answer begins is a failure after a minute', () => {
    const { events } = watch([{ marbles: 'hE 600ms |' }, { marbles: '-' }], 70_000, { clientTimeoutMs: 3_660_000 });
    expect(events.at(-1)).toBe('60602 failed silent retry 1000');
  });

  test('each byte is contact', () => {
    const dripping = 'hE 60s m 60s m 60s m';
    expect(watch([{ marbles: dripping }], 190_000).events.filter((event) => event.includes('silent'))).toEqual([]);
  });

  test('is 130 s at most where bookmarks were seen, on this stream or an earlier one', () => {
    const patient = { clientTimeoutMs: 3_660_000, serverTimeoutSeconds: 3600 };
    expect(watch([{ marbles: 'hE 1s B' }], 132_000, patient).events.at(-1)).toBe('131002 failed silent retry 1000');
    const answers = [{ marbles: 'hB 600ms |' }, { marbles: 'hP|' }, { marbles: 'h' }];
    expect(watch(answers, 132_000, patient).events.at(-1)).toBe('130604 failed silent retry 1000');
  });

  test('is what the option says where no bookmark was seen', () => {
    const patient = { clientTimeoutMs: 200_000, serverTimeoutSeconds: 100, streamInitialList: false };
    const { events } = watch([{ marbles: 'hP|' }, { marbles: 'h' }], 201_000, patient);
    expect(events.at(-1)).toBe('200002 failed silent retry 1000');
  });

  test('is no failure where the option ends a watch before the server does: it is resumed quietly', () => {
    const { requests, events } = watch([{ marbles: 'hE' }], 61_000, { clientTimeoutMs: 60_000 });
    expect(requests).toEqual(['0 watch list', '60001 watch 10']);
    expect(events).toEqual(['0 init', '1 init-done']);
  });

  test('but a server that does not answer the resumed one is said to be silent then', () => {
    const { events } = watch([{ marbles: 'hE' }], 121_000, { clientTimeoutMs: 60_000 });
    expect(events.at(-1)).toBe('120001 failed silent retry 1000');
  });
});

describe('the wait after failures', () => {
  test('doubles while nothing works, to 30 s', () => {
    const { events } = watch(Array(8).fill({ marbles: '#', error: cut }), 130_000, { streamInitialList: false });
    const waits = events.map((event) => Number(event.split(' ').at(-1)));
    expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  });

  test('climbs when the server accepts and drops at once', () => {
    const dropping = { marbles: 'h#', error: cut };
    const { events } = watch([{ marbles: 'hE 600ms |' }, dropping, dropping, dropping], 9000);
    const waits = events.filter((event) => event.includes('failed')).map((event) => Number(event.split(' ').at(-1)));
    expect(waits).toEqual([1000, 2000, 4000]);
  });

  test('stays short when a stream that works is cut each second', () => {
    const cutEachSecond = { marbles: 'h 999ms #', error: cut };
    const { events } = watch([{ marbles: 'hE 600ms |' }, ...Array(5).fill(cutEachSecond)], 9000);
    expect(events.filter((event) => event.includes('failed')).every((event) => event.endsWith('retry 1000'))).toBe(
      true,
    );
  });

  test('stays short when each stream brings something before it is cut', () => {
    const answers = [{ marbles: 'hE 600ms |' }, { marbles: 'hA#', error: cut }, { marbles: 'hD#', error: cut }];
    const { events } = watch(answers, 9000);
    expect(events.filter((event) => event.includes('unreachable')).map((event) => event.split(' ').at(-1))).toEqual([
      '1000',
      '1000',
    ]);
  });

  test('climbs when lists work but each watch fails at once inside', () => {
    const answers = [{ marbles: 'hEy' }, { marbles: 'hEy' }, { marbles: 'hEy' }];
    const { events } = watch(answers, 9000);
    expect(events.filter((event) => event.includes('failed')).map((event) => event.split(' ').at(-1))).toEqual([
      '1000',
      '2000',
      '4000',
    ]);
  });

  test('climbs when each watch brings the bookmark that is known already', () => {
    const same = { marbles: 'hB#', error: cut };
    const { events } = watch([{ marbles: 'hEB 600ms |' }, same, same, same], 9000);
    expect(events.filter((event) => event.includes('failed')).map((event) => event.split(' ').at(-1))).toEqual([
      '1000',
      '2000',
      '4000',
    ]);
  });

  test('begins anew after a time that worked', () => {
    const failing = { marbles: '#', error: cut };
    const { events } = watch([{ marbles: 'hE 600ms |' }, failing, failing, { marbles: 'h 9s |' }, failing], 20_000);
    expect(events.filter((event) => event.includes('failed')).map((event) => event.split(' ').at(-1))).toEqual([
      '1000',
      '2000',
      '1000',
    ]);
  });

  test('has jitter: in [d, 2d)', () => {
    const { events } = watch([{ marbles: '#', error: cut }], 100, { random: () => 0.5 });
    expect(events).toEqual(['0 failed unreachable retry 1500']);
  });
});

describe('signs of life', () => {
  test('come with the answer, at the normal end, and with bytes, but once in five seconds only', () => {
    const { alive } = watch([{ marbles: 'hE 6s AAAA 6s |' }, { marbles: 'h' }], 20_000);
    // 5 s between signs, the silence that is allowed (10 s in a streamed list, then a minute for a page), 5 s for us.
    expect(alive).toEqual(['0 80000', '6002 76000', '12006 65000', '12006 76000']);
  });

  test('a bookmark is one', () => {
    expect(watch([{ marbles: 'hE 50s B' }], 60_000).alive.at(-1)).toBe('50002 76000');
  });
});

test('an unsubscribe in a wait leaves no timer and no request', () => {
  const { requests, open } = watch([{ marbles: '#', error: cut }], 500);
  expect(requests).toHaveLength(1);
  expect(open).toBe(0);
});

test('two subscribers share nothing', () => {
  const twice = (api: KubernetesApi) => {
    const source$ = watchObjects(api, scope);
    return merge(source$, source$);
  };
  const { requests, events } = play(twice, parts, [{ marbles: 'hE' }, { marbles: '-hE' }], 10);
  expect(requests).toEqual(['0 watch list', '0 watch list']);
  expect(events).toEqual(['0 init', '1 init-done', '1 init', '2 init-done']);
});

test('the selectors, the bookmarks and the timeout are in the request as they were given', () => {
  const queries: unknown[] = [];
  const selected = { ...scope, fieldSelector: 'metadata.name=x' };
  play(
    (inner) =>
      watchObjects(
        {
          request: (request) => {
            queries.push({ ...request, query: { ...request.query } });
            return inner.request(request);
          },
        },
        selected,
        { serverTimeoutSeconds: 77 },
      ),
    parts,
    [{ marbles: 'hE 2s |' }],
    3000,
  );
  const common = {
    labelSelector: 'x=y',
    fieldSelector: 'metadata.name=x',
    watch: true,
    allowWatchBookmarks: true,
    timeoutSeconds: 77,
  };
  expect(queries).toEqual([
    {
      verb: 'watch',
      kind: 'configmap',
      namespace: 'default',
      query: { ...common, sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan' },
    },
    { verb: 'watch', kind: 'configmap', namespace: 'default', query: { ...common, resourceVersion: '10' } },
  ]);
});

test.each([
  [{ clientTimeoutMs: -1 }, /clientTimeoutMs/],
  [{ serverTimeoutSeconds: 1e9 }, /serverTimeoutMs/],
  [{ errorBaseMs: Number.NaN }, /errorBaseMs/],
  [{ pageSize: 0 }, /pageSize/],
])('options that cannot be waited for are refused at once: %j', (options, message) => {
  expect(() => watch([], 1, options)).toThrow(message);
});
