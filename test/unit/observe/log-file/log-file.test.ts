import { execFileSync } from 'node:child_process';
import fs, {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { LogFileOptions } from '../../../../src/observe/log-config/log-config.js';
import { openLogFile } from '../../../../src/observe/log-file/log-file.js';
import { newFolder } from '../log-config/config-files.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const NOON = Date.UTC(2026, 7, 20, 12, 34, 56, 789);

function setUp(file: Partial<LogFileOptions> = {}, folder = newFolder()) {
  const path = file.path ?? join(folder, 'a.log');
  const faults: string[] = [];
  const time = { nowMs: NOON };
  const open = () =>
    openLogFile({
      file: { path, truncate: false, rotation: { type: 'none' }, ...file },
      clock: () => time.nowMs,
      onFault: (message) => faults.push(message),
    });
  const { write } = open();
  const content = () =>
    Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));
  return { path, folder, faults, time, write, open, content };
}

describe('a log file', () => {
  test('is opened with the first line, and has each line when `write` has returned', () => {
    const { path, write } = setUp();
    expect(existsSync(path)).toBe(false);
    expect(write('one\n')).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('one\n');
    write('zwölf\n');
    expect(readFileSync(path, 'utf8')).toBe('one\nzwölf\n');
  });

  test('is appended to by the next life', () => {
    const { path, write, open } = setUp();
    write('one\n');
    open().write('two\n');
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\n');
  });

  test('is truncated by the next life where that was asked for, once', () => {
    const { path, write, open } = setUp({ truncate: true });
    write('one\n');
    const next = open();
    next.write('two\n');
    next.write('three\n');
    expect(readFileSync(path, 'utf8')).toBe('two\nthree\n');
  });

  test('that is moved away is written to where it went', () => {
    const { path, folder, write } = setUp();
    write('one\n');
    renameSync(path, join(folder, 'b.log'));
    write('two\n');
    expect(existsSync(path)).toBe(false);
    expect(readFileSync(join(folder, 'b.log'), 'utf8')).toBe('one\ntwo\n');
  });
});

describe('a watched file', () => {
  const rotation = { type: 'reopen' } as const;

  test.each([
    ['moved away', (path: string) => renameSync(path, `${path}.old`)],
    ['removed', (path: string) => rmSync(path)],
    [
      'replaced',
      (path: string) => {
        writeFileSync(`${path}.new`, '');
        renameSync(`${path}.new`, path);
      },
    ],
  ])('that was %s is made anew', (_, act) => {
    const { path, write } = setUp({ rotation });
    write('one\n');
    act(path);
    expect(write('two\n')).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('two\n');
  });

  test('is not truncated when it is opened again', () => {
    const { path, write } = setUp({ rotation, truncate: true });
    write('one\n');
    writeFileSync(`${path}.new`, 'of another\n');
    renameSync(`${path}.new`, path);
    write('two\n');
    expect(readFileSync(path, 'utf8')).toBe('of another\ntwo\n');
  });

  test('leaves no descriptor behind', () => {
    const { path, write } = setUp({ rotation });
    write('one\n');
    const before = readdirSync('/proc/self/fd').length;
    for (let turn = 0; turn < 20; turn++) {
      rmSync(path);
      write('more\n');
    }
    expect(readdirSync('/proc/self/fd')).toHaveLength(before);
  });
});

describe('rotation by size', () => {
  const bySize = (maxBytes: number, backups: number) => ({ rotation: { type: 'by-size', maxBytes, backups } as const });

  test('moves the file away before the line with which it would reach the limit', () => {
    const { write, content } = setUp(bySize(10, 2));
    for (const line of ['1234\n', '678\n', 'a\n']) write(line);
    expect(content()).toEqual({ 'a.log': 'a\n', 'a.log.1': '1234\n678\n' });
    for (const line of ['2345678\n', 'b\n', '12345678\n']) write(line);
    expect(content()).toEqual({ 'a.log': '12345678\n', 'a.log.1': 'b\n', 'a.log.2': '2345678\n' });
  });

  test('counts bytes, and what an earlier life wrote', () => {
    const { write, open, content } = setUp(bySize(10, 2));
    write('üüü\n');
    open().write('üüü\n');
    expect(content()).toEqual({ 'a.log': 'üüü\n', 'a.log.1': 'üüü\n' });
  });

  test('a line that is longer than the limit is a file of its own, and an empty one is not moved', () => {
    const { write, content } = setUp(bySize(4, 3));
    for (const line of ['longer\n', 'long too\n']) write(line);
    expect(content()).toEqual({ 'a.log': 'long too\n', 'a.log.1': 'longer\n' });
  });

  test('gaps between backups stay gaps, and other files are left alone', () => {
    const { folder, write, content } = setUp(bySize(4, 3));
    writeFileSync(join(folder, 'a.log.2'), 'old');
    writeFileSync(join(folder, 'a.log.4'), 'foreign');
    for (const line of ['one\n', 'two\n']) write(line);
    expect(content()).toEqual({ 'a.log': 'two\n', 'a.log.1': 'one\n', 'a.log.3': 'old', 'a.log.4': 'foreign' });
  });

  test('a file that is gone needs no moving', () => {
    const { path, write, content, faults } = setUp(bySize(4, 3));
    write('one\n');
    rmSync(path);
    write('two\n');
    expect([content(), faults]).toEqual([{ 'a.log': 'two\n' }, []]);
  });

  test('one that cannot be moved grows on, which is said once, and is tried again later', () => {
    const { folder, path, faults, time, write } = setUp(bySize(4, 1));
    const inTheWay = join(folder, 'a.log.1');
    mkdirSync(inTheWay);
    for (const line of ['one\n', 'two\n', 'three\n']) expect(write(line)).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('one\ntwo\nthree\n');
    expect(faults).toEqual([`the log file ${path} cannot be rotated (EISDIR)`]);
    time.nowMs += 10_000;
    write('four\n');
    expect(faults).toHaveLength(1);
    rmSync(inTheWay, { recursive: true });
    time.nowMs += 9_999;
    write('five\n');
    expect(existsSync(inTheWay)).toBe(false);
    time.nowMs += 1;
    write('six\n');
    expect([readFileSync(path, 'utf8'), readFileSync(inTheWay, 'utf8')]).toEqual([
      'six\n',
      'one\ntwo\nthree\nfour\nfive\n',
    ]);
  });

  test('what is no regular file is never moved', () => {
    const folder = newFolder();
    symlinkSync('/dev/null', join(folder, 'a.log'));
    const { write } = setUp(bySize(4, 3), folder);
    for (const line of ['one\n', 'two\n']) expect(write(line)).toBe(true);
    expect(readdirSync(folder)).toEqual(['a.log']);
  });

  test('whatever is written, the newest lines are there, in order, in files below the limit', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(30), { maxLength: 40 }), fc.integer({ min: 32, max: 100 }), (lengths, maxBytes) => {
        const { write, content } = setUp(bySize(maxBytes, 3));
        const lines = lengths.map((length, index) => `${index} ${'x'.repeat(length)}`.slice(0, 30));
        for (const line of lines) write(`${line}\n`);
        const files = content();
        const kept = ['a.log.3', 'a.log.2', 'a.log.1', 'a.log'].map((name) => files[name] ?? '').join('');
        expect(`${lines.join('\n')}\n`.endsWith(kept)).toBe(true);
        for (const text of Object.values(files)) expect(text.length).toBeLessThan(maxBytes);
        if (Object.keys(files).length < 4) expect(kept).toBe(lines.map((line) => `${line}\n`).join(''));
      }),
      { numRuns: 50 },
    );
  });
});

describe('rotation by time', () => {
  const byTime = (unit: 'second' | 'minute' | 'hour' | 'day' | 'midnight', every = 1, backups = 0) => ({
    rotation: { type: 'by-time', unit, every, backups, utc: true } as const,
  });

  test.each([
    ['second', 1, 1_000, 'a.log.2026-08-20_12-34-56'],
    ['minute', 1, MINUTE, 'a.log.2026-08-20_12-34'],
    ['hour', 1, HOUR, 'a.log.2026-08-20_12'],
    ['hour', 3, 3 * HOUR, 'a.log.2026-08-20_12'],
    ['day', 1, 24 * HOUR, 'a.log.2026-08-20'],
    ['midnight', 1, Date.UTC(2026, 7, 21) - NOON, 'a.log.2026-08-20'],
    ['midnight', 2, Date.UTC(2026, 7, 22) - NOON, 'a.log.2026-08-20'],
  ] as const)('by %s, each %i: after %i ms the file is %s', (unit, every, afterMs, name) => {
    const { time, write, content } = setUp(byTime(unit, every));
    write('one\n');
    time.nowMs += afterMs - 1;
    write('two\n');
    time.nowMs += 1;
    write('three\n');
    expect(content()).toEqual({ 'a.log': 'three\n', [name]: 'one\ntwo\n' });
    time.nowMs += 1;
    write('four\n');
    expect(content()['a.log']).toBe('three\nfour\n');
  });

  test('begins with the last change that an earlier life made', () => {
    const { path, write, content } = setUp(byTime('hour'));
    writeFileSync(path, 'old\n');
    utimesSync(path, new Date(NOON - 5 * HOUR), new Date(NOON - 5 * HOUR));
    write('new\n');
    expect(content()).toEqual({ 'a.log': 'new\n', 'a.log.2026-08-20_07': 'old\n' });
  });

  test('the last backups are kept, and files that are none are left alone', () => {
    const { folder, time, write, content } = setUp(byTime('hour', 1, 2));
    const foreign = ['a.log.1', 'a.log.2026-08-20', 'a.log.2026-08-20_12.gz', 'b.log.2026-08-20_01'];
    for (const name of foreign) writeFileSync(join(folder, name), '');
    for (const line of ['one\n', 'two\n', 'three\n', 'four\n']) {
      write(line);
      time.nowMs += HOUR;
    }
    const names = Object.keys(content()).filter((name) => !foreign.includes(name));
    expect(names.sort()).toEqual(['a.log', 'a.log.2026-08-20_13', 'a.log.2026-08-20_14']);
    expect(Object.keys(content())).toEqual(expect.arrayContaining(foreign));
  });

  test.each([
    ['23 hours', new Date(2026, 2, 29, 12), 'a.log.2026-03-29'],
    ['25 hours', new Date(2026, 9, 25, 12), 'a.log.2026-10-25'],
  ])('in local time a day of %s has one name, and ends at its midnight', (_, noon, name) => {
    vi.stubEnv('TZ', 'Europe/Berlin');
    onTestFinished(() => void vi.unstubAllEnvs());
    const rotation = { type: 'by-time', unit: 'midnight', every: 1, backups: 0, utc: false } as const;
    const { time, write, content } = setUp({ rotation });
    const at = new Date(noon.getFullYear(), noon.getMonth(), noon.getDate(), 1);
    time.nowMs = at.getTime();
    write('one\n');
    time.nowMs = new Date(at.getFullYear(), at.getMonth(), at.getDate() + 1).getTime() - 1;
    write('two\n');
    time.nowMs += 1;
    write('three\n');
    expect(content()).toEqual({ 'a.log': 'three\n', [name]: 'one\ntwo\n' });
  });
});

describe('a file that cannot be written', () => {
  test.each([
    ['a folder that is not there', (folder: string) => join(folder, 'x', 'a.log'), 'ENOENT'],
    ['a directory', (folder: string) => folder, 'EISDIR'],
  ])('%s: no throw, said once, and tried each ten seconds', (_, pathIn, code) => {
    const folder = newFolder();
    const { path, faults, time, write } = setUp({ path: pathIn(folder) }, folder);
    expect([write('one\n'), write('two\n')]).toEqual([false, false]);
    time.nowMs += 10_000;
    expect(write('three\n')).toBe(false);
    expect(faults).toEqual([`the log file ${path} cannot be written (${code})`]);
  });

  test('is written again once it can be, and said again when it fails again', () => {
    const folder = newFolder();
    const below = join(folder, 'x');
    const { path, faults, time, write } = setUp({ path: join(below, 'a.log'), rotation: { type: 'reopen' } }, folder);
    write('lost\n');
    mkdirSync(below);
    time.nowMs += 9_999;
    expect(write('lost\n')).toBe(false);
    time.nowMs += 1;
    expect(write('kept\n')).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('kept\n');
    rmSync(below, { recursive: true });
    expect(write('lost\n')).toBe(false);
    expect(faults).toHaveLength(2);
  });

  test.runIf(process.getuid?.() !== 0)('without permission', () => {
    const { path, faults, write } = setUp();
    writeFileSync(path, '');
    chmodSync(path, 0o400);
    expect(write('one\n')).toBe(false);
    expect(faults[0]).toContain('EACCES');
  });

  test.runIf(existsSync('/dev/full'))('a disk that is full', () => {
    const { faults, write } = setUp({ path: '/dev/full' });
    expect(write('one\n')).toBe(false);
    expect(faults).toEqual(['the log file /dev/full cannot be written (ENOSPC)']);
  });

  test.runIf(existsSync('/dev/full'))('is opened anew: another one may stand there by then', () => {
    const { path, time, write } = setUp();
    symlinkSync('/dev/full', path);
    expect(write('lost\n')).toBe(false);
    rmSync(path);
    time.nowMs += 10_000;
    expect(write('kept\n')).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('kept\n');
  });

  test('a pipe that nobody reads holds nobody up', () => {
    const path = join(newFolder(), 'pipe');
    execFileSync('mkfifo', [path]);
    const { faults, write } = setUp({ path });
    expect(write('one\n')).toBe(false);
    expect(faults[0]).toContain('ENXIO');
  });

  test('of which a part was taken: the next line is a line of its own', () => {
    const path = join(newFolder(), 'pipe');
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
    onTestFinished(() => closeSync(reader));
    const { faults, time, write } = setUp({ path });
    const read = () => {
      const bytes = Buffer.alloc(1024 * 1024);
      return bytes.toString('utf8', 0, readSync(reader, bytes));
    };
    // A pipe holds 64 KiB.
    expect(write(`${'x'.repeat(200_000)}\n`)).toBe(false);
    expect(read()).toMatch(/^x+$/);
    time.nowMs += 10_000;
    expect(write('whole\n')).toBe(true);
    expect(write('whole, too\n')).toBe(true);
    expect(read()).toBe('\nwhole\nwhole, too\n');
    expect(faults).toHaveLength(1);
    expect(statSync(path).isFIFO()).toBe(true);
  });
});
