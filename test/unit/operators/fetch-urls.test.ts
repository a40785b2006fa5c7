import { asyncScheduler, concat, EMPTY, map, NEVER, type Observable, of, Subject, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  FileError,
  type FileOutcome,
  type FolderStatus,
  type PathPlan,
  type StagedContent,
} from '../../../src/model.js';
import { type FetchUrlsOptions, fetchUrls } from '../../../src/operators/fetch-urls.js';
import type { UrlAnswer, UrlRequest } from '../../../src/request/url-answer.js';
import { key } from './events.js';
import { marbles, marbleTable, neverAndEmpty } from './marbles.js';

type Event = PathPlan | { readonly type: 'listed' } | { readonly type: 'mark' };

const content = (text: string): StagedContent => ({ stagedAt: `/stage/${text}`, sha256: text, size: text.length });
const fetched = (text: string, etag?: string): UrlAnswer => ({
  op: 'fetched',
  content: content(text),
  validators: etag === undefined ? undefined : { href: 'u', etag },
});
const failed: UrlAnswer = { op: 'failed', kind: 'connect', reason: 'x failed' };
const refused = (reason = 'no', final = false): UrlAnswer => ({ op: 'refused', reason, final });

/** `url('/a', 'u')` and so on; content where there is no URL. */
function plan(writes: Readonly<Record<string, string>>, removes: readonly string[] = [], owner = 'o'): PathPlan {
  return {
    type: 'plan',
    writes: Object.entries(writes).map(([path, text]) => ({
      owner: key(owner),
      file: text.startsWith('u')
        ? { path, url: { entry: `${path.slice(1)}.url`, href: text } }
        : { path, bytes: Buffer.from(text) },
    })),
    removes: removes.map((path) => ({ owner: key(owner), path })),
  };
}

const options = (change: Partial<FetchUrlsOptions> = {}): FetchUrlsOptions => ({
  fetch: () => NEVER,
  holds: () => true,
  written$: NEVER,
  retry: { retryTotal: 1, retryConnect: 1, retryRead: 1, backoffFactor: 0.01, random: () => 0 },
  ...change,
});

/** Plans: `/a=text`, `/a<staged`, `/a?` pending, `-/a`; else the type with what matters. */
const shown = map((event: { readonly type: string }): string => {
  const given = event as Record<string, unknown> & { type: string };
  if (given.type === 'plan') {
    const {
      writes,
      removes,
      pending = [],
    } = given as unknown as {
      writes: { file: { path: string; bytes?: Uint8Array; staged?: StagedContent } }[];
      removes: { path: string }[];
      pending?: { path: string }[];
    };
    return [
      ...writes.map(
        ({ file }) => `${file.path}${file.staged ? `<${file.staged.sha256}` : `=${Buffer.from(file.bytes ?? [])}`}`,
      ),
      ...removes.map(({ path }) => `-${path}`),
      ...pending.map(({ path }) => `${path}?`),
    ].join(' ');
  }
  if (given.type === 'url-failed') return `failed ${given['path']} ${given['retryInMs']}`;
  if (given.type === 'file') return `${given['op']} ${given['path']}`;
  return given.type;
});

/** Answers by URL: after so many frames, in turn, the last one again and again. */
function answering(answers: Readonly<Record<string, readonly (readonly [afterMs: number, UrlAnswer])[]>>) {
  const requests: UrlRequest[] = [];
  const counts = new Map<string, number>();
  const fetch = (request: UrlRequest): Observable<UrlAnswer> => {
    requests.push(request);
    const { href } = request.url;
    const nth = counts.get(href) ?? 0;
    counts.set(href, nth + 1);
    const list = answers[href] ?? [];
    const [afterMs, answer] = list[Math.min(nth, list.length - 1)] ?? [0, failed];
    return timer(afterMs).pipe(map(() => answer));
  };
  return { fetch, requests };
}

const events: Readonly<Record<string, Event>> = {
  a: plan({ '/a': 'u' }),
  b: plan({ '/b': 'v-text' }),
  p: plan({ '/p': 'text', '/a': 'u1', '/b': 'u2' }),
  q: plan({ '/q': 'text' }),
  c: plan({ '/a': 'u1', '/b': 'u2', '/c': 'u3' }),
  A: plan({ '/a': 'u2' }),
  x: plan({ '/a': 'text' }),
  r: plan({}, ['/a']),
  m: { type: 'mark' },
  L: { type: 'listed' },
};
const results = {
  m: 'mark',
  L: 'listed',
  q: '/q=text',
  b: '/b=v-text',
  f: '/p=text /a? /b?',
  P: '/a?',
  C: '/a? /b? /c?',
  1: '/a<1',
  2: '/b<2',
  3: '/c<3',
  A: '/a<2',
  x: '/a=text',
  r: '-/a',
  R: 'refused',
  F: 'failed /a 10',
};

describe('plans without URLs', () => {
  marbleTable(
    [
      ...neverAndEmpty,
      { claim: 'pass, with all that is no plan', source: '-q-m-L-|', subs: '^------!', result: '-q-m-L-|' },
      { claim: 'pass with an error', source: '-q-#', subs: '^--!', result: '-q-#' },
    ],
    (source$: Observable<Event>) => source$.pipe(fetchUrls(options()), shown),
    { source: events, result: results },
  );

  it('are the same plans, given at once', () => {
    const source$ = new Subject<Event>();
    const seen: unknown[] = [];
    source$.pipe(fetchUrls(options())).subscribe((event) => seen.push(event));
    for (const event of [events['q'], events['r'], events['m']] as Event[]) {
      source$.next(event);
      expect(seen.at(-1)).toBe(event);
    }
  });
});

it('is as its diagram says', () => {
  marbles(({ cold, expectObservable }) => {
    const { fetch } = answering({ u1: [[5, fetched('1')]], u2: [[12, refused()]] });
    const result$ = cold<Event>('-p---q-----L------|', events).pipe(
      fetchUrls(options({ fetch, concurrency: 2 })),
      shown,
    );
    expectObservable(result$).toBe('-f---q1------(RL)-|', results);
  });
});

describe('a fetch', () => {
  const run = (
    source: string,
    result: string,
    answers: Parameters<typeof answering>[0],
    change: Partial<FetchUrlsOptions> = {},
    unsub = '^ 80ms !',
  ) => {
    const { fetch, requests } = answering(answers);
    marbles(({ cold, expectObservable }) => {
      expectObservable(cold<Event>(source, events).pipe(fetchUrls(options({ fetch, ...change })), shown), unsub).toBe(
        result,
        results,
      );
    });
    return requests;
  };

  it('follows the rest of its plan, as a plan of its own', () => {
    const requests = run('-a-q-|', '-P-q1|', { u: [[3, fetched('1')]] });
    expect(requests).toMatchObject([{ path: '/a', owner: key('o'), url: { entry: 'a.url', href: 'u' } }]);
    expect(requests[0]?.validators).toBeUndefined();
  });

  it('is waited for when the source completes', () => {
    run('-a|', '-P---(1|)', { u: [[4, fetched('1')]] });
  });

  it('waits for its turn: so many go on at a time', () => {
    const answers = { u1: [[3, fetched('1')]], u2: [[4, fetched('2')]], u3: [[3, fetched('3')]] } as const;
    run('c------------', 'C--12-3', answers, { concurrency: 2 });
    run('c------------', 'C--1---2--3', answers, { concurrency: 1 });
  });

  it('that is not wanted any more gives its turn to the next', () => {
    const answers = { u1: [[90, fetched('1')]], u2: [[3, fetched('2')]], u3: [[3, fetched('3')]] } as const;
    run('c--r---------', 'C--r--2--3', answers, { concurrency: 1 });
  });

  it('ends without a trace when its path is removed, or gets content of another kind', () => {
    run('a--r-----|', 'P--r-----|', { u: [[5, fetched('1')]] });
    run('a--x-----|', 'P--x-----|', { u: [[5, fetched('1')]] });
  });

  it('is replaced by one of another URL, and joined by the same', () => {
    expect(run('a--A-------', 'P--P-----A', { u: [[5, fetched('1')]], u2: [[6, fetched('2')]] })).toHaveLength(2);
    expect(run('a--a-------', 'P--P-1', { u: [[5, fetched('1')]] })).toHaveLength(1);
  });

  it('begins anew when the same is wanted again after it', () => {
    expect(run('a---a------', 'P-1-P-1', { u: [[2, fetched('1')]] })).toHaveLength(2);
  });

  it('is aborted by unsubscribing, by an error, and never begun for what was not begun', () => {
    marbles(({ cold, expectObservable, expectSubscriptions }) => {
      const answer$ = cold<UrlAnswer>('-----(1|)', { 1: fetched('1') });
      const fetch = () => answer$;
      expectObservable(
        cold<Event>('c', events).pipe(fetchUrls(options({ fetch, concurrency: 1 })), shown),
        '^--!',
      ).toBe('C', results);
      expectSubscriptions(answer$.subscriptions).toBe(['^--!']);
    });
    run('a--#', 'P--#', { u: [[5, fetched('1')]] });
  });

  it('that breaks its promise is a failure like others', () => {
    for (const fetch of [
      () => EMPTY,
      () => throwError(() => new TypeError('secret')),
      () => throwError(() => 'secret'),
    ]) {
      marbles(({ cold, expectObservable }) => {
        const seen$ = cold<Event>('a---|', events).pipe(
          fetchUrls(options({ fetch })),
          map((event) => ('message' in event ? `${event.type} ${event.message.includes('secret')}` : event.type)),
        );
        expectObservable(seen$).toBe('(pf)|', { p: 'plan', f: 'url-failed false' });
      });
    }
  });
});

describe('what fails', () => {
  const timeline = (
    source: string,
    answers: Parameters<typeof answering>[0],
    change: Partial<FetchUrlsOptions> = {},
    until = 200_000,
  ) => {
    const { fetch, requests } = answering(answers);
    const seen: string[] = [];
    marbles(({ cold, flush }) => {
      const started = asyncScheduler.now();
      const subscription = concat(cold<Event>(source, events), NEVER)
        .pipe(fetchUrls(options({ fetch, ...change })), shown)
        .subscribe((event) => seen.push(`${asyncScheduler.now() - started} ${event}`));
      timer(until).subscribe(() => subscription.unsubscribe());
      flush();
    });
    return { seen, requests };
  };

  it('is fetched again by the policy, then up to each minute, until it comes', () => {
    const answers = { u: [...Array.from({ length: 6 }, () => [0, failed] as const), [0, fetched('1')] as const] };
    expect(timeline('a|', answers).seen).toEqual([
      '0 /a?',
      '0 failed /a 10',
      '10 failed /a 7500',
      '7510 failed /a 15000',
      '22510 failed /a 30000',
      '52510 failed /a 60000',
      '112510 failed /a 60000',
      '172510 /a<1',
    ]);
  });

  it('counts anew once content came', () => {
    const answers = {
      u: [
        [0, failed],
        [0, fetched('1')],
        [0, failed],
      ],
    } as const;
    expect(timeline('a 99ms a|', answers, {}, 200).seen).toEqual([
      '0 /a?',
      '0 failed /a 10',
      '10 /a<1',
      '100 /a?',
      '100 failed /a 10',
      '110 failed /a 7500',
    ]);
  });

  it('waits on when the same is wanted again, and not when another is', () => {
    const answers = { u: [[0, { ...failed, kind: 'setup' }]], u2: [[0, fetched('2')]] } as const;
    expect(timeline('a 99ms a 99ms A|', answers, {}, 5_000).seen).toEqual([
      '0 /a?',
      '0 failed /a 7500',
      '100 /a?',
      '200 /a?',
      '200 /a<2',
    ]);
  });

  it('is not fetched again when it is not wanted any more', () => {
    expect(timeline('a-r|', { u: [[0, failed]] }).requests).toHaveLength(1);
  });

  it('is refused once, until the reason is another, and asked again all the same', () => {
    const answers = {
      u: [
        [0, refused('one')],
        [0, refused('one')],
        [0, refused('two')],
        [0, refused('one')],
      ],
    } as const;
    const { seen, requests } = timeline('a|', answers, {}, 500_000);
    expect(seen).toEqual(['0 /a?', '0 refused', '180000 refused', '420000 refused']);
    expect(requests).toHaveLength(4);
  });

  it('is refused for good where nothing but another URL helps', () => {
    expect(timeline('a|', { u: [[0, refused('no URL', true)]] }, {}, 10_000_000).requests).toHaveLength(1);
  });

  it('is told with its key, its object and the reason', () => {
    const said: unknown[] = [];
    for (const answer of [{ ...failed, status: 503 }, refused('it is no URL', true)]) {
      of(plan({ '/a': 'u' }))
        .pipe(fetchUrls(options({ fetch: () => of(answer) })))
        .subscribe((event) => event.type !== 'plan' && said.push(event));
    }
    expect(said).toEqual([
      {
        type: 'url-failed',
        path: '/a',
        owner: key('o'),
        entry: 'a.url',
        status: 503,
        message: `The URL of the key "a.url" of ${key('o')} could not be fetched: x failed.`,
        retryInMs: 10,
      },
      {
        type: 'refused',
        key: key('o'),
        entry: 'a.url',
        reason: 'url',
        message: `The URL of the key "a.url" of ${key('o')} is not fetched: it is no URL.`,
      },
    ]);
  });

  it('for the disk is a failed file, which whoever retries those asks for again', () => {
    const error = new FileError('disk', 'ENOSPC', 'full');
    const answers = {
      u: [
        [0, { op: 'unwritten', error }],
        [0, fetched('1')],
      ],
    } as const;
    const { seen, requests } = timeline('a 999ms a|', answers);
    expect(seen).toEqual(['0 /a?', '0 failed /a', '1000 /a?', '1000 /a<1']);
    expect(requests).toHaveLength(2);
  });
});

describe('listed', () => {
  const run = (
    source: string,
    result: string,
    answers: Parameters<typeof answering>[0],
    change: Partial<FetchUrlsOptions> = {},
  ) => {
    const { fetch } = answering(answers);
    marbles(({ cold, expectObservable }) => {
      // What fails is tried again without end.
      const result$ = cold<Event>(source, events).pipe(fetchUrls(options({ fetch, ...change })), shown);
      expectObservable(result$, '^ 80ms !').toBe(result, results);
    });
  };

  it('waits for the content of each URL before it, and for nothing that comes later', () => {
    run('pLq------', 'f-q-1-(2L)', { u1: [[4, fetched('1')]], u2: [[6, fetched('2')]] });
    const later = { u1: [[4, fetched('1')]], u2: [[6, fetched('2')]], u3: [[20, fetched('3')]] } as const;
    run('pLc------', 'f-C-1-(2L) 12ms 3', later);
  });

  it('comes at once when there is nothing to wait for', () => {
    run('a--L', 'P1-L', { u: [[1, fetched('1')]] });
    run('qL', 'qL', {});
  });

  it.each<[string, UrlAnswer, string]>([
    ['a failure', failed, 'P--(FL)'],
    ['a refusal', refused('no', true), 'P--(RL)'],
  ])('takes %s for an answer', (_, answer, result) => {
    run('aL|', result.replace(')', '|)'), { u: [[3, answer]] });
  });

  it('does not wait for what is not wanted any more', () => {
    run('aL-r', 'P--(Lr)', { u: [[9, fetched('1')]] });
  });

  it('waits no longer than it may', () => {
    run('aL------', 'P----L--1', { u: [[8, fetched('1')]] }, { maxWaitMs: 4 });
  });

  it('waits for the retries of the policy where it is the end', () => {
    const answers = {
      u: [
        [1, failed],
        [1, fetched('1')],
      ],
    } as const;
    run('aL', 'PF 9ms  -(1L)', answers, { once: true });
    run('aL', 'P(FL) 7ms (1)', answers);
    const never = {
      u: [
        [1, failed],
        [1, failed],
      ],
    } as const;
    const { fetch } = answering(never);
    marbles(({ cold, expectObservable }) => {
      const result$ = cold<Event>('aL', events).pipe(fetchUrls(options({ fetch, once: true })), shown);
      expectObservable(result$, '^ 20ms !').toBe('PF 9ms -(GL)', { ...results, G: 'failed /a 7500' });
    });
  });

  it('is given before the completion, whatever it waited for', () => {
    run('aL|', 'PF(L|)', { u: [[1, failed]] }, { once: true });
  });
});

describe('content that stands', () => {
  const standing = (
    outcomes: (path: string, sha256: string) => (FileOutcome | FolderStatus)[],
    change: Partial<FetchUrlsOptions> = {},
  ) => {
    const written$ = new Subject<FileOutcome | FolderStatus>();
    const requests: (string | undefined)[] = [];
    const source$ = new Subject<Event>();
    const seen: string[] = [];
    let answer: UrlAnswer = fetched('1', 'etag-1');
    const fetch = ({ validators }: UrlRequest) => {
      requests.push(validators?.etag);
      return of(answer);
    };
    source$.pipe(fetchUrls(options({ fetch, written$, ...change }))).subscribe((event) => {
      seen.push(event.type === 'file' ? event.op : event.type);
      if (event.type !== 'plan') return;
      for (const { file } of event.writes) {
        if ('staged' in file) for (const each of outcomes(file.path, file.staged.sha256)) written$.next(each);
      }
    });
    return {
      written$,
      requests,
      seen,
      want: (given: UrlAnswer, wanted: PathPlan = plan({ '/a': 'u' })) => {
        answer = given;
        source$.next(wanted);
      },
    };
  };
  const created = (path: string, sha256: string): FileOutcome[] => [
    { type: 'file', op: 'created', path, owner: key('o'), sha256, size: 1 },
  ];
  const notModified: UrlAnswer = { op: 'not-modified' };

  it('is asked for only if it has changed, and is unchanged then', () => {
    const { want, requests, seen } = standing(created);
    want(fetched('1', 'etag-1'));
    want(notModified);
    want(fetched('2', 'etag-2'));
    want(fetched('2', 'etag-2'));
    expect(requests).toEqual([undefined, 'etag-1', 'etag-1', 'etag-2']);
    expect(seen).toEqual(['plan', 'plan', 'plan', 'unchanged', 'plan', 'plan', 'plan', 'plan']);
  });

  it('is fetched as a whole when the file is not what was published any more', () => {
    let holds = true;
    const checked: unknown[] = [];
    const { want, requests } = standing(created, {
      holds: (...call) => {
        checked.push(call);
        return holds;
      },
      fetch: ({ validators }) => {
        requests.push(validators?.etag);
        return of(validators ? notModified : fetched('1', 'etag-1'));
      },
    });
    want(notModified);
    want(notModified);
    holds = false;
    want(notModified);
    expect(requests).toEqual([undefined, 'etag-1', 'etag-1', undefined]);
    expect(checked[0]).toEqual(['/a', { sha256: '1', size: 1, validators: { href: 'u', etag: 'etag-1' } }]);
  });

  it.each<[string, (path: string, sha256: string) => (FileOutcome | FolderStatus)[]]>([
    [
      'it could not be written',
      (path) => [{ type: 'file', op: 'failed', path, owner: key('o'), error: new FileError('disk', 'EIO', 'x') }],
    ],
    ['nobody has said that it was written', () => []],
    [
      'it was removed',
      (path, sha256) => [...created(path, sha256), { type: 'file', op: 'removed', path, owner: key('o') }],
    ],
    ['something else was written', (path, sha256) => [...created(path, sha256), ...created(path, 'other')]],
    ['the folder was replaced', (path, sha256) => [...created(path, sha256), { type: 'folder', state: 'replaced' }]],
  ])('is fetched as a whole when %s', (_, outcomes) => {
    const { want, requests } = standing(outcomes);
    want(fetched('1', 'etag-1'));
    want(fetched('1', 'etag-1'));
    expect(requests).toEqual([undefined, undefined]);
  });

  it('is not forgotten for what happens to others', () => {
    const { want, requests, written$ } = standing(created);
    want(fetched('1', 'etag-1'));
    for (const outcome of created('/other', 'x')) written$.next(outcome);
    written$.next({ type: 'folder', state: 'journal-recovered' });
    want(notModified);
    expect(requests).toEqual([undefined, 'etag-1']);
  });

  it('stands for its new owner too, but for no other URL, and no other checksum', () => {
    const { want, requests } = standing(created);
    const checked = (sha256: string): PathPlan => ({
      type: 'plan',
      writes: [{ owner: key('p'), file: { path: '/a', url: { entry: 'a.url', href: 'u', sha256 } } }],
      removes: [],
    });
    want(fetched('1', 'etag-1'));
    want(notModified, plan({ '/a': 'u' }, [], 'p'));
    want(notModified, checked('1'));
    want(fetched('1', 'etag-1'), checked('2'));
    want(fetched('1', 'etag-1'), plan({ '/a': 'u-other' }));
    expect(requests).toEqual([undefined, 'etag-1', 'etag-1', undefined, undefined]);
  });

  it('is asked for again each interval, and once more when it is wanted between', () => {
    const { fetch, requests } = answering({ u: [[0, fetched('1')]] });
    marbles(({ cold, flush }) => {
      const subscription = concat(cold<Event>('a 14ms a', events), NEVER)
        .pipe(fetchUrls(options({ fetch, refreshMs: 10 })))
        .subscribe();
      timer(32).subscribe(() => subscription.unsubscribe());
      flush();
    });
    expect(requests).toHaveLength(4); // at 0, 10, 15, 25
  });

  it('is asked for later by up to a tenth, so that not all come together', () => {
    const { fetch, requests } = answering({ u: [[0, fetched('1')]] });
    marbles(({ cold, flush }) => {
      const retry = { ...options().retry, random: () => 1 };
      const subscription = concat(cold<Event>('a', events), NEVER)
        .pipe(fetchUrls(options({ fetch, refreshMs: 100, retry })))
        .subscribe();
      timer(105).subscribe(() => expect(requests).toHaveLength(1));
      timer(112).subscribe(() => {
        expect(requests).toHaveLength(2);
        subscription.unsubscribe();
      });
      flush();
    });
  });

  it('is not refreshed once the source has completed', () => {
    marbles(({ cold, expectObservable }) => {
      const { fetch } = answering({ u: [[2, fetched('1')]] });
      expectObservable(cold<Event>('a|', events).pipe(fetchUrls(options({ fetch, refreshMs: 10 })), shown)).toBe(
        'P-(1|)',
        results,
      );
      const other = answering({ u: [[0, fetched('1')]] });
      expectObservable(
        cold<Event>('a---|', events).pipe(fetchUrls(options({ fetch: other.fetch, refreshMs: 10 })), shown),
      ).toBe('(P1)|', results);
    });
  });
});

it('options are checked before anything is done', () => {
  expect(() => fetchUrls(options({ concurrency: 0 }))).toThrow(RangeError);
  expect(() => fetchUrls(options({ refreshMs: -1 }))).toThrow('refreshMs');
  expect(() => fetchUrls(options({ maxWaitMs: Number.NaN }))).toThrow('maxWaitMs');
});
