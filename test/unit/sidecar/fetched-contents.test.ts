import { delay, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ObjectKey, ResourceEvent, WatchedObject } from '../../../src/model.js';
import { applied, deleted, init, initDone, key, listed, watched } from '../operators/events.js';
import { type Played, playSidecar } from './play-sidecar.js';

const old = { creationTimestamp: '2020-01-01T00:00:00Z' };
/** Holds the file until it goes. */
const winner = watched('w', { ...old, data: { 'x.txt': 'winner' } });
/** Wants the same file: its content is fetched when the winner has gone. */
const heir = (version: number): WatchedObject => watched('x', { data: { 'x.txt': `v${version}` } });

const events: Readonly<Record<string, ResourceEvent>> = {
  i: init(),
  j: initDone(),
  w: listed(winner),
  a: listed(heir(1)),
  c: listed(heir(3)),
  W: deleted('w') as ResourceEvent,
  '2': applied(heir(2)) as ResourceEvent,
  '3': applied(heir(3)) as ResourceEvent,
  D: deleted('x') as ResourceEvent,
};

const silence = '-'.repeat(200);

interface Fetched {
  readonly answer: WatchedObject | undefined;
  readonly afterMs: number;
}

/** `W` at 9 ms, so a fetch that takes 5 answers at 14. */
function play(source: string, { answer, afterMs }: Fetched): Played & { readonly asked: readonly ObjectKey[] } {
  const asked: ObjectKey[] = [];
  const played = playSidecar(({ scheduler }) => ({
    source: () => scheduler.createColdObservable(`(iwaj)---W${source}${silence}`, events),
    fetch: (wanted) => {
      asked.push(wanted);
      return of(answer).pipe(delay(afterMs));
    },
  }));
  return { ...played, asked };
}

describe('content that was fetched', () => {
  it('takes the place of what went, without a gap', () => {
    const { history, files, asked } = play('', { answer: heir(1), afterMs: 5 });
    expect(asked).toEqual([key('x')]);
    expect(history).toEqual(['0 x.txt winner', '14 x.txt v1']);
    expect(files).toEqual({ 'x.txt': 'v1' });
  });

  it.each([
    ['before the answer', '--3', ['winner', 'v3']],
    ['in the moment of the answer', '----3', ['winner', 'v3']],
    ['right behind the answer', '-----3', ['winner', 'v1', 'v3']],
    ['twice right behind the answer', '-----23', ['winner', 'v1', 'v3']],
    ['from a list before the answer', '--(icj)', ['winner', 'v3']],
    ['from a list right behind the answer', '-----(icj)', ['winner', 'v1', 'v3']],
    ['from a list that began before the answer', '--i-------c--j', ['winner', 'v3']],
    ['behind a withheld change, from a list', '-----2(icj)', ['winner', 'v1', 'v2', 'v3']],
  ])('never comes after newer state that comes %s', (_, source, seen) => {
    const { history, files } = play(source, { answer: heir(1), afterMs: 5 });
    expect(history.map((entry) => entry.split(' ')[2])).toEqual(seen);
    expect(files).toEqual({ 'x.txt': 'v3' });
  });

  it.each([
    ['deleted before the answer', '--D'],
    ['deleted right behind the answer', '-----D'],
    ['not in a list that came before the answer', '--(ij)'],
    ['not in a list that was being read when the answer came', '--i-----j'],
    ['not in a list that came right behind the answer', '-----(ij)'],
    ['not in a list, behind a withheld change', '-----2(ij)'],
  ])('never brings an object back that is %s', (_, source) => {
    expect(play(source, { answer: heir(1), afterMs: 5 }).files).toEqual({});
  });

  it('of an object that is gone removes the file', () => {
    const { history, files } = play('', { answer: undefined, afterMs: 5 });
    expect(history).toEqual(['0 x.txt winner', '14 x.txt gone']);
    expect(files).toEqual({});
  });
});
