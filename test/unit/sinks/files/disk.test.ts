import { execFileSync } from 'node:child_process';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FileOutcome } from '../../../../src/model.js';
import { bundled } from './support/bundled.js';
import { openBelow } from './support/descriptors.js';
import { mayMount, mount, remount, tinyDisk } from './support/mounted.js';
import { A, B, IDENTITY, openStore, plan, summary } from './support/store.js';
import { temporaryFolder } from './support/temporary-folder.js';

const staged = (folder: string): string[] => fs.readdirSync(folder).filter((name) => name.endsWith('.tmp'));

describe.skipIf(!mayMount)('a full disk', () => {
  it('keeps the old files whole, leaves no stage file, and is written to again when it has room', () => {
    const folder = tinyDisk('64k');
    const store = openStore(folder);
    const [small, big] = ['s'.repeat(8000), 'b'.repeat(100_000)];
    expect(summary(store.publish(plan({ [`${folder}/a`]: small })))).toEqual([`created ${folder}/a`]);
    expect(
      summary(store.publish(plan({ [`${folder}/a`]: big, [`${folder}/b`]: 'fits', [`${folder}/c`]: big }))),
    ).toEqual([`failed ${folder}/a ENOSPC disk`, `created ${folder}/b`, `failed ${folder}/c ENOSPC disk`]);
    expect(fs.readFileSync(join(folder, 'a'), 'utf8')).toBe(small);
    expect(staged(folder)).toEqual([]);
    remount(folder, 'size=1m');
    store.endTurn();
    expect(summary(store.publish(plan({ [`${folder}/a`]: big, [`${folder}/c`]: big })))).toEqual([
      `updated ${folder}/a`,
      `created ${folder}/c`,
    ]);
  });

  it('that cannot take the journal lets files go and takes new ones when there is room', () => {
    const folder = tinyDisk('64k');
    const store = openStore(folder);
    store.publish(plan({ [`${folder}/a`]: 'x', [`${folder}/b`]: 'x' }));
    fs.writeFileSync(join(folder, 'filler'), 'x'.repeat(4096));
    expect(() => fs.appendFileSync(join(folder, 'filler'), 'x'.repeat(100_000))).toThrow('ENOSPC');
    const many = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`${folder}/n${i}`, 'x']));
    const outcomes = summary(store.publish(plan(many)));
    expect(outcomes[0]).toBe('folder journal-failed');
    expect(new Set(outcomes.slice(1))).toEqual(new Set(Object.keys(many).map((path) => `failed ${path} ENOSPC disk`)));
    expect(fs.readdirSync(folder).sort()).toEqual([`.ks-state.${IDENTITY}`, 'a', 'b', 'filler']);
    store.endTurn();
    const later = store.publish(plan({ [`${folder}/b`]: 'y' }, [], B));
    fs.unlinkSync(join(folder, 'filler'));
    store.endTurn();
    const last = summary([...later, ...store.publish(plan({ [`${folder}/n`]: 'x' }))]);
    expect(last.filter((line) => line.startsWith('folder'))).toEqual(['folder journal-recovered']);
    expect(last.at(-1)).toBe(`created ${folder}/n`);
    store.close();
    expect([...openStore(folder).owned().keys()].sort()).toEqual(['a', 'b', 'n'].map((name) => `${folder}/${name}`));
  });

  it('in place leaves no half of a new file', () => {
    const folder = tinyDisk('64k');
    const store = openStore(folder, { fileWrite: 'in-place' });
    expect(summary(store.publish(plan({ [`${folder}/a`]: 'b'.repeat(100_000) })))).toEqual([
      `failed ${folder}/a ENOSPC disk`,
    ]);
    expect(fs.readdirSync(folder)).toEqual([`.ks-state.${IDENTITY}`]);
  });
});

describe.skipIf(!mayMount)('a read-only disk', () => {
  it('is an outcome of each file, at the start or later, said once, and written to when it is not any more', () => {
    const folder = tinyDisk('64k');
    const store = openStore(folder);
    store.publish(plan({ [`${folder}/a`]: '1', [`${folder}/c`]: '1' }));
    store.close();
    remount(folder, 'ro');
    const again = openStore(folder);
    expect([...again.owned().keys()]).toEqual([`${folder}/a`, `${folder}/c`]);
    const change = plan({ [`${folder}/a`]: '2', [`${folder}/b`]: '1' }, [`${folder}/c`]);
    expect(summary(again.publish(change))).toEqual([
      'folder journal-failed',
      `failed ${folder}/a EROFS disk`,
      `failed ${folder}/b EROFS disk`,
    ]);
    again.endTurn();
    expect(summary(again.publish(plan({ [`${folder}/a`]: '1' })))).toEqual([`unchanged ${folder}/a`]);
    remount(folder, 'rw');
    again.endTurn();
    expect(summary(again.publish(change))).toEqual([
      'folder journal-recovered',
      `updated ${folder}/a`,
      `created ${folder}/b`,
      `removed ${folder}/c`,
    ]);
  });
});

describe.skipIf(!mayMount)('a disk mounted inside FOLDER', () => {
  it('gets its files whole, staged on itself, with no error and no leftover', () => {
    const folder = temporaryFolder();
    fs.mkdirSync(join(folder, 'nested'));
    mount(join(folder, 'nested'), '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs');
    const store = openStore(folder);
    expect(
      summary(
        store.publish(plan({ [`${folder}/nested/a`]: '1', [`${folder}/nested/d/b`]: '1', [`${folder}/c`]: '1' })),
      ),
    ).toEqual([`created ${folder}/nested/a`, `created ${folder}/nested/d/b`, `created ${folder}/c`]);
    expect(summary(store.publish(plan({ [`${folder}/nested/a`]: '2' })))).toEqual([`updated ${folder}/nested/a`]);
    expect([...staged(folder), ...staged(join(folder, 'nested')), ...staged(join(folder, 'nested/d'))]).toEqual([]);
    store.close();
    expect(openBelow(folder)).toEqual([]);
  });

  it('may hold the state of another, as STATE names it', () => {
    const folder = temporaryFolder();
    const state = tinyDisk('64k');
    const store = openStore(folder, { state });
    expect(summary(store.publish(plan({ [`${folder}/a`]: '1' })))).toEqual([`created ${folder}/a`]);
    expect(fs.readdirSync(folder)).toEqual(['a']);
  });
});

describe.skipIf(!mayMount)('a file that is a mount point', () => {
  it('cannot be renamed over, so it is written in place; it cannot be removed', () => {
    const folder = temporaryFolder();
    const source = join(temporaryFolder(), 'source');
    fs.writeFileSync(source, 'a long old text');
    fs.writeFileSync(join(folder, 'a'), '');
    mount(join(folder, 'a'), '--bind', source);
    const store = openStore(folder);
    expect(summary(store.publish(plan({ [`${folder}/a`]: 'new' })))).toEqual([`updated ${folder}/a`]);
    expect(fs.readFileSync(source, 'utf8')).toBe('new');
    expect(staged(folder)).toEqual([]);
    expect(summary(store.publish(plan({}, [`${folder}/a`])))).toEqual([`failed ${folder}/a EBUSY object`]);
  });
});

describe.skipIf(process.getuid?.() !== 0)('another user', () => {
  const program = bundled('publisher-program');

  const publishAs = (
    uid: number,
    folder: string,
    writes: Record<string, string>,
    removes: string[] = [],
    allowedRoots: string[] = [],
  ): string[] => {
    const options = {
      folder,
      allowedRoots,
      fileWrite: 'atomic',
      state: 'auto',
      identity: IDENTITY,
      folderAnnotation: 'a',
      uniqueFilenames: false,
    };
    const job = JSON.stringify({ options, plans: [{ writes, removes }], dieAt: 0 });
    const { outcomes } = JSON.parse(
      execFileSync(process.execPath, [program, job], { uid, gid: uid, cwd: '/', encoding: 'utf8' }),
    );
    return summary(outcomes as FileOutcome[]);
  };

  it('who may not write to FOLDER has an outcome for each file, and does not die', () => {
    const folder = temporaryFolder();
    fs.chmodSync(folder, 0o755);
    expect(publishAs(65_534, folder, { [`${folder}/a`]: '1', [`${folder}/b`]: '1' })).toEqual([
      'folder journal-failed',
      `failed ${folder}/a EACCES disk`,
      `failed ${folder}/b EACCES disk`,
    ]);
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('who may not write to a folder within has an outcome for that file alone', () => {
    const folder = temporaryFolder();
    fs.chmodSync(folder, 0o777);
    fs.mkdirSync(join(folder, 'closed'), 0o755);
    expect(publishAs(65_534, folder, { [`${folder}/closed/a`]: '1', [`${folder}/b`]: '1' })).toEqual([
      `failed ${folder}/closed/a EACCES disk`,
      `created ${folder}/b`,
    ]);
  });

  it('may pass and write to directories that it may not list', () => {
    const folder = temporaryFolder();
    const other = temporaryFolder();
    fs.chmodSync(folder, 0o777);
    fs.chmodSync(other, 0o711);
    fs.mkdirSync(join(other, 'open'));
    fs.chmodSync(join(other, 'open'), 0o733);
    expect(publishAs(65_534, folder, { [`${other}/open/a`]: '1' }, [], ['/'])).toEqual([`created ${other}/open/a`]);
  });

  it('replaces files of the user before, unreadable ones too, and a journal that it may not read', () => {
    const folder = temporaryFolder();
    fs.chmodSync(folder, 0o777);
    const first = openStore(folder, { fileMode: 0o600 });
    first.publish(plan({ [`${folder}/a`]: '1', [`${folder}/b`]: '1' }, [], A));
    first.close();
    expect(publishAs(65_534, folder, { [`${folder}/a`]: '1' }, [`${folder}/b`])).toEqual([
      'folder journal-line-ignored',
      `updated ${folder}/a`,
    ]);
    expect(fs.statSync(join(folder, 'a')).uid).toBe(65_534);
    expect(fs.existsSync(join(folder, 'b'))).toBe(true);
  });
});
