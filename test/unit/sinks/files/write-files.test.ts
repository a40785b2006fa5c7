import * as fs from 'node:fs';
import { join } from 'node:path';
import { EMPTY, NEVER, of, Subject, throwError } from 'rxjs';
import { type RunHelpers, TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import type { FileOutcome, FolderStatus, Published, WritePlan } from '../../../../src/model.js';
import type { FileStore } from '../../../../src/sinks/files/file-store.js';
import { writeFiles } from '../../../../src/sinks/files/write-files.js';
import { openBelow } from './support/descriptors.js';
import { A, openStore, plan, summary } from './support/store.js';
import { temporaryFolder } from './support/temporary-folder.js';

const run = (act: (helpers: RunHelpers) => void): void =>
  new TestScheduler((actual, expected) => {
    expect(actual).toEqual(expected);
  }).run(act);

const status: FolderStatus = { type: 'folder', state: 'replaced' };
const removed = (path: string): FileOutcome => ({ type: 'file', op: 'removed', path, owner: A });
const outcomes = { e: { type: 'published' }, s: status, a: removed('/a'), b: removed('/b'), c: removed('/c') };
const plans: Record<string, WritePlan> = { p: plan({ '/a': '', '/b': '' }), q: plan({}, ['/c']) };

/** Answers as the diagram says; the real one is in the tests below. */
function spoken(statuses: readonly FolderStatus[]): FileStore {
  let left = statuses;
  return {
    publish: (asked: WritePlan) => (asked === plans['p'] ? [outcomes.a, outcomes.b] : [outcomes.c]),
    takeStatuses: () => {
      const taken = left;
      left = [];
      return taken;
    },
  } as Partial<FileStore> as FileStore;
}

describe('writeFiles', () => {
  it('is as its diagram says', () => {
    run(({ hot, expectObservable, expectSubscriptions }) => {
      const source$ = hot('--p--------q----|', plans);
      expectObservable(source$.pipe(writeFiles(spoken([status])))).toBe('s-(abe)----(ce)-|', outcomes);
      expectSubscriptions(source$.subscriptions).toBe('^---------------!');
    });
  });

  it('completes with its source, fails with it, waits with it, and ends with its subscriber', () => {
    run(({ cold, expectObservable, expectSubscriptions }) => {
      const sink = writeFiles(spoken([]));
      expectObservable(EMPTY.pipe(sink)).toBe('|');
      expectObservable(NEVER.pipe(sink)).toBe('-');
      expectObservable(throwError(() => new Error('x')).pipe(sink)).toBe('#', undefined, new Error('x'));
      const source$ = cold('p-p-p', plans);
      expectObservable(source$.pipe(sink), '^-!').toBe('(abe)', outcomes);
      expectSubscriptions(source$.subscriptions).toBe('^-!');
    });
  });

  it('carries out a plan in the turn in which it comes, on a real folder', () => {
    const folder = temporaryFolder();
    const seen: (FileOutcome | FolderStatus | Published)[] = [];
    of(plan({ [`${folder}/a`]: '1' }), plan({ [`${folder}/b`]: '1' }, [`${folder}/a`]))
      .pipe(writeFiles(openStore(folder)))
      .subscribe((outcome) => seen.push(outcome));
    expect(summary(seen.filter((outcome) => outcome.type !== 'published'))).toEqual([
      `created ${folder}/a`,
      `created ${folder}/b`,
      `removed ${folder}/a`,
    ]);
    expect(fs.existsSync(join(folder, 'b'))).toBe(true);
  });

  it('delivers the outcomes of a plan before it begins one that came while it did', () => {
    const folder = temporaryFolder();
    const plans$ = new Subject<WritePlan>();
    const seen: string[] = [];
    plans$.pipe(writeFiles(openStore(folder))).subscribe((outcome) => {
      if (outcome.type !== 'published') seen.push(...summary([outcome]));
      if (seen.length === 1) plans$.next(plan({ [`${folder}/c`]: '1' }));
    });
    plans$.next(plan({ [`${folder}/a`]: '1', [`${folder}/b`]: '1' }));
    expect(seen).toEqual([`created ${folder}/a`, `created ${folder}/b`, `created ${folder}/c`]);
  });

  it('goes on after failures, and holds nothing open but the journal once it is unsubscribed', () => {
    const folder = temporaryFolder();
    fs.mkdirSync(join(folder, 'a'));
    const store = openStore(folder);
    const plans$ = new Subject<WritePlan>();
    const seen: (FileOutcome | FolderStatus | Published)[] = [];
    const subscription = plans$.pipe(writeFiles(store)).subscribe((outcome) => seen.push(outcome));
    plans$.next(plan({ [`${folder}/a`]: '1' }));
    plans$.next(plan({ [`${folder}/b`]: '1' }));
    subscription.unsubscribe();
    plans$.next(plan({ [`${folder}/c`]: '1' }));
    expect(summary(seen.filter((outcome) => outcome.type !== 'published'))).toEqual([
      `failed ${folder}/a EISDIR object`,
      `created ${folder}/b`,
    ]);
    store.endTurn();
    expect(openBelow(folder)).toHaveLength(1);
    expect(fs.existsSync(join(folder, 'c'))).toBe(false);
  });
});
