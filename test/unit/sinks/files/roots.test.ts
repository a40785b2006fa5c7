import * as fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type RootsOptions, resolveRoots } from '../../../../src/sinks/files/roots.js';
import { temporaryFolder } from './support/temporary-folder.js';

const options = (folder: string, change: Partial<RootsOptions> = {}): RootsOptions => ({
  folder,
  allowedRoots: [],
  readMountInfo: () => undefined,
  inKubernetes: true,
  ...change,
});

describe('the roots', () => {
  it('are resolved, FOLDER first, and keep the spelling of the configuration', () => {
    const base = temporaryFolder();
    fs.mkdirSync(join(base, 'real'));
    fs.symlinkSync('real', join(base, 'link'));
    const roots = resolveRoots(options(`${base}/link/sub/`, { allowedRoots: [`${base}/link/../link`] }), fs);
    expect(roots.all).toEqual([
      { configured: `${base}/link/sub`, real: `${base}/real/sub` },
      { configured: `${base}/link`, real: `${base}/real` },
    ]);
    expect(roots).toMatchObject({ made: true, stageFolder: `${base}/real/sub` });
    expect(fs.statSync(`${base}/real/sub`).isDirectory()).toBe(true);
    expect(resolveRoots(options(`${base}/link/sub`), fs).made).toBe(false);
  });

  it('are worked out as far as they exist', () => {
    const base = temporaryFolder();
    fs.mkdirSync(join(base, 'real'));
    fs.symlinkSync('real', join(base, 'link'));
    const roots = resolveRoots(options(`${base}/link/a/b`, { create: false, stateFolder: `${base}/link/s` }), fs);
    expect(roots.folder.real).toBe(`${base}/real/a/b`);
    expect(roots).toMatchObject({ made: false, folderId: undefined, stageFolder: `${base}/real/s` });
    expect(fs.existsSync(`${base}/real/a`)).toBe(false);
  });

  it('do not throw where FOLDER cannot be made', () => {
    const base = temporaryFolder();
    fs.writeFileSync(join(base, 'file'), '');
    expect(resolveRoots(options(`${base}/file/sub`), fs)).toMatchObject({ made: false, folderId: undefined });
    expect(resolveRoots(options(`${base}/file`), fs)).toMatchObject({ made: false, folderId: undefined });
  });

  it('do not throw where nothing can be resolved', () => {
    const native = (): never => {
      throw new Error('no');
    };
    const broken = { ...fs, realpathSync: Object.assign(native, { native }) };
    expect(resolveRoots(options('/nowhere/a', { create: false }), broken).folder.real).toBe('/nowhere/a');
  });

  it('hold the emptyDir of FOLDER, and read the mount table anew only for another directory', () => {
    const base = temporaryFolder();
    let reads = 0;
    const readMountInfo = (): string => {
      reads++;
      return `3 1 259:1 /p/volumes/kubernetes.io~empty-dir/a ${base} rw - ext4 /dev/sda rw`;
    };
    const asked = options(`${base}/a`, { readMountInfo, allowedRoots: ['/srv'] });
    const first = resolveRoots(asked, fs);
    expect(first.all.map(({ real }) => real)).toEqual([`${base}/a`, base, '/srv']);
    expect(resolveRoots(asked, fs, first).all).toEqual(first.all);
    expect(reads).toBe(1);
    fs.renameSync(`${base}/a`, `${base}/old`);
    const second = resolveRoots(asked, fs, first);
    expect(second.folderId).not.toBe(first.folderId);
    expect(second.made).toBe(true);
    expect(reads).toBe(2);
  });
});
