import { mkdirSync, renameSync } from 'node:fs';
import { tap } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { ResourceEvent, Scope, WatchedObject } from '../../../src/model.js';
import {
  alive,
  applied,
  deleted,
  failed,
  init,
  initDone,
  listed,
  otherScope,
  scope,
  watched,
} from '../operators/events.js';
import { type Play, type Played, playSidecar } from './play-sidecar.js';

/** The object `x` as of a version, with one file. */
const version = (number: number, more: Partial<WatchedObject> = {}): WatchedObject =>
  watched('x', { resourceVersion: String(number), data: { 'x.txt': `v${number}` }, ...more });

const secret = watched('s', { kind: 'secret', data: { 's.txt': Buffer.from('s1').toString('base64') } });

const events: Readonly<Record<string, ResourceEvent>> = {
  i: init(),
  j: initDone(),
  I: init(otherScope),
  J: initDone(otherScope),
  S: listed(secret, otherScope),
  '1': applied(version(1)) as ResourceEvent,
  '2': applied(version(2)) as ResourceEvent,
  '3': applied(version(3)) as ResourceEvent,
  a: listed(version(1)),
  c: listed(version(3)),
  y: listed(watched('y', { data: { 'y.txt': 'y1' } })),
  D: deleted('x') as ResourceEvent,
  z: alive,
  f: failed(),
};

/** One scope's events, as a marble diagram. */
function play(source: string, more: Partial<Play> = {}): Played {
  return playSidecar(({ scheduler }) => ({ source: () => scheduler.createColdObservable(source, events), ...more }));
}

const silence = '-'.repeat(200);

describe('a change that is withheld', () => {
  it('comes when its object is quiet, and only the newest does', () => {
    const { history, files } = play(`(ij)-----123${silence}`);
    expect(history).toEqual(['9 x.txt v1', '16 x.txt v3']);
    expect(files).toEqual({ 'x.txt': 'v3' });
  });

  it.each([
    ['one moment later', '(ij)-----12(icj)'],
    ['in the last moment', '(ij)-----12----(icj)'],
    ['by a list that takes its time', `(ij)-----12i${'-'.repeat(60)}c${'-'.repeat(60)}j`],
    ['where the list has it behind others', '(ij)-----12(iyc)-----j'],
    ['where the source was cut meanwhile', '(ij)-----12f(icj)'],
    ['where an earlier list was never completed', '(ij)-----12i-(icj)'],
  ])('never comes after the newer state that a list brings: %s', (_, source) => {
    const { history, files } = play(`${source}${silence}`);
    expect(versions(history)).toEqual(['v1', 'v2', 'v3']);
    expect(files).toMatchObject({ 'x.txt': 'v3' });
  });

  it.each([
    ['one moment later', '(ij)-----12(ij)'],
    ['in the last moment', '(ij)-----12----(ij)'],
    ['by a list that takes its time', `(ij)-----12i${'-'.repeat(120)}j`],
    ['where others are in the list', '(ij)-----12(iy)-----j'],
    ['where an earlier list was never completed', '(ij)-----12i-(ij)'],
    ['where an earlier list, never completed, had the object', '(ij)-----12(ic)-(ij)'],
  ])('never brings an object back that a list no longer has: %s', (_, source) => {
    const { history, files } = play(`${source}${silence}`);
    expect(versions(history).at(-1)).toBe('gone');
    expect(versions(history).filter((seen) => seen === 'gone')).toHaveLength(1);
    expect(files).not.toHaveProperty('x.txt');
  });

  it('gives way to the delete of its object, which is not withheld', () => {
    const { history, files } = play(`(ij)-----12D${silence}`);
    expect(history).toEqual(['9 x.txt v1', '11 x.txt gone']);
    expect(files).toEqual({});
  });

  it('is forgotten when its object was deleted and created again', () => {
    const { history, files } = play(`(ij)-----12D3${silence}`);
    expect(history).toEqual(['9 x.txt v1', '11 x.txt gone', '12 x.txt v3']);
    expect(files).toEqual({ 'x.txt': 'v3' });
  });

  it('of a first list that was not complete counts for as much', () => {
    const { history, files } = play(`(ia)--2-3--(icj)${silence}`);
    expect(versions(history)).toEqual(['v1', 'v2', 'v3']);
    expect(files).toEqual({ 'x.txt': 'v3' });
  });

  // Sources say no `apply` within a list, but content that was fetched meanwhile comes as one.
  it('within a list, too, never comes after the state of the list', () => {
    expect(versions(play(`(ij)-----i12c--j${silence}`).history)).toEqual(['v1', 'v2', 'v3']);
  });

  it('within a list is given before the list is said to be done', () => {
    const { events: said } = play(`(ij)-----i12j${silence}`);
    const told = said.map(({ type, ...more }) => ('op' in more ? more.op : type));
    expect(told.filter((type) => type !== 'objects' && type !== 'published')).toEqual([
      'init',
      'init-done',
      'listed',
      'synced',
      'init',
      'created',
      'updated',
      'init-done',
    ]);
  });

  it('is given before the end of the source', () => {
    const { files } = play('(ij)-----12|');
    expect(files).toEqual({ 'x.txt': 'v2' });
  });

  it('is not hurried by a source that says that it is alive, or that it failed', () => {
    expect(play(`(ij)-----12z${silence}`).history).toEqual(['9 x.txt v1', '15 x.txt v2']);
    expect(play(`(ij)-----12f${silence}`).history).toEqual(['9 x.txt v1', '15 x.txt v2']);
  });

  it('gives way to the loss of the label, too', () => {
    const labels = { collect: '1' };
    const ours: Readonly<Record<string, ResourceEvent>> = {
      ...events,
      '1': applied(version(1, { labels })) as ResourceEvent,
      '2': applied(version(2, { labels })) as ResourceEvent,
    };
    const { history, files } = playSidecar(({ scheduler }) => ({
      source: () => scheduler.createColdObservable(`(ij)-----123${silence}`, ours),
      options: { labelSelector: 'collect' },
    }));
    expect(history).toEqual(['9 x.txt v1', '11 x.txt gone']);
    expect(files).toEqual({});
  });
});

describe('the objects of a list', () => {
  it('are written in the moment in which they come, whatever else their object does', () => {
    expect(play(`(ij)-----1(icj)${silence}`).history).toEqual(['9 x.txt v1', '10 x.txt v3']);
    expect(play(`(ia)-j${silence}`).history).toEqual(['0 x.txt v1']);
  });

  it('that were removed while nobody watched are gone with its end, not before', () => {
    expect(play(`(iayj)-----(iy)---j${silence}`).history).toEqual(['0 x.txt v1', '0 y.txt y1', '18 x.txt gone']);
  });

  it('of another scope leave those of the first alone', () => {
    const { history, files } = playSidecar(({ scheduler }) => ({
      scopes: [scope, otherScope],
      source: (of: Scope) =>
        scheduler.createColdObservable(of === scope ? `(ij)-----12${silence}` : `-----------(ISJ)${silence}`, events),
    }));
    expect(versions(history)).toEqual(['v1', 'v2', 's1']);
    expect(files).toEqual({ 's.txt': 's1', 'x.txt': 'v2' });
  });
});

describe('a folder that is replaced while a change is withheld', () => {
  it('has every file of the list that follows, and none that is older', () => {
    let round = 0;
    const { files } = playSidecar(({ scheduler }) => ({
      source: (_, folder) => {
        round += 1;
        return round === 1
          ? scheduler.createColdObservable(`(iyj)-----12${silence}`, events).pipe(
              tap((event) => {
                if (event !== events['2']) return;
                renameSync(folder, `${folder}-old`);
                mkdirSync(folder);
              }),
            )
          : scheduler.createColdObservable(`-----(iycj)${silence}`, events);
      },
    }));
    expect(round).toBe(2);
    expect(files).toEqual({ 'x.txt': 'v3', 'y.txt': 'y1' });
  });
});

/** What a reader saw, without the times. */
function versions(history: readonly string[]): string[] {
  return history.filter((entry) => !entry.includes('y.txt')).map((entry) => entry.split(' ')[2] ?? '');
}
