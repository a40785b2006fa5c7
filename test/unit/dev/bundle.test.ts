import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundle } from '../../../scripts/bundle.mjs';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ks-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const src = fileURLToPath(new URL('../../../src/', import.meta.url));

describe('the bundle of the container', () => {
  test('holds nothing that only dev needs', async () => {
    const { packages } = await bundle({ entry: join(src, 'main.ts'), outfile: join(folder, 'main.cjs') });
    for (const name of ['node-forge', 'rfc6902', 'yaml']) expect(packages.has(name), name).toBe(false);
  });

  test('leaves dev beside it, and loads it when it is asked for', async () => {
    const entry = join(folder, 'entry.ts');
    const outfile = join(folder, 'main.cjs');
    writeFileSync(
      entry,
      "import('./dev/run-dev.js').then(({ word }) => console.log(word), ({ code }) => console.log(code));",
    );
    await bundle({ entry, outfile });
    const run = () => execFileSync(process.execPath, [outfile], { encoding: 'utf8' });
    expect(run()).toBe('ERR_MODULE_NOT_FOUND\n');
    mkdirSync(join(folder, 'dev'));
    writeFileSync(join(folder, 'dev/run-dev.js'), 'export const word = "loaded";');
    writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
    expect(run()).toBe('loaded\n');
  });
});

describe('the command dev in an image', () => {
  test('says that it is not part of it, and exits with 2', async () => {
    const outfile = join(folder, 'main.cjs');
    await bundle({ entry: join(src, 'main.ts'), outfile });
    const run = () => execFileSync(process.execPath, [outfile, 'dev', folder], { encoding: 'utf8', stdio: 'pipe' });
    expect(run).toThrow(
      expect.objectContaining({
        status: 2,
        stdout: 'The command `dev` is part of the npm package, not of the image.\n',
        stderr: '',
      }),
    );
  });
});
