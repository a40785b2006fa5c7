import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { desiredFiles } from '../../../../src/sinks/files/desired-files.js';
import { openFileStore } from '../../../../src/sinks/files/file-store.js';
import { stageFileName } from '../../../../src/sinks/files/stage-file-name.js';
import { openBelow } from './support/descriptors.js';
import { errno, watchedFs } from './support/failing-fs.js';
import { A, B, IDENTITY, openStore, plan, summary } from './support/store.js';
import { temporaryFolder } from './support/temporary-folder.js';

const JOURNAL = `.ks-state.${IDENTITY}`;
const tree = (folder: string): string[] =>
  (fs.readdirSync(folder, { recursive: true }) as string[]).filter((name) => !name.startsWith('.ks-state')).sort();

describe('a plan', () => {
  it('writes, leaves alone, updates and removes, one outcome each, in a folder that it makes', () => {
    const folder = join(temporaryFolder(), 'new/folder');
    const store = openStore(folder);
    const file = (name: string): string => join(folder, name);
    expect(summary(store.publish(plan({ [file('a')]: '1', [file('sub/b')]: '2' })))).toEqual([
      `created ${file('a')}`,
      `created ${file('sub/b')}`,
    ]);
    expect(summary(store.publish(plan({ [file('a')]: '1', [file('sub/b')]: '3' })))).toEqual([
      `unchanged ${file('a')}`,
      `updated ${file('sub/b')}`,
    ]);
    expect(summary(store.publish(plan({}, [file('a'), file('sub/b')])))).toEqual([
      `removed ${file('a')}`,
      `removed ${file('sub/b')}`,
    ]);
    expect(tree(folder)).toEqual([]);
  });

  it('has its new files in place before the old ones go', () => {
    const folder = temporaryFolder();
    const seen: string[] = [];
    const watching = watchedFs((call, [path]) => {
      if (call === 'unlinkSync' && !(path as string).includes('.ks-')) seen.push(tree(folder).join());
    });
    const store = openStore(folder, { fs: watching });
    store.publish(plan({ [`${folder}/old`]: '1' }));
    store.publish(plan({ [`${folder}/new`]: '1' }, [`${folder}/old`]));
    expect(seen).toEqual(['new,old']);
    expect(tree(folder)).toEqual(['new']);
  });

  it('takes over a file that somebody else wrote, and removes it later', () => {
    const folder = temporaryFolder();
    fs.writeFileSync(join(folder, 'same'), 'x');
    fs.writeFileSync(join(folder, 'other'), 'y');
    const store = openStore(folder);
    expect(summary(store.publish(plan({ [`${folder}/same`]: 'x', [`${folder}/other`]: 'x' })))).toEqual([
      `unchanged ${folder}/same`,
      `updated ${folder}/other`,
    ]);
    store.publish(plan({}, [`${folder}/same`, `${folder}/other`]));
    expect(tree(folder)).toEqual([]);
  });

  it('never removes a file that is not ours, nor one that is another’s by now', () => {
    const folder = temporaryFolder();
    fs.writeFileSync(join(folder, 'foreign'), '');
    const store = openStore(folder);
    store.publish(plan({ [`${folder}/a`]: '1' }));
    store.publish(plan({ [`${folder}/a`]: '2' }, [], B));
    expect(summary(store.publish(plan({}, [`${folder}/foreign`, `${folder}/a`])))).toEqual([]);
    expect(tree(folder)).toEqual(['a', 'foreign']);
    expect(store.owned()).toEqual(new Map([[`${folder}/a`, B]]));
  });

  it('calls back before each change on disk, the debt before the file, and not at all for no change', () => {
    const folder = temporaryFolder();
    const order: string[] = [];
    const watching = watchedFs((call, args) => {
      if (call === 'writeSync') order.push((args[1] as Buffer).toString('utf8').trim().split('\n').at(-1) ?? '');
      if (call === 'renameSync' && !(args[1] as string).endsWith(JOURNAL)) order.push('rename');
      if (call === 'unlinkSync') order.push('unlink');
    });
    const store = openStore(folder, { fs: watching, onBeforeChange: () => store.owe('request') });
    const path = `${folder}/a`;
    store.publish(plan({ [path]: '1' }));
    expect(order).toEqual([`+"${path}" "${A}"`, 'owed "request"', '1', 'rename']);
    order.length = 0;
    store.told('request');
    store.publish(plan({ [path]: '1' }));
    expect(order).toEqual(['told "request"']);
    expect(store.owed()).toEqual(new Set());
    store.publish(plan({}, [path]));
    expect(order).toEqual(['told "request"', 'owed "request"', 'unlink', `-"${path}"`]);
    expect(store.owed()).toEqual(new Set(['request']));
  });
});

describe('an obsolete file', () => {
  it('stays until the new files of its owner stand, in this plan or a later one; those of others do not wait', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    store.publish(plan({ [`${folder}/old`]: '1', [`${folder}/older`]: '1' }));
    store.publish(plan({ [`${folder}/b`]: '1' }, [], B));
    fs.mkdirSync(join(folder, 'new'));
    expect(summary(store.publish(plan({ [`${folder}/new`]: '1' }, [`${folder}/old`])))).toEqual([
      `failed ${folder}/new EISDIR object`,
    ]);
    expect(summary(store.publish(plan({}, [`${folder}/older`])))).toEqual([]);
    expect(summary(store.publish(plan({}, [`${folder}/b`], B)))).toEqual([`removed ${folder}/b`]);
    expect(tree(folder)).toEqual(['new', 'old', 'older']);
    fs.rmdirSync(join(folder, 'new'));
    expect(summary(store.publish(plan({ [`${folder}/new`]: '1' })))).toEqual([
      `created ${folder}/new`,
      `removed ${folder}/old`,
      `removed ${folder}/older`,
    ]);
  });

  it('goes when the file that could not be written is not wanted any more either', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    store.publish(plan({ [`${folder}/old`]: '1' }));
    fs.mkdirSync(join(folder, 'new'));
    store.publish(plan({ [`${folder}/new`]: '1' }, [`${folder}/old`]));
    expect(summary(store.publish(plan({}, [`${folder}/new`])))).toEqual([`removed ${folder}/old`]);
    expect(tree(folder)).toEqual(['new']);
  });

  it('that could not be written and is not wanted any more is said to be absent: nothing is retried or waited for', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    fs.mkdirSync(join(folder, 'new'));
    store.publish(plan({ [`${folder}/new`]: '1' }));
    expect(store.publish(plan({}, [`${folder}/new`]))).toEqual([
      { type: 'file', op: 'absent', path: `${folder}/new`, owner: A },
    ]);
    expect(summary(store.publish(plan({})))).toEqual([]);
  });

  it('stays when it is wanted again before it went', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    store.publish(plan({ [`${folder}/old`]: '1' }));
    fs.mkdirSync(join(folder, 'new'));
    store.publish(plan({ [`${folder}/new`]: '1' }, [`${folder}/old`]));
    store.publish(plan({ [`${folder}/old`]: '2' }));
    fs.rmdirSync(join(folder, 'new'));
    expect(summary(store.publish(plan({ [`${folder}/new`]: '1' })))).toEqual([`created ${folder}/new`]);
    expect(tree(folder)).toEqual(['new', 'old']);
  });

  it('is not taken from an owner who got the path while it waited', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    store.publish(plan({ [`${folder}/old`]: '1' }));
    fs.mkdirSync(join(folder, 'new'));
    store.publish(plan({ [`${folder}/new`]: '1' }, [`${folder}/old`]));
    store.publish(plan({ [`${folder}/old`]: 'b' }, [], B));
    fs.rmdirSync(join(folder, 'new'));
    store.publish(plan({ [`${folder}/new`]: '1' }));
    expect(fs.readFileSync(join(folder, 'old'), 'utf8')).toBe('b');
  });

  it('that cannot be removed is tried again with each plan; after a failure of the whole disk, one is tried for all', () => {
    const folder = temporaryFolder();
    let code = 'EROFS';
    const failing = watchedFs((call, [path]) => {
      if (call === 'unlinkSync' && !(path as string).includes('.ks-') && code !== '') throw errno(code);
    });
    const store = openStore(folder, { fs: failing });
    const paths = ['1', '2', '3'].map((name) => `${folder}/${name}`);
    store.publish(plan(Object.fromEntries(paths.map((path) => [path, 'x']))));
    expect(summary(store.publish(plan({}, paths)))).toEqual(paths.map((path) => `failed ${path} EROFS disk`));
    expect(summary(store.publish(plan({})))).toEqual([`failed ${paths[0]} EROFS disk`]);
    code = 'EBUSY';
    expect(summary(store.publish(plan({})))).toEqual(paths.map((path) => `failed ${path} EBUSY object`));
    code = '';
    expect(summary(store.publish(plan({})))).toEqual(paths.map((path) => `removed ${path}`));
  });

  it('is gone with its directory, or where a file has taken the place of the directory', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    store.publish(plan({ [`${folder}/a/f`]: '1', [`${folder}/b/f`]: '1', [`${folder}/c/f`]: '1' }));
    store.endTurn();
    for (const name of ['a', 'b', 'c']) fs.rmSync(join(folder, name), { recursive: true });
    fs.writeFileSync(join(folder, 'b'), '');
    const outside = temporaryFolder();
    fs.writeFileSync(join(outside, 'f'), '');
    fs.symlinkSync(outside, join(folder, 'c'));
    expect(
      summary(
        store.publish(
          plan(
            {},
            ['a', 'b', 'c'].map((name) => `${folder}/${name}/f`),
          ),
        ),
      ),
    ).toEqual([`removed ${folder}/a/f`, `removed ${folder}/b/f`, `failed ${folder}/c/f ELOOP object`]);
    expect(fs.readdirSync(outside)).toEqual(['f']);
  });

  it('is not taken for removed while FOLDER is away', () => {
    const base = temporaryFolder();
    const folder = join(base, 'v/folder');
    const store = openStore(folder);
    store.publish(plan({ [`${folder}/a`]: '1' }));
    store.endTurn();
    fs.renameSync(join(base, 'v'), join(base, 'away'));
    fs.writeFileSync(join(base, 'v'), '');
    expect(summary(store.publish(plan({}, [`${folder}/a`])))).toEqual([`failed ${folder}/a ENOTDIR disk`]);
    store.endTurn();
    fs.unlinkSync(join(base, 'v'));
    fs.renameSync(join(base, 'away'), join(base, 'v'));
    expect(summary(store.publish(plan({})))).toEqual([`removed ${folder}/a`]);
  });

  it('is not taken for removed while FOLDER is missing and cannot be made', () => {
    const base = temporaryFolder();
    const folder = join(base, 'folder');
    let away = false;
    const failing = watchedFs((call) => {
      if (call === 'mkdirSync' && away) throw errno('EROFS');
    });
    const store = openStore(folder, { fs: failing });
    store.publish(plan({ [`${folder}/a`]: '1' }));
    store.endTurn();
    fs.renameSync(folder, join(base, 'away'));
    away = true;
    expect(summary(store.publish(plan({}, [`${folder}/a`])))).toContain(`failed ${folder}/a EROFS disk`);
    expect(store.owned().size).toBe(1);
  });
});

describe('a directory', () => {
  it('that we made goes when it is empty, also after a restart; one that was there stays', () => {
    const folder = temporaryFolder();
    fs.mkdirSync(join(folder, 'theirs'));
    const paths = ['ours/deep/f', 'ours/g', 'theirs/x/f'].map((name) => `${folder}/${name}`);
    const first = openStore(folder);
    first.publish(plan(Object.fromEntries(paths.map((path) => [path, '']))));
    first.publish(plan({}, [paths[0] ?? '']));
    expect(tree(folder)).toEqual(['ours', 'ours/g', 'theirs', 'theirs/x', 'theirs/x/f']);
    first.close();
    openStore(folder).publish(plan({}, paths));
    expect(tree(folder)).toEqual(['theirs']);
  });

  it('that was removed can be made again in the same turn', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    store.publish(plan({ [`${folder}/d/f`]: '' }));
    store.publish(plan({}, [`${folder}/d/f`]));
    expect(summary(store.publish(plan({ [`${folder}/d/f`]: '' })))).toEqual([`created ${folder}/d/f`]);
  });

  it('made for a file that could not be written does not stay', () => {
    const folder = temporaryFolder();
    const full = watchedFs((call, [, bytes]) => {
      if (call === 'writeSync' && (bytes as Buffer).toString('utf8') === 'content') throw errno('ENOSPC');
    });
    const store = openStore(folder, { fs: full });
    expect(summary(store.publish(plan({ [`${folder}/d/e/f`]: 'content' })))).toEqual([
      `failed ${folder}/d/e/f ENOSPC disk`,
    ]);
    expect(tree(folder)).toEqual([]);
  });

  it('is never FOLDER, nor an allowed root', () => {
    const folder = join(temporaryFolder(), 'f');
    const other = join(temporaryFolder(), 'o');
    const store = openStore(folder, { allowedRoots: [other] });
    const paths = [`${folder}/a`, `${other}/a`, `${other}/x/a`];
    store.publish(plan(Object.fromEntries(paths.map((path) => [path, '']))));
    store.publish(plan({}, paths));
    expect([fs.existsSync(folder), fs.readdirSync(other)]).toEqual([true, []]);
  });
});

describe('a path', () => {
  it('whose directory is a symbolic link is refused, and the others go on', () => {
    const folder = temporaryFolder();
    const outside = temporaryFolder();
    fs.symlinkSync(outside, join(folder, 'link'));
    const outcomes = openStore(folder).publish(plan({ [`${folder}/link/a`]: '1', [`${folder}/b`]: '1' }));
    expect(summary(outcomes)).toEqual([`failed ${folder}/link/a ELOOP object`, `created ${folder}/b`]);
    expect(outcomes[0]).toMatchObject({ owner: A, error: { message: expect.stringContaining(`"${folder}/link"`) } });
    expect(fs.readdirSync(outside)).toEqual([]);
  });

  it('outside the roots is refused, and not remembered', () => {
    const folder = temporaryFolder();
    const outside = temporaryFolder();
    const store = openStore(folder);
    expect(summary(store.publish(plan({ [`${outside}/a`]: '1' })))).toEqual([`failed ${outside}/a ESTALE disk`]);
    expect(store.owned().size).toBe(0);
    expect(fs.readdirSync(outside)).toEqual([]);
  });

  it('that is too long for the file system, or taken by a file, fails alone', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const long = `${folder}/${'a'.repeat(256)}`;
    expect(summary(store.publish(plan({ [`${folder}/f`]: '', [`${folder}/f/g`]: '', [long]: '' })))).toEqual([
      `created ${folder}/f`,
      `failed ${folder}/f/g ENOTDIR object`,
      `failed ${long} ENAMETOOLONG object`,
    ]);
    expect([...store.owned().keys()]).toEqual([`${folder}/f`]);
  });

  it('that could not be written is not taken for ours: what stands there is not removed', () => {
    const folder = temporaryFolder();
    fs.writeFileSync(join(folder, 'f'), 'foreign');
    const full = watchedFs((call) => {
      if (call === 'renameSync' && fs.existsSync(join(folder, JOURNAL))) throw errno('EACCES');
    });
    const store = openStore(folder, { fs: full });
    expect(summary(store.publish(plan({ [`${folder}/f`]: '1' })))).toEqual([`failed ${folder}/f EACCES disk`]);
    expect(summary(store.publish(plan({}, [`${folder}/f`])))).toEqual([]);
    expect(fs.readFileSync(join(folder, 'f'), 'utf8')).toBe('foreign');
  });
});

describe('the roots', () => {
  it('follow FOLDER as a link, and the emptyDir that holds it', () => {
    const base = temporaryFolder();
    fs.mkdirSync(join(base, 'real/folder'), { recursive: true });
    fs.symlinkSync('real/folder', join(base, 'link'));
    const readMountInfo = (): string =>
      `3 1 259:1 /p/volumes/kubernetes.io~empty-dir/a ${base}/real rw - ext4 /dev/sda rw`;
    const store = openStore(join(base, 'link'), { readMountInfo });
    const object = {
      kind: 'configmap' as const,
      namespace: 'default',
      name: 'a',
      uid: '',
      resourceVersion: '',
      creationTimestamp: '',
      labels: {},
      annotations: { 'k8s-sidecar-target-directory': `${base}/real/sibling` },
      data: { k: 'v' },
      binaryData: {},
    };
    const { files } = desiredFiles(object, store.layout());
    const writes = files.flatMap((file) => ('bytes' in file ? [{ owner: A, file }] : []));
    store.publish({ type: 'plan', writes, removes: [] });
    expect(fs.readFileSync(join(base, 'real/sibling/k'), 'utf8')).toBe('v');
    expect(store.layout()).toMatchObject({ folderAnnotation: 'k8s-sidecar-target-directory', uniqueFilenames: false });
  });

  it('are walked from the innermost: nothing above FOLDER is opened', () => {
    const folder = temporaryFolder();
    const opened: string[] = [];
    const watching = watchedFs((call, [path]) => {
      if (call === 'openSync' && !(path as string).includes('.ks-')) opened.push(path as string);
    });
    const store = openStore(folder, { fs: watching, allowedRoots: ['/', '/tmp'] });
    expect(summary(store.publish(plan({ [`${folder}/d/a`]: '1' })))).toEqual([`created ${folder}/d/a`]);
    expect(opened.filter((path) => !path.startsWith('/proc/self/fd/'))).toEqual([folder]);
  });

  it('are looked up once in a turn', () => {
    const folder = temporaryFolder();
    let lookups = 0;
    const counting = watchedFs((call) => call === 'statSync' && lookups++);
    const store = openStore(folder, { fs: counting });
    store.endTurn();
    lookups = 0;
    for (let i = 0; i < 10; i++) store.publish(plan({ [`${folder}/${i}`]: '' }));
    const once = lookups;
    store.endTurn();
    store.publish(plan({}));
    expect(lookups).toBe(2 * once);
  });
});

describe('FOLDER', () => {
  it('that was replaced is noticed: what we owned in it is forgotten, debts are kept', () => {
    const base = temporaryFolder();
    const folder = join(base, 'folder');
    const store = openStore(folder);
    store.publish(plan({ [`${folder}/a`]: '1' }));
    store.owe('request');
    store.endTurn();
    fs.renameSync(folder, join(base, 'old'));
    fs.mkdirSync(folder);
    fs.writeFileSync(join(folder, 'a'), 'foreign');
    expect(summary(store.publish(plan({ [`${folder}/b`]: '1' }, [`${folder}/a`])))).toEqual([
      'folder replaced',
      `created ${folder}/b`,
    ]);
    expect(fs.readFileSync(join(folder, 'a'), 'utf8')).toBe('foreign');
    expect([...store.owned().keys()]).toEqual([`${folder}/b`]);
    expect(store.owed()).toEqual(new Set(['request']));
    store.close();
    expect(openStore(folder).owed()).toEqual(new Set(['request']));
  });

  it('that was removed is made again', () => {
    const folder = join(temporaryFolder(), 'f');
    const store = openStore(folder);
    store.publish(plan({ [`${folder}/a`]: '1' }));
    store.endTurn();
    fs.rmSync(folder, { recursive: true });
    expect(summary(store.publish(plan({ [`${folder}/b`]: '1' })))).toEqual(['folder replaced', `created ${folder}/b`]);
  });

  it('that was emptied, its journal too, counts as replaced', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    store.publish(plan({ [`${folder}/a`]: '1' }));
    store.endTurn();
    for (const name of fs.readdirSync(folder)) fs.rmSync(join(folder, name));
    expect(summary(store.publish(plan({})))).toEqual(['folder replaced']);
    store.endTurn();
    expect(summary(store.publish(plan({ [`${folder}/a`]: '1' })))).toEqual([`created ${folder}/a`]);
  });

  it('that leads elsewhere now has the journal of that place; paths of the old place are refused', () => {
    const base = temporaryFolder();
    for (const name of ['v1', 'v2']) fs.mkdirSync(join(base, name));
    const second = openStore(join(base, 'v2'));
    second.publish(plan({ [`${base}/v2/kept`]: '1' }));
    second.close();
    fs.symlinkSync('v1', join(base, 'current'));
    fs.writeFileSync(join(base, 'v2', stageFileName(IDENTITY, '0000000000000000')), '');
    const store = openStore(join(base, 'current'));
    store.publish(plan({ [`${base}/v1/a`]: '1' }));
    store.endTurn();
    fs.unlinkSync(join(base, 'current'));
    fs.symlinkSync('v2', join(base, 'current'));
    expect(summary(store.publish(plan({ [`${base}/v1/a`]: '2' })))).toEqual([
      'folder replaced',
      `failed ${base}/v1/a ESTALE disk`,
    ]);
    expect(fs.readFileSync(join(base, 'v1/a'), 'utf8')).toBe('1');
    expect(tree(join(base, 'v2'))).toEqual(['kept']);
    expect(store.owned()).toEqual(new Map([[`${base}/v2/kept`, A]]));
    expect(store.layout().roots[0]).toEqual({ configured: `${base}/current`, real: `${base}/v2` });
    expect(summary(store.publish(plan({}, [`${base}/v2/kept`])))).toEqual([`removed ${base}/v2/kept`]);
  });

  it.each(['auto', 'off', 'directory'])('that was replaced leaves ownership outside it alone (STATE %s)', (kind) => {
    const base = temporaryFolder();
    const [folder, other] = [join(base, 'folder'), join(base, 'other')];
    const store = openStore(folder, {
      allowedRoots: [other],
      state: kind === 'directory' ? join(base, 'state') : kind,
    });
    store.publish(plan({ [`${folder}/d/a`]: '1', [`${other}/d/b`]: '1' }));
    store.endTurn();
    fs.rmSync(folder, { recursive: true });
    expect(summary(store.publish(plan({}, [`${folder}/d/a`, `${other}/d/b`])))).toEqual([
      'folder replaced',
      `removed ${other}/d/b`,
    ]);
    expect(fs.readdirSync(other)).toEqual([]);
    expect(store.owned().size).toBe(0);
  });

  it('that is a file is the outcome of each write, tried again, and never an error of opening', () => {
    const folder = join(temporaryFolder(), 'f');
    fs.writeFileSync(folder, '');
    const store = openStore(folder);
    for (let i = 0; i < 2; i++) {
      const outcomes = summary(store.publish(plan({ [`${folder}/a`]: '1' })));
      expect(outcomes).toEqual([...(i === 0 ? ['folder journal-failed'] : []), `failed ${folder}/a ENOTDIR disk`]);
      store.endTurn();
    }
    store.owe('request');
    fs.unlinkSync(folder);
    expect(summary(store.publish(plan({})))).toEqual([]);
    store.endTurn();
    expect(summary(store.publish(plan({ [`${folder}/a`]: '1' })))).toEqual([
      'folder journal-recovered',
      `created ${folder}/a`,
    ]);
    store.close();
    expect(openStore(folder).owed()).toEqual(new Set(['request']));
  });
});

describe('after a restart', () => {
  it('files are still ours, debts still owed, and stage files of ours are gone, wherever they were staged', () => {
    const folder = temporaryFolder();
    const first = openStore(folder);
    first.publish(plan({ [`${folder}/a`]: '1', [`${folder}/d/b`]: '1' }));
    first.owe('request');
    first.close();
    const own = stageFileName(IDENTITY, '0000000000000000');
    const sibling = stageFileName('fedcba9876543210', '0000000000000000');
    for (const name of [own, sibling, `d/${own}`, `d/${sibling}`]) fs.writeFileSync(join(folder, name), '');
    const store = openStore(folder);
    expect(tree(folder)).toEqual([sibling, 'a', 'd', `d/${sibling}`, 'd/b']);
    expect(store.owned()).toEqual(new Map([`${folder}/a`, `${folder}/d/b`].map((path) => [path, A])));
    expect(store.owed()).toEqual(new Set(['request']));
    expect(summary(store.publish(plan({}, [`${folder}/a`])))).toEqual([`removed ${folder}/a`]);
  });

  it('a sibling of another identity owns nothing of ours', () => {
    const folder = temporaryFolder();
    openStore(folder).publish(plan({ [`${folder}/a`]: '1' }));
    const sibling = openStore(folder, { identity: 'fedcba9876543210' });
    expect(sibling.owned().size).toBe(0);
    expect(summary(sibling.publish(plan({}, [`${folder}/a`])))).toEqual([]);
    expect(tree(folder)).toEqual(['a']);
  });

  it('a tampered journal removes nothing outside the roots, and says which lines are ignored', () => {
    const folder = temporaryFolder();
    const victim = join(temporaryFolder(), 'victim');
    fs.writeFileSync(victim, '');
    const lines = [victim, `${folder}/../${victim}`, `${folder}/.ks-state.other`].map(
      (path) => `+${JSON.stringify(path)} "${A}"\n`,
    );
    fs.writeFileSync(join(folder, JOURNAL), lines.join(''));
    const store = openStore(folder);
    expect(summary(store.takeStatuses())).toEqual(Array(3).fill('folder journal-line-ignored'));
    expect(store.takeStatuses()).toEqual([]);
    expect(store.owned().size).toBe(0);
    expect(summary(store.publish(plan({}, [victim])))).toEqual([]);
    expect(fs.existsSync(victim)).toBe(true);
  });

  it('STATE=off remembers nothing and leaves no state file', () => {
    const folder = temporaryFolder();
    const first = openStore(folder, { state: 'off' });
    first.publish(plan({ [`${folder}/a`]: '1' }));
    expect(fs.readdirSync(folder)).toEqual(['a']);
    first.close();
    expect(openStore(folder, { state: 'off' }).owned().size).toBe(0);
  });

  it('STATE=<directory> holds journal and stage files, and is kept when the selection changes', () => {
    const base = temporaryFolder();
    const folder = join(base, 'folder');
    const state = join(base, 'state');
    const staged: string[] = [];
    const watching = watchedFs((call, [from]) => {
      if (call === 'renameSync')
        staged.push(
          fs.readdirSync(fs.realpathSync((from as string).split('/').slice(0, -1).join('/'))).length > 0
            ? fs.realpathSync((from as string).split('/').slice(0, -1).join('/'))
            : '',
        );
    });
    const first = openStore(folder, { state, fs: watching });
    first.publish(plan({ [`${folder}/a`]: '1' }));
    first.close();
    expect(new Set(staged)).toEqual(new Set([state]));
    expect(fs.readdirSync(state)).toEqual(['.ks-state']);
    expect(fs.readdirSync(folder)).toEqual(['a']);
    fs.writeFileSync(join(state, stageFileName('fedcba9876543210', '0000000000000000')), '');
    const second = openStore(folder, { state, identity: 'fedcba9876543210' });
    expect([...second.owned().keys()]).toEqual([`${folder}/a`]);
    expect(fs.readdirSync(state)).toEqual(['.ks-state']);
  });
});

describe('a journal that cannot be written', () => {
  it('lets files that are ours be updated, handed over and removed, and new ones wait; said once, and once when it recovers', () => {
    const folder = temporaryFolder();
    let broken = false;
    const failing = watchedFs((call, [, bytes]) => {
      if (call === 'writeSync' && broken && (bytes as Buffer).length > 5) throw errno('EIO');
    });
    const store = openStore(folder, { fs: failing });
    store.publish(plan({ [`${folder}/a`]: '1', [`${folder}/b`]: '1', [`${folder}/c`]: '1' }));
    broken = true;
    expect(summary(store.publish(plan({ [`${folder}/a`]: '2', [`${folder}/n`]: '1' })))).toEqual([
      'folder journal-failed',
      `updated ${folder}/a`,
      `failed ${folder}/n EIO disk`,
    ]);
    store.endTurn();
    expect(summary(store.publish(plan({}, [`${folder}/c`])))).toEqual([]);
    expect(summary(store.publish(plan({ [`${folder}/b`]: '2' }, [], B)))).toEqual([`updated ${folder}/b`]);
    broken = false;
    store.endTurn();
    expect(summary(store.publish(plan({ [`${folder}/n`]: '1' })))).toEqual([
      'folder journal-recovered',
      `created ${folder}/n`,
      `removed ${folder}/c`,
    ]);
    store.close();
    expect(openStore(folder).owned()).toEqual(
      new Map([
        [`${folder}/a`, A],
        [`${folder}/b`, B],
        [`${folder}/n`, A],
      ]),
    );
  });
});

describe('the store', () => {
  it('holds only the journal between turns, and nothing once closed', async () => {
    const folder = temporaryFolder();
    const store = openFileStore({
      folder,
      allowedRoots: [],
      fileWrite: 'atomic',
      state: 'auto',
      identity: IDENTITY,
      folderAnnotation: 'a',
      uniqueFilenames: false,
    });
    for (let i = 0; i < 100; i++) store.publish(plan({ [`${folder}/d${i}/f`]: '1' }));
    expect(openBelow(folder).length).toBeGreaterThan(2);
    await new Promise((resolve) => setImmediate(resolve));
    expect(openBelow(folder)).toEqual([`${folder}/${JOURNAL}`]);
    store.publish(plan({ [`${folder}/d1/f`]: '2' }));
    store.close();
    expect(openBelow(folder)).toEqual([]);
  });

  it('publishes on a system without /proc, too', () => {
    const folder = temporaryFolder();
    const store = openStore(folder, { platform: 'darwin' });
    store.publish(plan({ [`${folder}/d/a`]: '1' }));
    expect(tree(folder)).toEqual(['d', 'd/a']);
    store.publish(plan({}, [`${folder}/d/a`]));
    expect(tree(folder)).toEqual([]);
  });

  it('stages under names that no other run has', () => {
    const folder = temporaryFolder();
    const names = new Set<string>();
    const watching = watchedFs((call, [from]) => {
      if (call === 'renameSync') names.add((from as string).split('/').at(-1) ?? '');
    });
    const store = openStore(folder, { fs: watching });
    for (let i = 0; i < 50; i++) store.publish(plan({ [`${folder}/a`]: `${i}` }));
    expect(names.size).toBe(51);
    for (const name of names) expect(name).toMatch(new RegExp(`^\\.ks-${IDENTITY}-[0-9a-f]{16}\\.tmp$`));
  });
});
