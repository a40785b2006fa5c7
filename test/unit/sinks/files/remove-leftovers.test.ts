import * as fs from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { FileError } from '../../../../src/model.js';
import { identityHash } from '../../../../src/sinks/files/identity.js';
import { removeEmptyDirectories } from '../../../../src/sinks/files/remove-empty-directories.js';
import { removeLeftovers } from '../../../../src/sinks/files/remove-leftovers.js';
import { stageFileName } from '../../../../src/sinks/files/stage-file-name.js';
import { errno, watchedFs } from './support/failing-fs.js';
import { IDENTITY } from './support/store.js';
import { temporaryFolder } from './support/temporary-folder.js';

const RANDOM = 'fedcba9876543210';

it('own stage files are removed; names that only look like one, and what is no file, are not', () => {
  const folder = temporaryFolder();
  const directory = { path: folder, at: (name: string) => join(folder, name) };
  const kept = [
    stageFileName('0123456789abcde0', RANDOM), // a sibling's
    stageFileName(IDENTITY, RANDOM.slice(1)),
    stageFileName(IDENTITY, `${RANDOM}0`),
    stageFileName(IDENTITY, 'FEDCBA9876543210'),
    `${stageFileName(IDENTITY, RANDOM)}.json`,
    `x${stageFileName(IDENTITY, RANDOM)}`,
    `.ks-state.${IDENTITY}`,
    `.ks-${IDENTITY}-.tmp`,
    'a.tmp',
  ];
  const link = stageFileName(IDENTITY, '0'.repeat(16));
  const subdirectory = stageFileName(IDENTITY, '1'.repeat(16));
  for (const name of [...kept, stageFileName(IDENTITY, RANDOM), stageFileName(IDENTITY, '2'.repeat(16))])
    fs.writeFileSync(join(folder, name), '');
  fs.symlinkSync('a.tmp', join(folder, link));
  fs.mkdirSync(join(folder, subdirectory));
  removeLeftovers(fs, directory, IDENTITY);
  expect(fs.readdirSync(folder).sort()).toEqual([...kept, link, subdirectory].sort());
});

it('leftovers that cannot be listed or removed are left', () => {
  const folder = temporaryFolder();
  const directory = { path: folder, at: (name: string) => join(folder, name) };
  fs.writeFileSync(join(folder, stageFileName(IDENTITY, RANDOM)), '');
  for (const failing of ['readdirSync', 'unlinkSync']) {
    const broken = watchedFs((call) => {
      if (call === failing) throw errno('EACCES');
    });
    removeLeftovers(broken, directory, IDENTITY);
    expect(fs.readdirSync(folder)).toHaveLength(1);
  }
});

it('the identity is sixteen hex digits that tell apart where one value ends', () => {
  expect(identityHash(['a', 'b'])).toMatch(/^[0-9a-f]{16}$/);
  expect(identityHash(['a', 'b'])).toBe(identityHash(['a', 'b']));
  expect(new Set([['ab'], ['a', 'b'], ['a,b'], ['a', 'b', ''], ['b', 'a']].map(identityHash)).size).toBe(5);
});

it('directories that we made go when they are empty, up to the first that is not or is not ours', () => {
  const folder = temporaryFolder();
  fs.mkdirSync(join(folder, 'theirs/a/b/c'), { recursive: true });
  fs.mkdirSync(join(folder, 'ours/x'), { recursive: true });
  fs.writeFileSync(join(folder, 'ours/f'), '');
  const at = (path: string): string => join(folder, path);
  const made = new Set(['theirs/a', 'theirs/a/b', 'theirs/a/b/c', 'ours', 'ours/x', 'missing'].map(at));
  const reach = (path: string): string => {
    if (path === at('refused')) throw errno('EROFS');
    if (path === at('link')) throw new FileError('object', 'ELOOP', '');
    return path;
  };
  const paths = new Set(['theirs/a/b/c', 'theirs/a/b', 'ours/x', 'missing', 'refused', 'link', 'theirs'].map(at));
  const gone = removeEmptyDirectories(paths, { fs, made: new Set([...made, at('refused'), at('link')]), reach });
  expect([...paths]).toEqual([at('refused')]);
  expect(gone).toEqual(['theirs/a/b/c', 'theirs/a/b', 'theirs/a', 'ours/x', 'missing'].map(at));
  expect(fs.readdirSync(folder).sort()).toEqual(['ours', 'theirs']);
});
