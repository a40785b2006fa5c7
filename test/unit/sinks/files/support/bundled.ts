import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterAll } from 'vitest';

/** A program of this folder as one file that `node` runs, readable for every user; gone after the tests of the file. */
export function bundled(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'ks-program-'));
  chmodSync(folder, 0o755);
  afterAll(() => rmSync(folder, { recursive: true }));
  const outfile = join(folder, `${name}.mjs`);
  buildSync({
    entryPoints: [join(import.meta.dirname, `${name}.ts`)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
  });
  chmodSync(outfile, 0o644);
  return outfile;
}
