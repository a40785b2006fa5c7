import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Directory } from '../../../../src/sinks/files/open-directory.js';
import { type PublishFileOptions, publishFile } from '../../../../src/sinks/files/publish-file.js';
import { removeFile } from '../../../../src/sinks/files/remove-file.js';
import { openBelow } from './support/descriptors.js';
import { errno, watchedFs } from './support/failing-fs.js';
import { temporaryFolder } from './support/temporary-folder.js';

const directoryAt = (path: string): Directory => ({ path, at: (name) => join(path, name) });

function publisher(folder: string, change: Partial<PublishFileOptions> = {}) {
  let count = 0;
  const directory = directoryAt(folder);
  return (text: string | Uint8Array, more: Partial<PublishFileOptions> = {}) =>
    publishFile({
      fs,
      directory,
      name: 'f',
      bytes: Buffer.from(text),
      stageDirectory: directory,
      otherFileSystem: new Set(),
      stageName: () => `.ks-stage-${count++}`,
      fileMode: undefined,
      fileWrite: 'atomic',
      beforeChange: () => {},
      ...change,
      ...more,
    });
}

const read = (folder: string): string => fs.readFileSync(join(folder, 'f'), 'utf8');
const modeOf = (folder: string): string => (fs.statSync(join(folder, 'f')).mode & 0o7777).toString(8);

describe.each(['atomic', 'in-place'] as const)('a file published %s', (fileWrite) => {
  it('is created, left alone, updated, each with its hash', () => {
    const folder = temporaryFolder();
    const publish = publisher(folder, { fileWrite });
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    expect(publish('abc')).toEqual({ op: 'created', sha256: abc, size: 3 });
    const before = fs.statSync(join(folder, 'f'), { bigint: true });
    expect(publish('abc')).toEqual({ op: 'unchanged', sha256: abc, size: 3 });
    expect(fs.statSync(join(folder, 'f'), { bigint: true })).toEqual({
      ...before,
      atimeNs: expect.anything(),
      atimeMs: expect.anything(),
    });
    expect(publish('xyz').op).toBe('updated');
    expect(publish('longer').op).toBe('updated');
    expect(publish('').op).toBe('updated');
    expect(publish('').op).toBe('unchanged');
    expect(fs.readdirSync(folder)).toEqual(['f']);
  });

  it('announces a change before it, and nothing when there is none', () => {
    const folder = temporaryFolder();
    const seen: string[] = [];
    const publish = publisher(folder, { fileWrite, beforeChange: () => seen.push(fs.readdirSync(folder).join()) });
    publish('a');
    publish('a');
    publish('b');
    expect(seen).toEqual(['', 'f']);
  });

  it('has the wanted mode whatever the umask, and is never more open', () => {
    const folder = temporaryFolder();
    const before = process.umask(0o077);
    try {
      expect(publisher(folder, { fileWrite, fileMode: 0o644 })('a').op).toBe('created');
      expect(modeOf(folder)).toBe('644');
    } finally {
      process.umask(before);
    }
    const modes: number[] = [];
    const watching = watchedFs((call, [fd]) => {
      if (call === 'writeSync') modes.push(fs.fstatSync(fd as number).mode & 0o777);
    });
    expect(publisher(folder, { fs: watching, fileWrite, fileMode: 0o440 })('b').op).toBe('updated');
    expect(modeOf(folder)).toBe('440');
    expect(modes).toEqual([fileWrite === 'atomic' ? 0o600 : 0o440]);
  });

  it('gets its mode by the umask when none is wanted', () => {
    const folder = temporaryFolder();
    const before = process.umask(0o027);
    try {
      publisher(folder, { fileWrite })('a');
    } finally {
      process.umask(before);
    }
    expect(modeOf(folder)).toBe('640');
  });

  it('is written again for its mode alone, if one is wanted', () => {
    const folder = temporaryFolder();
    publisher(folder, { fileWrite, fileMode: 0o600 })('a');
    expect(publisher(folder, { fileWrite })('a').op).toBe('unchanged');
    expect(publisher(folder, { fileWrite, fileMode: 0o604 })('a').op).toBe('updated');
    expect(modeOf(folder)).toBe('604');
  });

  it('may hold a megabyte, however little the disk takes at a time', () => {
    const folder = temporaryFolder();
    const short = {
      ...watchedFs(() => {}),
      writeSync: ((fd: number, bytes: Uint8Array, offset: number, length: number) =>
        fs.writeSync(fd, bytes, offset, Math.min(length, 100_003))) as typeof fs.writeSync,
      readSync: ((fd: number, buffer: Uint8Array, offset: number, length: number) =>
        fs.readSync(fd, buffer, offset, Math.min(length, 70_001), null)) as typeof fs.readSync,
    };
    const bytes = Buffer.alloc(1_048_576, 'abcdefg');
    const publish = publisher(folder, { fs: short, fileWrite });
    expect(publish(bytes).op).toBe('created');
    expect(fs.readFileSync(join(folder, 'f')).equals(bytes)).toBe(true);
    expect(publish(bytes).op).toBe('unchanged');
    expect(() => publisher(folder, { fs: { ...short, writeSync: () => 0 }, fileWrite })('x')).toThrow(
      expect.objectContaining({ code: 'EIO' }),
    );
  });

  it('is never a directory', () => {
    const folder = temporaryFolder();
    fs.mkdirSync(join(folder, 'f'));
    const never = (): never => {
      throw new Error('called');
    };
    expect(() => publisher(folder, { fileWrite, beforeChange: never })('a')).toThrow(
      expect.objectContaining({ code: 'EISDIR' }),
    );
  });

  it('leaves no descriptor open, whichever call fails', () => {
    const folder = temporaryFolder();
    publisher(folder, { fileWrite })('old');
    let calls = 0;
    publisher(folder, { fs: watchedFs(() => calls++), fileWrite, fileMode: 0o600 })('new');
    for (let failing = 1; failing <= calls; failing++) {
      publisher(folder, { fileWrite, fileMode: 0o604 })('new');
      let call = 0;
      const broken = watchedFs((name) => {
        if (++call !== failing) return;
        if (name === 'closeSync') return; // a descriptor that cannot be closed is another test
        throw errno('EIO');
      });
      try {
        publisher(folder, { fs: broken, fileWrite, fileMode: 0o600 })('new');
      } catch (error) {
        expect(error).toMatchObject({ code: 'EIO' });
      }
      expect(openBelow(folder)).toEqual([]);
    }
    expect(calls).toBeGreaterThan(4);
  });

  it('tells of a full disk that shows only when the file is closed', () => {
    const folder = temporaryFolder();
    let closes = 0;
    const broken = {
      ...watchedFs(() => {}),
      closeSync: (fd: number) => {
        fs.closeSync(fd);
        if (++closes === 1) throw errno('EDQUOT');
      },
    };
    expect(() => publisher(folder, { fs: broken, fileWrite })('a')).toThrow(errno('EDQUOT'));
    expect(closes).toBe(1);
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});

describe('an atomic write', () => {
  it('leaves the old file and no stage file, whichever call fails', () => {
    const folder = temporaryFolder();
    publisher(folder)('old');
    for (const failing of ['lstatSync', 'writeSync', 'fchmodSync', 'renameSync'] as const) {
      const broken = watchedFs((call) => {
        if (call === failing) throw errno('ENOSPC');
      });
      expect(() => publisher(folder, { fs: broken, fileMode: 0o600 })('new')).toThrow(errno('ENOSPC'));
      expect(fs.readdirSync(folder)).toEqual(['f']);
      expect(read(folder)).toBe('old');
    }
  });

  it('replaces a symbolic link, a pipe, and an unreadable file, and follows none', () => {
    const folder = temporaryFolder();
    const outside = join(temporaryFolder(), 'victim');
    fs.writeFileSync(outside, 'new');
    fs.symlinkSync(outside, join(folder, 'f'));
    expect(publisher(folder)('new').op).toBe('updated');
    expect(fs.lstatSync(join(folder, 'f')).isFile()).toBe(true);
    fs.linkSync(outside, join(folder, 'hard'));
    expect(publisher(folder, { name: 'hard' })('other').op).toBe('updated');
    expect(fs.readFileSync(outside, 'utf8')).toBe('new');
    const denied = watchedFs((call, [, flags]) => {
      if (call === 'openSync' && flags === (fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK))
        throw errno('EACCES');
    });
    expect(publisher(folder, { fs: denied })('new').op).toBe('updated');
  });

  it('does not take a file that has grown since for the same', () => {
    const folder = temporaryFolder();
    publisher(folder)('abc');
    const growing = watchedFs((call, [path]) => {
      if (call === 'openSync' && path === join(folder, 'f')) fs.appendFileSync(join(folder, 'f'), 'd');
    });
    expect(publisher(folder, { fs: growing })('abc').op).toBe('updated');
    expect(read(folder)).toBe('abc');
  });

  it('does not follow a link that was put there after the comparison began', () => {
    const folder = temporaryFolder();
    const outside = join(temporaryFolder(), 'victim');
    fs.writeFileSync(outside, 'abc');
    publisher(folder)('abc');
    const swapping = watchedFs((call, [path]) => {
      if (call !== 'openSync' || path !== join(folder, 'f')) return;
      fs.unlinkSync(join(folder, 'f'));
      fs.symlinkSync(outside, join(folder, 'f'));
    });
    expect(publisher(folder, { fs: swapping })('abc').op).toBe('updated');
    expect(fs.lstatSync(join(folder, 'f')).isFile()).toBe(true);
  });

  it('stages again when the stage file vanished or its name was taken, at most three times', () => {
    const folder = temporaryFolder();
    fs.writeFileSync(join(folder, '.ks-stage-0'), "a sibling's");
    let renames = 0;
    const vanishing = (times: number) =>
      watchedFs((call, [path]) => {
        if (call === 'renameSync' && ++renames <= times) fs.unlinkSync(path as string);
      });
    expect(publisher(folder, { fs: vanishing(1) })('a').op).toBe('created');
    expect(fs.readdirSync(folder).sort()).toEqual(['.ks-stage-0', 'f']);
    renames = 0;
    expect(() => publisher(folder, { fs: vanishing(99), stageName: () => '.ks-other' })('b')).toThrow(
      expect.objectContaining({ code: 'ENOENT' }),
    );
    expect(renames).toBe(3);
    expect(read(folder)).toBe('a');
    expect(() => publisher(folder, { stageName: () => '.ks-stage-0' })('b')).toThrow(
      expect.objectContaining({ code: 'EEXIST' }),
    );
    expect(fs.readFileSync(join(folder, '.ks-stage-0'), 'utf8')).toBe("a sibling's");
  });

  it('stages in the directory of the target once that was found to be on another file system', () => {
    const stages = temporaryFolder();
    const folder = temporaryFolder();
    const otherFileSystem = new Set<string>();
    const staged: string[] = [];
    const crossing = watchedFs((call, [from]) => {
      if (call !== 'renameSync') return;
      staged.push((from as string).split('/').slice(0, -1).join('/'));
      if ((from as string).startsWith(stages)) throw errno('EXDEV');
    });
    const publish = publisher(folder, { fs: crossing, otherFileSystem, stageDirectory: directoryAt(stages) });
    publish('a');
    publish('b');
    expect(staged).toEqual([stages, folder, folder]);
    expect([...otherFileSystem]).toEqual([folder]);
    expect(fs.readdirSync(stages)).toEqual([]);
    expect(fs.readdirSync(folder)).toEqual(['f']);
  });

  it('gives up where even the directory itself is another file system', () => {
    const folder = temporaryFolder();
    const crossing = watchedFs((call) => {
      if (call === 'renameSync') throw errno('EXDEV');
    });
    expect(() => publisher(folder, { fs: crossing })('a')).toThrow(errno('EXDEV'));
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});

describe('a write in place', () => {
  it('keeps the inode, and never makes the file empty', () => {
    const folder = temporaryFolder();
    publisher(folder)('a long old text');
    const before = fs.statSync(join(folder, 'f')).ino;
    const sizes: number[] = [];
    const watching = watchedFs((call) => {
      if (call === 'writeSync' || call === 'ftruncateSync') sizes.push(fs.statSync(join(folder, 'f')).size);
    });
    publisher(folder, { fs: watching, fileWrite: 'in-place' })('new');
    expect(read(folder)).toBe('new');
    expect(fs.statSync(join(folder, 'f')).ino).toBe(before);
    expect(sizes).toEqual([15, 15]);
  });

  it('follows no link', () => {
    const folder = temporaryFolder();
    const outside = join(temporaryFolder(), 'victim');
    fs.writeFileSync(outside, 'safe');
    fs.symlinkSync(outside, join(folder, 'f'));
    expect(() => publisher(folder, { fileWrite: 'in-place' })('new')).toThrow(
      expect.objectContaining({ code: 'ELOOP' }),
    );
    expect(fs.readFileSync(outside, 'utf8')).toBe('safe');
  });

  it('writes into nothing but a regular file', () => {
    const folder = temporaryFolder();
    const device = {
      ...watchedFs(() => {}),
      fstatSync: (() => fs.statSync('/dev/null')) as unknown as typeof fs.fstatSync,
    };
    fs.writeFileSync(join(folder, 'f'), 'old');
    expect(() => publisher(folder, { fs: device, fileWrite: 'in-place' })('new')).toThrow(
      expect.objectContaining({ code: 'EINVAL' }),
    );
    expect(read(folder)).toBe('old');
  });

  it('that fails removes a file that was not there before, and no other', () => {
    const folder = temporaryFolder();
    const broken = watchedFs((call) => {
      if (call === 'ftruncateSync') throw errno('ENOSPC');
    });
    expect(() => publisher(folder, { fs: broken, fileWrite: 'in-place' })('new')).toThrow(errno('ENOSPC'));
    expect(fs.readdirSync(folder)).toEqual([]);
    publisher(folder)('old');
    expect(() => publisher(folder, { fs: broken, fileWrite: 'in-place' })('new')).toThrow(errno('ENOSPC'));
    expect(fs.readdirSync(folder)).toEqual(['f']);
  });
});

describe('a removed file', () => {
  it('is gone, also when it was before; of a link, the link itself', () => {
    const folder = temporaryFolder();
    const outside = join(temporaryFolder(), 'victim');
    fs.writeFileSync(outside, '');
    fs.symlinkSync(outside, join(folder, 'f'));
    removeFile(fs, directoryAt(folder), 'f');
    removeFile(fs, directoryAt(folder), 'f');
    expect(fs.readdirSync(folder)).toEqual([]);
    expect(fs.existsSync(outside)).toBe(true);
  });

  it('is never a directory, as Linux or macOS says it', () => {
    const folder = temporaryFolder();
    fs.mkdirSync(join(folder, 'f'));
    expect(() => removeFile(fs, directoryAt(folder), 'f')).toThrow(expect.objectContaining({ code: 'EISDIR' }));
    const mac = watchedFs((call) => {
      if (call === 'unlinkSync') throw errno('EPERM');
    });
    expect(() => removeFile(mac, directoryAt(folder), 'f')).toThrow(expect.objectContaining({ code: 'EISDIR' }));
    expect(() => removeFile(mac, directoryAt(folder), 'gone')).toThrow(errno('EPERM'));
  });
});
