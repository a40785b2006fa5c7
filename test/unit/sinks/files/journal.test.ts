import * as fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ObjectKey } from '../../../../src/model.js';
import { type Journal, type JournalOptions, openJournal } from '../../../../src/sinks/files/journal.js';
import { formatEntry, type JournalEntry, parseEntry } from '../../../../src/sinks/files/journal-entry.js';
import { journalMemory } from '../../../../src/sinks/files/journal-memory.js';
import { untrustedEntry } from '../../../../src/sinks/files/untrusted-entry.js';
import { openBelow } from './support/descriptors.js';
import { errno, watchedFs } from './support/failing-fs.js';
import { A, B } from './support/store.js';
import { temporaryFolder } from './support/temporary-folder.js';

const NAME = '.ks-state.x';
const own = (path: string, owner: ObjectKey = A): JournalEntry => ({ type: 'own', path, owner });

interface Opened extends Journal {
  readonly ignored: string[];
}

function open(folder: string, change: Partial<JournalOptions> = {}): Opened {
  const ignored: string[] = [];
  let count = 0;
  const journal = openJournal({
    fs,
    directory: () => ({ path: folder, at: (name) => join(folder, name) }),
    name: NAME,
    stageName: () => `.ks-stage-${count++}`,
    refuse: () => undefined,
    onIgnored: (reason) => ignored.push(reason),
    ...change,
  });
  onTestFinished(() => journal.close());
  journal.load();
  return Object.defineProperties({ ignored } as unknown as Opened, Object.getOwnPropertyDescriptors(journal));
}

/** What another process would find. */
const reopened = (folder: string): unknown[] => {
  const { memory } = open(folder);
  return [[...memory.owned].sort(), [...memory.made].sort(), [...memory.owed].sort()];
};

const text = (folder: string): string => fs.readFileSync(join(folder, NAME), 'utf8');

const path = fc.oneof(fc.constantFrom('/a', '/b', '/b/c'), fc.string({ unit: 'grapheme', minLength: 1, maxLength: 9 }));
const target = fc.constantFrom('request', 'script', 'a "b"\n\\');
const entry: fc.Arbitrary<JournalEntry> = fc.oneof(
  fc.record({ type: fc.constant('own' as const), path, owner: fc.constantFrom(A, B) }),
  fc.record({ type: fc.constantFrom('disown' as const, 'made' as const, 'gone' as const), path }),
  fc.record({ type: fc.constantFrom('owe' as const, 'told' as const), target }),
);

describe('a line', () => {
  it('gives back its entry, whatever the path', () => {
    fc.assert(
      fc.property(entry, (value) => {
        const line = formatEntry(value);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        expect(parseEntry(line.slice(0, -1))).toEqual(value);
      }),
    );
  });

  it('that is cut anywhere is no line', () => {
    fc.assert(
      fc.property(entry, (value) => {
        const line = formatEntry(value).slice(0, -1);
        for (let length = 0; length < line.length; length++) {
          // Less its owner, `+"/a" "owner"` is `+"/a"`, which is no line either.
          expect(parseEntry(line.slice(0, length))).toBeUndefined();
        }
      }),
    );
  });

  it.each([
    '+"/a" "pod/n/x"',
    '+"/a" "configmap/n"',
    '+"/a" "configmap/n/x/y"',
    '+"/a" "configmap//x"',
    '-"/a" "configmap/n/x"',
    'owed "a" "b"',
    'made"/a"',
    '+"/a"',
    '+"\\x" "configmap/n/x"',
    '-"\\uZZZZ"',
    ' -"/a"',
    'nonsense',
  ])('%s is none of ours', (line) => {
    expect(parseEntry(line)).toBeUndefined();
  });
});

describe('the journal', () => {
  it('says after a restart what was written, compacted to the fewest lines', () => {
    const folder = temporaryFolder();
    const journal = open(folder);
    journal.append([own('/a'), own('/b')]);
    journal.append([own('/a', B)]);
    journal.remember([
      { type: 'disown', path: '/b' },
      { type: 'made', path: '/d' },
      { type: 'owe', target: 'request' },
    ]);
    journal.remember([{ type: 'told', target: 'request' }]);
    expect(text(folder).split('\n')).toHaveLength(8);
    expect(reopened(folder)).toEqual([[['/a', B]], ['/d'], []]);
    open(folder).append([own('/c')]);
    expect(text(folder)).toBe('+"/a" "configmap/default/b"\nmade "/d"\n+"/c" "configmap/default/a"\n');
    expect(fs.statSync(join(folder, NAME)).mode & 0o777).toBe(0o600);
    expect(fs.readdirSync(folder)).toEqual([NAME]);
  });

  it('writes nothing for what it says already, and one write(2) for many lines', () => {
    const folder = temporaryFolder();
    let writes = 0;
    const journal = open(folder, { fs: watchedFs((call) => call === 'writeSync' && writes++) });
    journal.append([own('/a'), own('/b'), own('/c')]);
    journal.append([own('/d'), own('/e')]);
    expect(writes).toBe(2);
    journal.append([own('/a'), own('/b')]);
    journal.append([]);
    journal.remember([
      { type: 'disown', path: '/x' },
      { type: 'told', target: 'x' },
      { type: 'gone', path: '/x' },
    ]);
    expect(writes).toBe(2);
  });

  it('makes no file before there is anything to say', () => {
    const folder = temporaryFolder();
    open(folder);
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('equals a model after any entries, any restarts and a cut at any byte', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(entry, { minLength: 1, maxLength: 4 }), { maxLength: 6 }),
        fc.nat(),
        fc.nat(),
        (batches, restartAt, cutAt) => {
          const folder = temporaryFolder();
          let journal = open(folder);
          batches.forEach((batch, index) => {
            if (index === restartAt % 7) {
              journal.close();
              journal = open(folder);
            }
            journal.remember(batch);
          });
          journal.close();
          const model = journalMemory();
          for (const value of batches.flat()) model.apply(value);
          expect(reopened(folder)).toEqual([[...model.owned].sort(), [...model.made].sort(), [...model.owed].sort()]);

          if (!fs.existsSync(join(folder, NAME))) return;
          const whole = fs.readFileSync(join(folder, NAME));
          const length = cutAt % (whole.length + 1);
          fs.truncateSync(join(folder, NAME), length);
          const torn = journalMemory();
          const lines = whole.subarray(0, length).toString('utf8').split('\n').slice(0, -1);
          for (const line of lines) torn.apply(parseEntry(line) as JournalEntry);
          expect(reopened(folder)).toEqual([[...torn.owned].sort(), [...torn.made].sort(), [...torn.owed].sort()]);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('recovers at every byte offset, tells of no bad line then, and goes on', () => {
    const folder = temporaryFolder();
    const journal = open(folder);
    journal.append([own('/a'), own('/ü\n')]);
    journal.remember([
      { type: 'owe', target: 'request' },
      { type: 'disown', path: '/a' },
    ]);
    journal.close();
    const whole = fs.readFileSync(join(folder, NAME));
    for (let length = 0; length <= whole.length; length++) {
      fs.writeFileSync(join(folder, NAME), whole.subarray(0, length));
      const torn = open(folder);
      expect(torn.ignored).toEqual([]);
      torn.append([own('/z')]);
      torn.close();
      expect(open(folder).memory.owned.get('/z')).toBe(A);
      expect(text(folder)).toMatch(/\n$/);
    }
  });

  it('ignores lines that are none or not to be believed, and says so, at most eleven times', () => {
    const folder = temporaryFolder();
    fs.writeFileSync(join(folder, NAME), `${formatEntry(own('/a'))}\nrubbish\n${formatEntry(own('/etc/passwd'))}`);
    const refuse = (value: JournalEntry): string | undefined =>
      'path' in value && value.path === '/etc/passwd' ? 'it is outside' : undefined;
    const journal = open(folder, { refuse });
    expect([...journal.memory.owned.keys()]).toEqual(['/a']);
    expect(journal.ignored).toEqual([
      `Line 3 of ${folder}/${NAME} is ignored: it cannot be read.`,
      `Line 4 of ${folder}/${NAME} is ignored: it is outside.`,
    ]);
    fs.writeFileSync(join(folder, NAME), 'rubbish\n'.repeat(5000));
    const { ignored } = open(folder);
    expect(ignored).toHaveLength(11);
    expect(ignored.at(-1)).toBe(`4990 more lines of ${folder}/${NAME} are ignored.`);
  });

  it('follows no link that was planted at its name, at the start or later', () => {
    const folder = temporaryFolder();
    const victim = join(temporaryFolder(), 'victim');
    fs.writeFileSync(victim, formatEntry(own('/stolen')));
    fs.symlinkSync(victim, join(folder, NAME));
    const journal = open(folder);
    expect(journal.memory.owned.size).toBe(0);
    expect(journal.ignored).toHaveLength(1);
    journal.append([own('/a')]);
    expect(fs.lstatSync(join(folder, NAME)).isFile()).toBe(true);
    fs.unlinkSync(join(folder, NAME));
    fs.linkSync(victim, join(folder, NAME));
    journal.append([own('/b')]);
    journal.close();
    open(folder).append([own('/c')]);
    expect(fs.readFileSync(victim, 'utf8')).toBe(formatEntry(own('/stolen')));
  });

  it.each(['EACCES', 'EPERM', 'ENXIO'])('that cannot be read for good (%s) is replaced', (code) => {
    const folder = temporaryFolder();
    fs.writeFileSync(join(folder, NAME), formatEntry(own('/a')));
    const denied = watchedFs((call, [file]) => {
      if (call === 'openSync' && file === join(folder, NAME)) throw errno(code);
    });
    const journal = open(folder, { fs: denied });
    expect(journal.ignored).toEqual([expect.stringContaining(code)]);
    journal.append([own('/b')]);
    expect(reopened(folder)[0]).toEqual([['/b', A]]);
  });

  it('that is no file is replaced, or fails where it cannot be', () => {
    const folder = temporaryFolder();
    fs.mkdirSync(join(folder, NAME));
    const journal = open(folder);
    expect(journal.ignored).toHaveLength(1);
    expect(() => journal.append([own('/a')])).toThrow(expect.objectContaining({ code: 'EISDIR' }));
    expect(fs.readdirSync(folder)).toEqual([NAME]);
    const huge = {
      ...watchedFs(() => {}),
      fstatSync: (() => ({ isFile: () => true, size: 2 ** 30 })) as unknown as typeof fs.fstatSync,
    };
    fs.rmdirSync(join(folder, NAME));
    fs.writeFileSync(join(folder, NAME), formatEntry(own('/a')));
    expect(open(folder, { fs: huge }).memory.owned.size).toBe(0);
  });

  it('that cannot be read just now is neither forgotten nor replaced: new entries wait, debts are kept', () => {
    const folder = temporaryFolder();
    open(folder).append([own('/a')]);
    let broken = true;
    const failing = watchedFs((call) => {
      if (call === 'openSync' && broken) throw errno('EMFILE');
    });
    const journal = open(folder, { fs: failing });
    expect(journal.failure()).toMatchObject({ code: 'EMFILE' });
    expect(() => journal.append([own('/b')])).toThrow(errno('EMFILE'));
    journal.remember([{ type: 'owe', target: 'request' }]);
    expect([...journal.memory.owned.keys()]).toEqual([]);
    broken = false;
    journal.load();
    expect(journal.failure()).toBeUndefined();
    expect([...journal.memory.owned.keys()]).toEqual(['/a']);
    expect(reopened(folder)).toEqual([[['/a', A]], [], ['request']]);
  });

  it('is compacted when it has doubled and has 64 KiB, not before', () => {
    const folder = temporaryFolder();
    const journal = open(folder);
    const line = formatEntry(own(`/${'a'.repeat(100)}`)).length;
    let longest = 0;
    for (let i = 0; i < 2000; i++) {
      journal.remember([i % 2 === 0 ? own(`/${'a'.repeat(100)}`) : { type: 'disown', path: `/${'a'.repeat(100)}` }]);
      longest = Math.max(longest, fs.statSync(join(folder, NAME)).size);
    }
    expect(longest).toBeGreaterThanOrEqual(64 * 1024);
    expect(longest).toBeLessThan(64 * 1024 + line);
    expect(reopened(folder)[0]).toEqual([]);
    journal.append(Array.from({ length: 3000 }, (_, i) => own(`/${i}`)));
    const compacted = fs.statSync(join(folder, NAME)).size;
    for (let i = 0; i < 3000; i++) journal.remember([own('/x', i % 2 === 0 ? A : B)]);
    expect(fs.statSync(join(folder, NAME)).size).toBeLessThan(2 * compacted + 2 * line);
    expect(open(folder).memory.owned.size).toBe(3001);
  });

  it('goes on with the long one where there is no room for two', () => {
    const folder = temporaryFolder();
    let full = false;
    const filled = watchedFs((call) => {
      if (call === 'renameSync' && full) throw errno('ENOSPC');
    });
    const journal = open(folder, { fs: filled });
    journal.append([own('/0')]);
    full = true;
    journal.append(Array.from({ length: 3000 }, (_, i) => own(`/${i}`)));
    journal.append([own('/last')]);
    journal.append([own('/very last')]);
    expect(journal.failure()).toBeUndefined();
    expect(open(folder).memory.owned.size).toBe(3002);
    expect(fs.readdirSync(folder)).toEqual([NAME]);
  });

  it.each([
    ['a full disk', 'ENOSPC', false],
    ['a full disk on which nothing can be cut off', 'ENOSPC', true],
    ['a quota', 'EDQUOT', false],
    ['a disk that fails', 'EIO', false],
  ])('keeps nothing of an append that was written in part, by %s', (_, code, cutFails) => {
    const folder = temporaryFolder();
    let room = Number.POSITIVE_INFINITY;
    const filling = {
      ...watchedFs((call) => {
        if (call === 'ftruncateSync' && cutFails) throw errno('EIO');
      }),
      writeSync: ((fd: number, bytes: Uint8Array, offset: number, length: number) => {
        if (room === 0) throw errno(code);
        const count = fs.writeSync(fd, bytes, offset, Math.min(length, room));
        room -= count;
        return count;
      }) as typeof fs.writeSync,
    };
    const journal = open(folder, { fs: filling });
    journal.append([own('/a')]);
    const lines = formatEntry(own('/b')).length;
    for (let part = 0; part < 2 * lines; part++) {
      room = part;
      expect(() => journal.append([own('/b'), own('/c')])).toThrow(errno(code));
      expect([...journal.memory.owned.keys()]).toEqual(['/a']);
      expect(journal.failure()).toMatchObject({ code });
      if (!cutFails && code !== 'EIO') expect(reopened(folder)[0]).toEqual([['/a', A]]);
      room = Number.POSITIVE_INFINITY;
      journal.remember([{ type: 'owe', target: `${part}` }]);
      journal.remember([{ type: 'told', target: `${part}` }]);
      expect(reopened(folder)).toEqual([[['/a', A]], [], []]);
    }
    journal.append([own('/b')]);
    expect(journal.failure()).toBeUndefined();
    expect(reopened(folder)[0]).toEqual([
      ['/a', A],
      ['/b', A],
    ]);
  });

  it('keeps in memory what is true already, and writes it when it can', () => {
    const folder = temporaryFolder();
    let broken = false;
    const failing = watchedFs((call) => {
      if (call === 'writeSync' && broken) throw errno('EROFS');
    });
    const journal = open(folder, { fs: failing });
    journal.append([own('/a'), own('/b')]);
    broken = true;
    journal.remember([
      { type: 'disown', path: '/a' },
      { type: 'owe', target: 'request' },
    ]);
    expect([...journal.memory.owned.keys()]).toEqual(['/b']);
    expect(journal.failure()).toMatchObject({ code: 'EROFS' });
    journal.load();
    expect(journal.failure()).toMatchObject({ code: 'EROFS' });
    broken = false;
    journal.load();
    expect(journal.failure()).toBeUndefined();
    expect(reopened(folder)).toEqual([[['/b', A]], [], ['request']]);
  });

  it('writes what it kept in memory with the next entry, before it is loaded again', () => {
    const folder = temporaryFolder();
    let full = false;
    const filling = watchedFs((call) => {
      if (call === 'writeSync' && full) throw errno('ENOSPC');
    });
    const journal = open(folder, { fs: filling });
    journal.append([own('/a')]);
    full = true;
    journal.remember([{ type: 'disown', path: '/a' }]);
    full = false;
    journal.append([own('/b')]);
    expect(reopened(folder)[0]).toEqual([['/b', A]]);
  });

  it('knows that its file was removed, on file systems that count links', () => {
    const folder = temporaryFolder();
    const journal = open(folder);
    expect(journal.lost()).toBe(false);
    journal.append([own('/a')]);
    expect(journal.lost()).toBe(false);
    fs.unlinkSync(join(folder, NAME));
    expect(journal.lost()).toBe(true);
    const uncounted = {
      ...watchedFs(() => {}),
      fstatSync: (() => ({ nlink: 0, isFile: () => true, size: 0 })) as unknown as typeof fs.fstatSync,
    };
    const other = open(folder, { fs: uncounted });
    other.append([own('/a')]);
    expect(other.lost()).toBe(false);
    let broken = false;
    const failing = open(folder, {
      fs: watchedFs((call) => {
        if (call === 'fstatSync' && broken) throw errno('EIO');
      }),
    });
    failing.append([own('/b')]);
    broken = true;
    expect(failing.lost()).toBe(false);
  });

  it('in memory only touches no disk', () => {
    const folder = temporaryFolder();
    const journal = open(folder, { directory: undefined });
    journal.append([own('/a')]);
    journal.remember([{ type: 'owe', target: 'request' }]);
    expect([journal.memory.owned.size, journal.memory.owed.size, journal.failure(), journal.lost()]).toEqual([
      1,
      1,
      undefined,
      false,
    ]);
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it('holds one descriptor, and none once closed', () => {
    const folder = temporaryFolder();
    const journal = open(folder);
    for (let i = 0; i < 3000; i++) journal.append([own(`/${'a'.repeat(50)}${i}`)]);
    expect(openBelow(folder)).toHaveLength(1);
    journal.close();
    expect(openBelow(folder)).toEqual([]);
  });
});

describe('an entry that was read', () => {
  const roots = [
    { configured: '/data', real: '/vol' },
    { configured: '/srv', real: '/srv' },
  ];
  it.each(['/vol/a', '/vol/a/b', '/srv/x', '/vol/..data', '/vol/.hidden'])('may name %s', (path) => {
    expect(untrustedEntry(own(path), roots)).toBeUndefined();
  });

  it.each([
    '/etc/passwd',
    '/data/a',
    '/vol',
    '/srv',
    '/volume/a',
    '/vol/../etc/passwd',
    '/vol//a',
    '/vol/./a',
    '/vol/a/',
    'vol/a',
    '',
    '/vol/a\0',
    '/vol/.ks-state.x',
    '/vol/a/.ks-b/c',
  ])('must not name %j', (path) => {
    for (const type of ['disown', 'made', 'gone'] as const)
      expect(untrustedEntry({ type, path }, roots)).toEqual(expect.any(String));
    expect(untrustedEntry(own(path), roots)).toEqual(expect.any(String));
  });

  it('may name any target', () => {
    expect(untrustedEntry({ type: 'owe', target: '/etc/passwd' }, roots)).toBeUndefined();
  });
});
