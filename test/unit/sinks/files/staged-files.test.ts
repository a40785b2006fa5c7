import { hash } from 'node:crypto';
import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ObjectKey, StagedContent, WritePlan } from '../../../../src/model.js';
import type { FileStore } from '../../../../src/sinks/files/file-store.js';
import { stageFileName } from '../../../../src/sinks/files/stage-file-name.js';
import { type Call, errno, watchedFs } from './support/failing-fs.js';
import { A, B, IDENTITY, openStore, plan, summary } from './support/store.js';
import { temporaryFolder } from './support/temporary-folder.js';

const visible = (folder: string): string[] =>
  fs
    .readdirSync(folder)
    .filter((name) => !name.startsWith('.ks-state'))
    .sort();
const stageFiles = (folder: string): string[] => fs.readdirSync(folder).filter((name) => name.endsWith('.tmp'));

function stage(store: FileStore, path: string, ...chunks: string[]): StagedContent {
  const stage = store.stage(path);
  for (const chunk of chunks) stage.write(Buffer.from(chunk));
  return stage.finish();
}

const staged = (path: string, content: StagedContent, owner: ObjectKey = A): WritePlan => ({
  type: 'plan',
  writes: [{ owner, file: { path, staged: content } }],
  removes: [],
});
const pending = (path: string, owner: ObjectKey = A, removes: readonly string[] = []): WritePlan => ({
  type: 'plan',
  writes: [],
  removes: removes.map((each) => ({ owner, path: each })),
  pending: [{ owner, path }],
});

describe('content that comes in pieces', () => {
  it('is staged over many turns under a name of ours, and published by one rename', () => {
    const folder = temporaryFolder();
    const renames: unknown[][] = [];
    const store = openStore(folder, {
      fs: watchedFs((call, args) => call === 'renameSync' && renames.push([...args])),
    });
    const open = store.stage(join(folder, 'a'));
    for (const chunk of ['x', 'y'.repeat(100_000), 'z']) {
      open.write(Buffer.from(chunk));
      store.endTurn();
    }
    expect(visible(folder)).toEqual([expect.stringMatching(/^\.ks-0123456789abcdef-[0-9a-f]{16}\.tmp$/)]);
    const content = open.finish();
    const text = `x${'y'.repeat(100_000)}z`;
    expect(content).toEqual({
      stagedAt: join(folder, visible(folder)[0] ?? ''),
      sha256: hash('sha256', text, 'hex'),
      size: 100_002,
    });
    expect(fs.readFileSync(content.stagedAt, 'utf8')).toBe(text);
    store.endTurn();
    renames.length = 0;
    const outcomes = store.publish(staged(join(folder, 'a'), content));
    expect(outcomes).toMatchObject([{ op: 'created', sha256: content.sha256, size: 100_002, owner: A }]);
    expect(fs.readFileSync(join(folder, 'a'), 'utf8')).toBe(text);
    expect(renames.filter(([, to]) => String(to).endsWith('/a'))).toHaveLength(1);
    expect(visible(folder)).toEqual(['a']);
    expect(store.owned()).toEqual(new Map([[join(folder, 'a'), A]]));
  });

  it('is left alone where the same stands, and its stage file goes', () => {
    const folder = temporaryFolder();
    let changes = 0;
    const store = openStore(folder, { onBeforeChange: () => changes++ });
    const path = join(folder, 'a');
    store.publish(staged(path, stage(store, path, 'same')));
    const before = fs.statSync(path);
    expect(summary(store.publish(staged(path, stage(store, path, 'sa', 'me'))))).toEqual([`unchanged ${path}`]);
    expect(fs.statSync(path).ino).toBe(before.ino);
    expect(summary(store.publish(staged(path, stage(store, path, 'SAME'))))).toEqual([`updated ${path}`]);
    expect(changes).toBe(2);
    expect(stageFiles(folder)).toEqual([]);
  });

  it('has its final mode before its name, and is never more open', () => {
    const folder = temporaryFolder();
    const store = openStore(folder, { fileMode: 0o440 });
    const path = join(folder, 'a');
    const open = store.stage(path);
    open.write(Buffer.from('x'));
    const at = join(folder, stageFiles(folder)[0] ?? '');
    expect(fs.statSync(at).mode & 0o7777).toBe(0o600);
    const content = open.finish();
    expect(fs.statSync(at).mode & 0o7777).toBe(0o440);
    store.publish(staged(path, content));
    expect(fs.statSync(path).mode & 0o7777).toBe(0o440);
    fs.chmodSync(path, 0o600);
    expect(summary(store.publish(staged(path, stage(store, path, 'x'))))).toEqual([`updated ${path}`]);
    expect(fs.statSync(path).mode & 0o7777).toBe(0o440);
  });

  it('leaves nothing when it is discarded, at whatever point, and as often as one likes', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const path = join(folder, 'a');
    const early = store.stage(path);
    early.discard();
    early.discard();
    expect(() => early.write(Buffer.from('x'))).toThrow(/Cannot write/);
    expect(() => early.finish()).toThrow(/Cannot write/);
    const late = store.stage(path);
    late.write(Buffer.from('x'));
    const content = late.finish();
    expect(() => late.write(Buffer.from('x'))).toThrow(/Cannot write/);
    late.discard();
    store.discard(content);
    expect(visible(folder)).toEqual([]);
    const kept = stage(store, path, 'y');
    store.publish(staged(path, kept));
    store.discard(kept);
    expect(visible(folder)).toEqual(['a']);
  });

  it('of a run that was killed goes at the next start', () => {
    const folder = temporaryFolder();
    fs.writeFileSync(join(folder, stageFileName(IDENTITY, 'a'.repeat(16))), 'half');
    openStore(folder);
    expect(visible(folder)).toEqual([]);
  });

  it('whose stage file vanished, or was changed, is a failure: it is to be fetched again', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const path = join(folder, 'a');
    store.publish(plan({ [path]: 'old' }));
    const spoil: ((at: string) => void)[] = [
      (at) => fs.unlinkSync(at),
      (at) => fs.appendFileSync(at, 'more'),
      (at) => {
        fs.unlinkSync(at);
        fs.symlinkSync('/etc/hostname', at);
      },
    ];
    for (const each of spoil) {
      const content = stage(store, path, 'new');
      each(content.stagedAt);
      expect(summary(store.publish(staged(path, content)))).toEqual([`failed ${path} ENOENT disk`]);
      expect(fs.readFileSync(path, 'utf8')).toBe('old');
      expect(stageFiles(folder)).toEqual([]);
    }
  });

  it('that was staged in a folder which is another one by now is a failure', () => {
    const parent = temporaryFolder();
    fs.mkdirSync(join(parent, 'one'));
    fs.mkdirSync(join(parent, 'two'));
    fs.symlinkSync('one', join(parent, 'folder'));
    const store = openStore(join(parent, 'folder'));
    const content = stage(store, join(parent, 'one/a'), 'x');
    fs.unlinkSync(join(parent, 'folder'));
    fs.symlinkSync('two', join(parent, 'folder'));
    store.endTurn();
    const path = join(parent, 'two/a');
    expect(summary(store.publish(staged(path, content)))).toEqual(['folder replaced', `failed ${path} ENOENT disk`]);
    expect(stageFiles(join(parent, 'one'))).toEqual([]);
  });

  it('cannot be staged, nor written, where the disk is full: told about its file, nothing left', () => {
    for (const [call, code] of [
      ['openSync', 'EROFS'],
      ['writeSync', 'ENOSPC'],
      ['fchmodSync', 'EPERM'],
      ['closeSync', 'EDQUOT'],
    ] as const) {
      const folder = temporaryFolder();
      let fails = false;
      const failing = watchedFs((each, [path]) => {
        const isStage = each !== 'openSync' || String(path).endsWith('.tmp');
        if (fails && each === call && isStage) {
          fails = false;
          throw errno(code);
        }
      });
      const store = openStore(folder, { fs: failing, fileMode: 0o600 });
      const path = join(folder, 'a');
      fails = call === 'openSync';
      const act = () => {
        const open = store.stage(path);
        fails = true;
        try {
          open.write(Buffer.from('x'));
          open.finish();
        } finally {
          open.discard();
        }
      };
      expect(act).toThrow(expect.objectContaining({ name: 'FileError', code, fault: 'disk' }));
      expect(stageFiles(folder)).toEqual([]);
    }
  });

  it('is copied where the target is on another file system, and the copy renamed', () => {
    const folder = temporaryFolder();
    const renamed: string[] = [];
    const store = openStore(folder, {
      fileMode: 0o640,
      fs: watchedFs((call, args) => {
        if (call !== 'renameSync') return;
        const from = fs.realpathSync(String(args[0]));
        if (String(args[1]).endsWith('/a')) {
          renamed.push(from.startsWith(join(folder, 'sub')) ? 'copy' : 'stage');
          if (!from.startsWith(join(folder, 'sub'))) throw errno('EXDEV');
        }
      }),
    });
    const path = join(folder, 'sub/a');
    const text = 'x'.repeat(200_000);
    expect(summary(store.publish(staged(path, stage(store, path, text))))).toEqual([`created ${path}`]);
    expect(summary(store.publish(staged(path, stage(store, path, 'y'))))).toEqual([`updated ${path}`]);
    expect(renamed).toEqual(['stage', 'copy', 'copy']);
    expect(fs.readFileSync(path, 'utf8')).toBe('y');
    expect(fs.statSync(path).mode & 0o7777).toBe(0o640);
    expect(stageFiles(folder)).toEqual([]);
    expect(fs.readdirSync(join(folder, 'sub'))).toEqual(['a']);
  });

  it('leaves no copy when that cannot be renamed either', () => {
    const folder = temporaryFolder();
    const store = openStore(folder, {
      fs: watchedFs((call, args) => {
        if (call === 'renameSync' && String(args[1]).endsWith('/a')) throw errno('EXDEV');
      }),
    });
    const path = join(folder, 'sub/a');
    expect(summary(store.publish(staged(path, stage(store, path, 'x'))))).toEqual([`failed ${path} EXDEV object`]);
    expect(visible(folder)).toEqual([]);
  });

  it('is written into the file that stands with FILE_WRITE=in-place, and at a mount point', () => {
    for (const inPlace of [true, false]) {
      const folder = temporaryFolder();
      const path = join(folder, 'a');
      fs.writeFileSync(path, 'a longer one');
      const { ino } = fs.statSync(path);
      const store = openStore(folder, {
        fileWrite: inPlace ? 'in-place' : 'atomic',
        fs: watchedFs((call, args) => {
          if (call === 'renameSync' && String(args[1]).endsWith('/a')) throw errno('EBUSY');
        }),
      });
      expect(summary(store.publish(staged(path, stage(store, path, 'new'))))).toEqual([`updated ${path}`]);
      expect([fs.readFileSync(path, 'utf8'), fs.statSync(path).ino]).toEqual(['new', ino]);
      expect(stageFiles(folder)).toEqual([]);
    }
  });

  it('replaces what is no regular file, follows no link, and never a directory', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const [link, directory, foreign] = [join(folder, 'link'), join(folder, 'directory'), join(folder, 'foreign')];
    fs.writeFileSync(foreign, 'x');
    fs.symlinkSync('foreign', link);
    fs.mkdirSync(directory);
    expect(summary(store.publish(staged(link, stage(store, link, 'x'))))).toEqual([`updated ${link}`]);
    expect(fs.lstatSync(link).isFile()).toBe(true);
    expect(summary(store.publish(staged(directory, stage(store, directory, 'x'))))).toEqual([
      `failed ${directory} EISDIR object`,
    ]);
    expect(stageFiles(folder)).toEqual([]);
  });

  it('leaves a whole file and no stage file, whichever call fails', () => {
    const calls: Call[] = ['lstatSync', 'openSync', 'fstatSync', 'readSync', 'renameSync', 'unlinkSync', 'closeSync'];
    for (const failing of calls) {
      for (let nth = 1; nth <= 6; nth++) {
        const folder = temporaryFolder();
        let count = Number.NEGATIVE_INFINITY;
        const store = openStore(folder, {
          fs: watchedFs((call) => {
            if (call === failing && ++count === nth) throw errno('EIO');
          }),
        });
        const path = join(folder, 'a');
        store.publish(plan({ [path]: 'old' }));
        const content = stage(store, path, 'new');
        store.endTurn();
        count = 0;
        const outcomes = store.publish(staged(path, content));
        count = Number.NEGATIVE_INFINITY;
        expect(outcomes).toHaveLength(1);
        expect(['old', 'new']).toContain(fs.readFileSync(path, 'utf8'));
        if (failing !== 'unlinkSync') expect(stageFiles(folder)).toEqual([]);
      }
    }
  });

  it('is not published while the journal cannot take its path, and its stage file goes', () => {
    const folder = temporaryFolder();
    let fails = false;
    const store = openStore(folder, {
      fs: watchedFs((call, args) => {
        if (fails && call === 'renameSync' && String(args[1]).includes('.ks-state')) throw errno('ENOSPC');
      }),
    });
    const path = join(folder, 'a');
    const content = stage(store, path, 'x');
    fails = true;
    expect(store.publish(staged(path, content))).toEqual(
      expect.arrayContaining([expect.objectContaining({ op: 'failed', path })]),
    );
    expect(visible(folder)).toEqual([]);
  });
});

describe('a file whose content is still to come', () => {
  it('is not there, not ours, and holds the obsolete files of its owner until it stands', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const [old, other, path] = [join(folder, 'old'), join(folder, 'other'), join(folder, 'new')];
    store.publish(plan({ [old]: 'x' }));
    store.publish(plan({ [other]: 'x' }, [], B));
    expect(summary(store.publish(pending(path, A, [old])))).toEqual([]);
    expect(summary(store.publish(plan({}, [other], B)))).toEqual([`removed ${other}`]);
    expect(store.owned()).toEqual(new Map([[old, A]]));
    expect(summary(store.publish(staged(path, stage(store, path, 'y'))))).toEqual([
      `created ${path}`,
      `removed ${old}`,
    ]);
  });

  it('holds nothing where a file of ours stands already: a host that is down keeps no obsolete file', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const [old, path] = [join(folder, 'old'), join(folder, 'a')];
    store.publish(plan({ [old]: 'x', [path]: 'y' }));
    expect(summary(store.publish(pending(path, A, [old])))).toEqual([`removed ${old}`]);
    fs.unlinkSync(path);
    store.publish(plan({ [old]: 'x' }));
    expect(summary(store.publish(pending(path, A, [old])))).toEqual([]);
  });

  it('is its new owner’s at once where it stands, also after a restart: a later release finds it', () => {
    const folder = temporaryFolder();
    const path = join(folder, 'a');
    const first = openStore(folder);
    first.publish(plan({ [path]: 'x' }));
    first.publish(pending(path, B));
    expect(first.owned()).toEqual(new Map([[path, B]]));
    expect(summary(first.publish(plan({}, [path], A)))).toEqual([]);
    first.close();
    const second = openStore(folder);
    expect(second.owned()).toEqual(new Map([[path, B]]));
    expect(summary(second.publish(plan({}, [path], B)))).toEqual([`removed ${path}`]);
  });

  it('that was obsolete is wanted again, and stays', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const [path, missing] = [join(folder, 'a'), join(folder, 'missing')];
    store.publish(plan({ [path]: 'x' }));
    expect(summary(store.publish(pending(missing, A, [path])))).toEqual([]);
    store.publish(pending(path));
    expect(summary(store.publish(staged(missing, stage(store, missing, 'y'))))).toEqual([`created ${missing}`]);
    expect(fs.existsSync(path)).toBe(true);
  });

  it('and is not wanted any more is absent, and holds nothing', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const [old, path] = [join(folder, 'old'), join(folder, 'a')];
    store.publish(plan({ [old]: 'x' }));
    store.publish(pending(path, A, [old]));
    expect(store.publish(plan({}, [path]))).toMatchObject([
      { op: 'removed', path: old },
      { op: 'absent', path },
    ]);
  });
});

describe('whether a file holds what was published', () => {
  it('is seen in the file, of ours alone', () => {
    const folder = temporaryFolder();
    const store = openStore(folder);
    const path = join(folder, 'a');
    const content = { sha256: hash('sha256', 'hello', 'hex'), size: 5 };
    expect(store.holds(path, content)).toBe(false);
    fs.writeFileSync(path, 'hello');
    expect(store.holds(path, content)).toBe(false);
    store.publish(plan({ [path]: 'hello' }));
    expect(store.holds(path, content)).toBe(true);
    expect(store.holds(path, { ...content, size: 4 })).toBe(false);
    for (const text of ['hell', 'hello!', 'HELLO']) {
      fs.writeFileSync(path, text);
      expect(store.holds(path, content)).toBe(false);
    }
    fs.unlinkSync(path);
    expect(store.holds(path, content)).toBe(false);
    fs.symlinkSync('b', path);
    fs.writeFileSync(join(folder, 'b'), 'hello');
    expect(store.holds(path, content)).toBe(false);
    fs.rmSync(folder, { recursive: true });
    store.endTurn();
    expect(store.holds(path, content)).toBe(false);
  });
});
