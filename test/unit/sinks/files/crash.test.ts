import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bundled } from './support/bundled.js';
import { errno, watchedFs } from './support/failing-fs.js';
import { A, IDENTITY, openStore, plan } from './support/store.js';
import { temporaryFolder } from './support/temporary-folder.js';

const [OLD, NEW] = ['o'.repeat(9000), 'n'.repeat(12_000)];

/** Files and directories but the journal, with whether their content is the old or the new one. */
const tree = (folder: string): Record<string, string> =>
  Object.fromEntries(
    (fs.readdirSync(folder, { recursive: true }) as string[])
      .filter((name) => !name.startsWith('.ks-state'))
      .sort()
      .map((name) => {
        if (fs.statSync(join(folder, name)).isDirectory()) return [name, 'directory'];
        const text = fs.readFileSync(join(folder, name), 'utf8');
        return [name, text === OLD ? 'old' : text === NEW ? 'new' : `half of ${text.length}`];
      }),
  );

/** Updates one file, makes one in a new directory, removes one in a directory that we made. */
const setUp = (folder: string): void => {
  const store = openStore(folder);
  store.publish(plan({ [`${folder}/kept`]: OLD, [`${folder}/gone/f`]: OLD }));
  store.close();
  fs.writeFileSync(join(folder, 'foreign'), OLD);
};
const writes = (folder: string): Record<string, string> => ({ [`${folder}/kept`]: NEW, [`${folder}/made/f`]: NEW });
const removes = (folder: string): string[] => [`${folder}/gone/f`];
const DONE = { foreign: 'old', kept: 'new', made: 'directory', 'made/f': 'new' };

/** What holds at any moment. */
const expectWhole = (folder: string): void => {
  const seen = tree(folder);
  const files = Object.entries(seen).filter(([name]) => !name.includes('.ks-'));
  expect(files.filter(([, state]) => state.startsWith('half'))).toEqual([]);
  expect(seen['kept']).toMatch(/^(old|new)$/);
  expect(seen['foreign']).toBe('old');
  if (seen['gone/f'] === undefined) expect(seen).toMatchObject({ kept: 'new', 'made/f': 'new' });
};

describe('killed at any call of the file system', () => {
  const program = bundled('publisher-program');

  it.each([
    'atomic',
    'in-place',
  ] as const)('it leaves whole files, owes what it changed, and the next run ends as if nothing had been (%s)', (fileWrite) => {
    let dieAt = 0;
    for (let killed = true; killed; ) {
      const folder = temporaryFolder();
      setUp(folder);
      const options = {
        folder,
        allowedRoots: [],
        fileWrite,
        state: 'auto',
        identity: IDENTITY,
        folderAnnotation: 'a',
        uniqueFilenames: false,
      };
      const job = { options, plans: [{ writes: writes(folder), removes: removes(folder) }], dieAt: ++dieAt };
      const run = spawnSync(process.execPath, [program, JSON.stringify(job)], { encoding: 'utf8' });
      killed = run.signal === 'SIGKILL';
      if (!killed) expect(run).toMatchObject({ status: 0, stderr: '' });

      if (fileWrite === 'atomic') expectWhole(folder);
      const changed = tree(folder);
      const store = openStore(folder, { fileWrite });
      const isChanged = changed['kept'] !== 'old' || 'made/f' in changed || !('gone/f' in changed);
      if (isChanged) expect([...store.owed()]).toEqual(['request']);
      expect(Object.keys(tree(folder)).filter((name) => name.includes('.ks-'))).toEqual([]);

      // What the ledger does: everything wanted is written, everything else that is ours is removed.
      const wanted = writes(folder);
      const obsolete = [...store.owned().keys()].filter((path) => !(path in wanted));
      store.publish(plan(wanted, obsolete));
      expect(tree(folder)).toEqual(DONE);
      expect([...store.owned().keys()].sort()).toEqual(Object.keys(wanted).sort());
    }
    expect(dieAt).toBeGreaterThan(30);
  });
});

describe('with an error at any call of the file system', () => {
  /** One run for each call that the plan makes, with `code` at that call; then the same plan again, without. */
  const eachCall = (code: string, check: (folder: string) => void): void => {
    let failed = true;
    let failAt = 0;
    while (failed) {
      const folder = temporaryFolder();
      setUp(folder);
      failAt++;
      failed = false;
      let calls = 0;
      let armed = true;
      const failing = watchedFs((call) => {
        if (!armed || call === 'closeSync' || ++calls !== failAt) return;
        failed = true;
        throw errno(code);
      });
      const store = openStore(folder, { fs: failing });
      store.publish(plan(writes(folder), removes(folder)));
      expectWhole(folder);
      armed = false;
      store.endTurn();
      store.publish(plan(writes(folder), removes(folder)));
      store.close();
      check(folder);
    }
    expect(failAt).toBeGreaterThan(25);
  };

  it.each([
    'ENOSPC',
    'EIO',
    'EROFS',
    'EMFILE',
  ])('it throws nothing, leaves whole files, and the same plan ends well afterwards (%s)', (code) => {
    eachCall(code, (folder) => {
      expect(tree(folder)).toEqual(DONE);
      expect(openStore(folder).owned()).toEqual(new Map(Object.keys(writes(folder)).map((path) => [path, A])));
    });
  });

  // A journal that may not be read is forgotten, and what is not found counts as removed: so a file may stay.
  it.each([
    'EACCES',
    'ENOENT',
    'ELOOP',
  ])('it throws nothing, leaves whole files, and what is wanted stands afterwards (%s)', (code) => {
    eachCall(code, (folder) => expect(tree(folder)).toMatchObject(DONE));
  });
});
