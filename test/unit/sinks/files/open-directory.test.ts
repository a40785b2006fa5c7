import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FileError } from '../../../../src/model.js';
import { type Directories, openDirectories } from '../../../../src/sinks/files/open-directory.js';
import { openBelow } from './support/descriptors.js';
import { errno, watchedFs } from './support/failing-fs.js';
import { temporaryFolder } from './support/temporary-folder.js';

function open(platform: string, made: string[] = []): Directories {
  const directories = openDirectories({ fs, platform, beforeMake: (path) => made.push(path) });
  onTestFinished(() => directories.close());
  return directories;
}

describe.each(['linux', 'darwin'])('a directory on %s', (platform) => {
  it('is made below its root with every part, which is announced first', () => {
    const root = temporaryFolder();
    const made: string[] = [];
    const directory = open(platform, made).below(root, 'a/b', true);
    fs.writeFileSync(directory.at('f'), 'x');
    expect(fs.readFileSync(join(root, 'a/b/f'), 'utf8')).toBe('x');
    expect(made).toEqual([`${root}/a`, `${root}/a/b`]);
    expect(directory.path).toBe(`${root}/a/b`);
  });

  it('is not made unless asked', () => {
    const root = temporaryFolder();
    expect(() => open(platform).below(root, 'a', false)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    expect(() => open(platform).root(join(root, 'x'), false)).toThrow(expect.objectContaining({ code: 'ENOENT' }));
    expect(fs.readdirSync(root)).toEqual([]);
  });

  it('is the root itself for an empty rest, and a missing root is made with its parents', () => {
    const root = join(temporaryFolder(), 'x/y');
    expect(open(platform).below(root, '', true).path).toBe(root);
    expect(fs.statSync(root).isDirectory()).toBe(true);
  });

  it('is refused when a part of its path is a symbolic link, which is named', () => {
    const root = temporaryFolder();
    const outside = temporaryFolder();
    fs.mkdirSync(join(root, 'a'));
    fs.symlinkSync(outside, join(root, 'a/link'));
    for (const rest of ['a/link', 'a/link/b']) {
      expect(() => open(platform).below(root, rest, true)).toThrow(
        expect.objectContaining({
          name: 'FileError',
          fault: 'object',
          code: 'ELOOP',
          message: expect.stringContaining(`"${root}/a/link"`),
        }),
      );
    }
    expect(fs.readdirSync(outside)).toEqual([]);
  });

  it('is refused when a part of its path is a file', () => {
    const root = temporaryFolder();
    fs.writeFileSync(join(root, 'a'), '');
    expect(() => open(platform).below(root, 'a/b', true)).toThrow(
      expect.objectContaining({ fault: 'object', code: 'ENOTDIR' }),
    );
  });

  it("is the disk's fault when the root is no directory", () => {
    const base = temporaryFolder();
    fs.writeFileSync(join(base, 'file'), '');
    fs.symlinkSync(base, join(base, 'link'));
    for (const root of ['file', 'file/below', 'link']) {
      expect(() => open(platform).root(join(base, root), true)).toThrow(
        expect.objectContaining({ name: 'FileError', fault: 'disk', diskWide: true }),
      );
    }
  });

  it('is looked up once, until it is forgotten', () => {
    const root = temporaryFolder();
    const directories = open(platform);
    const first = directories.below(root, 'a', true);
    expect(directories.below(root, 'a', true)).toBe(first);
    expect(directories.root(root, false)).toBe(directories.root(root, false));
    directories.forget(`${root}/a`);
    directories.forget(`${root}/never`);
    expect(directories.below(root, 'a', true)).not.toBe(first);
  });

  it('may be made by somebody else at the same time', () => {
    const root = temporaryFolder();
    const directories = openDirectories({ fs, platform, beforeMake: (path) => fs.mkdirSync(path) });
    onTestFinished(() => directories.close());
    expect(directories.below(root, 'a', true).path).toBe(`${root}/a`);
  });
});

describe('on Linux', () => {
  it('a file lands in the directory that was walked, whatever its path leads to by now', () => {
    const root = temporaryFolder();
    const outside = temporaryFolder();
    const directory = open('linux').below(root, 'a', true);
    fs.renameSync(join(root, 'a'), join(root, 'moved'));
    fs.symlinkSync(outside, join(root, 'a'));
    fs.writeFileSync(directory.at('f'), 'x');
    expect(fs.readdirSync(outside)).toEqual([]);
    expect(fs.readdirSync(join(root, 'moved'))).toEqual(['f']);
  });

  it('a part that is swapped for a link between two steps of the walk leads nobody out', () => {
    const root = temporaryFolder();
    const outside = temporaryFolder();
    fs.mkdirSync(join(root, 'a/b'), { recursive: true });
    fs.mkdirSync(join(outside, 'b'));
    let opens = 0;
    const swapping = watchedFs((call) => {
      if (call !== 'openSync' || ++opens !== 3) return; // root, a, then b
      fs.renameSync(join(root, 'a'), join(root, 'moved'));
      fs.symlinkSync(outside, join(root, 'a'));
    });
    const directories = openDirectories({ fs: swapping, platform: 'linux', beforeMake: () => {} });
    onTestFinished(() => directories.close());
    fs.writeFileSync(directories.below(root, 'a/b', true).at('f'), '');
    expect(fs.readdirSync(join(outside, 'b'))).toEqual([]);
    expect(fs.readdirSync(join(root, 'moved/b'))).toEqual(['f']);
  });

  it('at most 32 are open, and none after the end', () => {
    const root = temporaryFolder();
    const directories = open('linux');
    for (let i = 0; i < 50; i++) directories.below(root, `a/b${i}`, true);
    expect(openBelow(root)).toHaveLength(32);
    expect(fs.readdirSync(directories.below(root, 'a/b0', false).at('.'))).toEqual([]);
    directories.close();
    expect(openBelow(root)).toEqual([]);
  });

  it('nothing is left open by a walk that fails', () => {
    const root = temporaryFolder();
    fs.mkdirSync(join(root, 'a/b'), { recursive: true });
    const directories = open('linux');
    directories.root(root, false);
    expect(() => directories.below(root, 'a/b/c', false)).toThrow();
    expect(openBelow(root)).toEqual([root]);
  });

  it('an error of another kind is passed on as it is', () => {
    const root = temporaryFolder();
    const failing = (where: string): Directories =>
      openDirectories({
        fs: watchedFs((call) => {
          if (call === where) throw errno('EIO');
        }),
        platform: 'linux',
        beforeMake: () => {},
      });
    expect(() => failing('mkdirSync').below(root, 'a', true)).toThrow(errno('EIO'));
    expect(() => failing('openSync').root(root, true)).toThrow(errno('EIO'));
    expect(() => failing('openSync').root(root, true)).not.toThrow(FileError);
  });
});
