import { once } from 'node:events';
import { mkdirSync, statSync, symlinkSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { lastValueFrom } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ReadyFile } from '../../../../src/model.js';
import { candidateFiles } from '../../../../src/sinks/validate/candidate-files.js';
import { candidatePath } from '../../../../src/sinks/validate/candidate-path.js';
import { type CandidateTreeOptions, candidateTree } from '../../../../src/sinks/validate/candidate-tree.js';
import { put, temporaryFolder, tree } from './folders.js';

const owner = 'configmap/default/a';

interface Wanted {
  readonly published?: readonly string[];
  readonly writes?: readonly ReadyFile[];
  readonly removes?: readonly string[];
}

async function build(
  { published = [], writes = [], removes = [] }: Wanted,
  options: Partial<CandidateTreeOptions> & { folder: string },
) {
  const at = join(temporaryFolder(), 'below', 'candidate');
  const plan = {
    writes: writes.map((file) => ({ owner, file }) as const),
    removes: removes.map((path) => ({ owner, path }) as const),
  };
  const files = candidateFiles(published, plan as never);
  const build$ = candidateTree(at, files, { roots: [{ real: options.folder }], platform: 'linux', ...options });
  await lastValueFrom(build$, { defaultValue: undefined });
  return at;
}

const bytes = (path: string, content: string): ReadyFile => ({ path, bytes: Buffer.from(content) });

describe('a candidate', () => {
  it('has what is published with the plan carried out, each file with the mode that it has', async () => {
    const folder = temporaryFolder();
    const published = [
      put(join(folder, 'a'), 'a', 0o640),
      put(join(folder, 'sub/deep/b'), 'b', 0o604),
      put(join(folder, 'old'), 'old'),
      put(join(folder, 'c'), 'c0'),
    ];
    const stagedAt = put(join(folder, '.ks-staged'), 'from a URL', 0o600);
    const writes: ReadyFile[] = [
      bytes(join(folder, 'c'), 'c1'),
      bytes(join(folder, 'new/d'), 'd'),
      { path: join(folder, 'u'), staged: { stagedAt, sha256: '', size: 10 } },
    ];
    const at = await build({ published, writes, removes: [join(folder, 'old')] }, { folder, fileMode: 0o440 });
    expect(tree(at)).toEqual({
      a: 'a 640',
      'sub/deep/b': 'b 604',
      c: 'c1 440',
      'new/d': 'd 440',
      u: 'from a URL 440',
    });
    expect(statSync(at).mode & 0o777).toBe(0o700);
    expect(statSync(join(at, 'new')).mode & 0o077).toBe(0);
  });

  it('has new files by the umask where no mode is set', async () => {
    const folder = temporaryFolder();
    const stagedAt = put(join(folder, '.ks-staged'), 'u', 0o600);
    const writes = [
      bytes(join(folder, 'a'), 'a'),
      { path: join(folder, 'u'), staged: { stagedAt, sha256: '', size: 1 } },
    ];
    const mode = (0o666 & ~process.umask()).toString(8);
    expect(tree(await build({ writes }, { folder }))).toEqual({ a: `a ${mode}`, u: `u ${mode}` });
  });

  it('has large files whole, and thousands of them', async () => {
    const folder = temporaryFolder();
    const large = put(join(folder, 'large'), '');
    truncateSync(large, 300_000);
    const published = Array.from({ length: 200 }, (_, at) => put(join(folder, String(at)), String(at)));
    const at = await build({ published: [large, ...published] }, { folder });
    expect(Object.keys(tree(at))).toHaveLength(201);
    expect(statSync(join(at, 'large')).size).toBe(300_000);
  });

  it('is made of copies: what the validator writes is not published', async () => {
    const folder = temporaryFolder();
    const at = await build({ published: [put(join(folder, 'a'), 'a')] }, { folder });
    put(join(at, 'a'), 'changed');
    expect(tree(folder)).toEqual({ a: 'a 644' });
  });

  it('lacks what is gone, and what is no regular file', async () => {
    const folder = temporaryFolder();
    const secret = put(join(temporaryFolder(), 'secret'), 'secret');
    symlinkSync(secret, join(folder, 'link'));
    mkdirSync(join(folder, 'directory'));
    const server = createServer().listen(join(folder, 'socket'));
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const published = ['gone', 'link', 'directory', 'missing/file', 'socket'].map((name) => join(folder, name));
    expect(tree(await build({ published }, { folder }))).toEqual({});
  });

  it('never has what a symbolic link in place of a directory leads to', async () => {
    const [folder, outside] = [temporaryFolder(), temporaryFolder()];
    put(join(outside, 'file'), 'secret');
    symlinkSync(outside, join(folder, 'sub'));
    expect(tree(await build({ published: [join(folder, 'sub/file')] }, { folder }))).toEqual({});
  });

  it('fails where it cannot be made, and where it is there already', async () => {
    const folder = temporaryFolder();
    const file = put(join(temporaryFolder(), 'file'), '');
    const options = { roots: [{ real: folder }], platform: 'linux' };
    const made = (at: string) => lastValueFrom(candidateTree(at, new Map(), options), { defaultValue: undefined });
    await expect(made(join(file, 'candidate'))).rejects.toMatchObject({
      code: expect.stringMatching(/^(EEXIST|ENOTDIR)$/),
    });
    await expect(made(folder)).rejects.toMatchObject({ code: 'EEXIST' });
  });

  it('fails where two of its files cannot both stand', async () => {
    const folder = temporaryFolder();
    const published = [put(join(folder, 'a'), 'a')];
    await expect(build({ published, writes: [bytes(join(folder, 'a/b'), 'x')] }, { folder })).rejects.toThrow();
  });
});

describe('the place of a file', () => {
  const roots = [{ real: '/data/rules' }, { real: '/data' }, { real: '/etc/other' }];
  it.each([
    ['below FOLDER: the same place', '/data/rules/t/a.yaml', 't/a.yaml'],
    ['below another root: a folder that is named for it', '/etc/other/t/a', '.ks-root-%2Fetc%2Fother/t/a'],
    ['below a root that holds FOLDER', '/data/x', '.ks-root-%2Fdata/x'],
    ['in no root: none', '/elsewhere/a', undefined],
    ['of a root itself: none', '/data/rules', '.ks-root-%2Fdata/rules'],
    ['of a name that only begins like a root: none', '/etc/other2/a', undefined],
  ])('%s', (_, path, to) => {
    expect(candidatePath(path, roots)?.to).toBe(to);
  });

  it('below the root of the file system', () => {
    expect(candidatePath('/a/b', [{ real: '/' }])).toEqual({ root: '/', rest: 'a/b', to: 'a/b' });
  });

  it('has a name of no more than 255 bytes, other for other roots', () => {
    const long = [1, 2].map((last) => `/${'ä'.repeat(120)}/${last}`);
    const names = long.map((real) => candidatePath(`${real}/x`, [{ real: '/f' }, { real }])?.to.split('/')[0] ?? '');
    expect(new Set(names).size).toBe(2);
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255);
  });
});
