import { Subject, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { FileOutcome, ObjectKey } from '../../../src/model.js';
import { retryFailedFiles } from '../../../src/operators/retry-failed-files.js';
import { failedFile, virtualTime, written } from './given.js';

const a: ObjectKey = 'configmap/ns/a';
const b: ObjectKey = 'configmap/ns/b';
const values: Record<string, FileOutcome> = {
  x: failedFile('/p', a),
  y: failedFile('/q', b),
  z: failedFile('/p2', a),
  w: written('/p', a),
  v: written('/p2', a),
  o: written('/p', b),
  g: { type: 'file', op: 'absent', path: '/p', owner: a },
};
const keys = { A: a, B: b };
const options = { baseMs: 3, maxMs: 20, answerMs: 1, random: () => 0 };

describe('retryFailedFiles', () => {
  it.each([
    ['the diagram of the docs', '-x----|', '----A-|', '^-----!'],
    [
      'the wait doubles while nothing succeeds, up to the longest',
      '-x--x------x------------x--------------------------',
      '----A------A------------A--------------------A-----',
      '^------------------------------------------------!',
    ],
    ['all objects that failed are named', '-(xy)-', '----(AB)-', '^-------!'],
    ['an object is named once for all its files', '-(xz)-', '----A', '^-------!'],
    ['an object with another failed file is named again, at once', '-(xz)w------', '----AA------', '^-------!'],
    ['what was mended by itself is not asked for', '-x-w---', '-------', '^------------!'],
    ['what another object wrote since is not asked for', '-x-o---', '-------', '^------------!'],
    ['what is no longer wanted is not asked for', '-x-g---', '-------', '^------------!'],
    [
      'what fails anew after all was mended waits the first wait',
      '-x-w-----x-----',
      '------------A---',
      '^-------------!',
    ],
    ['nothing failed, nothing is asked for', '-w-v-|', '-----|', '^----!'],
    ['an empty source completes', '|', '|', '(^!)'],
    ['a source that never speaks', '-', '-', '^-!'],
    ['an error is passed on', '-x-#', '---#', '^--!'],
  ])('%s', (_, source, result, subscription) => {
    virtualTime().run(({ cold, expectObservable, expectSubscriptions }) => {
      const source$ = cold(source, values);
      const ends = /[|#]/.test(source);
      expectObservable(source$.pipe(retryFailedFiles(options)), ends ? undefined : subscription).toBe(result, keys);
      expectSubscriptions(source$.subscriptions).toBe(subscription);
    });
  });

  it('unsubscribing ends the wait, and two subscribers share nothing', () => {
    virtualTime().run(({ cold, expectObservable }) => {
      const result$ = cold('-x-', values).pipe(retryFailedFiles(options));
      expectObservable(result$, '^--!').toBe('----', keys);
      expectObservable(result$, '^----!').toBe('----A', keys);
    });
  });

  it('probes a full disk with few objects in turn, and is through with all soon after the first success', () => {
    const count = 1_000;
    const asked: ObjectKey[][] = [];
    const scheduler = virtualTime();
    scheduler.run(({ flush }) => {
      const outcomes$ = new Subject<FileOutcome>();
      let full = true;
      let at = -1;
      outcomes$.pipe(retryFailedFiles({ baseMs: 1_000, maxMs: 30_000, random: () => 0 })).subscribe((key) => {
        if (scheduler.now() !== at) asked.push([]);
        at = scheduler.now();
        asked.at(-1)?.push(key);
        // The answer comes a moment later, as that of a request does.
        timer(1).subscribe(() => outcomes$.next(full ? failedFile(`/${key}`, key) : written(`/${key}`, key)));
        if (asked.length === 4) full = false;
      });
      for (let n = 0; n < count; n++) outcomes$.next(failedFile(`/configmap/ns/o${n}`, `configmap/ns/o${n}`));
      flush();
      expect(asked.slice(0, 4).map((round) => round.length)).toEqual([8, 8, 8, 8]);
      expect(new Set(asked.slice(0, 4).flat()).size).toBe(32);
      expect(asked.length).toBeLessThan(15);
      expect(new Set(asked.flat()).size).toBe(count);
      expect(scheduler.now()).toBeLessThan(20_000);
    });
  });
});
