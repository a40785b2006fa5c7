import { asyncScheduler, Subject, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { FileOutcome, ObjectKey } from '../../../src/model.js';
import { retryFailedFiles } from '../../../src/operators/retry-failed-files.js';
import { absent, key, unwritten, written } from './events.js';
import { marbles, marbleTable, neverAndEmpty } from './marbles.js';

const a = key('a');
const b = key('b');
const values: Record<string, FileOutcome> = {
  x: unwritten('/p', a),
  y: unwritten('/q', b),
  z: unwritten('/p2', a),
  w: written('/p', a),
  v: written('/p2', a),
  o: written('/p', b),
  g: absent('/p', a),
};
const keys = { A: a, B: b };
const options = { baseMs: 3, maxMs: 20, answerMs: 1, random: () => 0 };

describe('retryFailedFiles', () => {
  marbleTable(
    [
      {
        claim: 'the diagram of the docs',
        source: '-x----|',
        subs: '  ^-----!',
        result: '----A-|',
      },
      ...neverAndEmpty,
      {
        claim: 'an error passes',
        source: '-x-#',
        subs: '  ^--!',
        result: '---#',
      },
      {
        claim: 'the wait doubles while nothing succeeds, up to the longest',
        source: '-x--x------x------------x--------------------------',
        unsub: ' ^------------------------------------------------!',
        subs: '  ^------------------------------------------------!',
        result: '----A------A------------A--------------------A-----',
      },
      {
        claim: 'all objects that failed are named',
        source: '-(xy)-',
        unsub: ' ^-------!',
        subs: '  ^-------!',
        result: '----(AB)-',
      },
      {
        claim: 'an object is named once for all its files',
        source: '-(xz)-',
        unsub: ' ^-------!',
        subs: '  ^-------!',
        result: '----A',
      },
      {
        claim: 'an object with another failed file is named again, at once',
        source: '-(xz)w------',
        unsub: ' ^-------!',
        subs: '  ^-------!',
        result: '----AA------',
      },
      {
        claim: 'what was mended by itself is not asked for',
        source: '-x-w---',
        unsub: ' ^------------!',
        subs: '  ^------------!',
        result: '-------',
      },
      {
        claim: 'what another object wrote since is not asked for',
        source: '-x-o---',
        unsub: ' ^------------!',
        subs: '  ^------------!',
        result: '-------',
      },
      {
        claim: 'what is no longer wanted is not asked for',
        source: '-x-g---',
        unsub: ' ^------------!',
        subs: '  ^------------!',
        result: '-------',
      },
      {
        claim: 'what fails anew after all was mended waits the first wait',
        source: '-x-w-----x-----',
        unsub: ' ^-------------!',
        subs: '  ^-------------!',
        result: '------------A---',
      },
      {
        claim: 'nothing failed, nothing is asked for',
        source: '-w-v-|',
        subs: '  ^----!',
        result: '-----|',
      },
    ],
    retryFailedFiles(options),
    { source: values, result: keys },
  );

  it('unsubscribing ends the wait, and two subscribers share nothing', () => {
    marbles(({ cold, expectObservable }) => {
      const result$ = cold('-x-', values).pipe(retryFailedFiles(options));
      expectObservable(result$, '^--!').toBe('----', keys);
      expectObservable(result$, '^----!').toBe('----A', keys);
    });
  });

  it('probes a full disk with few objects in turn, and is through with all soon after the first success', () => {
    const count = 1_000;
    const asked: ObjectKey[][] = [];
    marbles(({ flush }) => {
      const outcomes$ = new Subject<FileOutcome>();
      let full = true;
      let at = -1;
      outcomes$.pipe(retryFailedFiles({ baseMs: 1_000, maxMs: 30_000, random: () => 0 })).subscribe((named) => {
        if (asyncScheduler.now() !== at) asked.push([]);
        at = asyncScheduler.now();
        asked.at(-1)?.push(named);
        // The answer comes a moment later, as that of a request does.
        timer(1).subscribe(() => outcomes$.next((full ? unwritten : written)(`/${named}`, named)));
        if (asked.length === 4) full = false;
      });
      for (let n = 0; n < count; n++) outcomes$.next(unwritten(`/${key(`o${n}`)}`, key(`o${n}`)));
      flush();
      expect(asked.slice(0, 4).map((round) => round.length)).toEqual([8, 8, 8, 8]);
      expect(new Set(asked.slice(0, 4).flat()).size).toBe(32);
      expect(asked.length).toBeLessThan(15);
      expect(new Set(asked.flat()).size).toBe(count);
      expect(asyncScheduler.now()).toBeLessThan(20_000);
    });
  });
});
