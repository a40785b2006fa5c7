import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../../..');

describe('the example of docs/testing.md', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'guide-'));
    const [, example = ''] =
      /```ts\n(import assert[\s\S]*?)```/.exec(await readFile(join(root, 'docs/testing.md'), 'utf8')) ?? [];
    await writeFile(join(folder, 'example.ts'), example);
    await writeFile(join(folder, 'package.json'), '{"type":"module"}');
    await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('compiles as it stands there', async () => {
    const paths = { 'k8s-sidecar/testing': [join(root, 'src/testing/index.ts')] };
    const config = {
      extends: join(root, 'tsconfig.json'),
      compilerOptions: { paths, rootDir: '/', typeRoots: [join(root, 'node_modules/@types')] },
      include: [join(folder, 'example.ts')],
    };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(config));
    const tsc = run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder]);
    expect(await tsc.catch((error) => error.stdout)).toMatchObject({ stdout: '' });
  });

  test('passes as it stands there', async () => {
    const outfile = join(folder, 'example.mjs');
    await build({
      entryPoints: [join(folder, 'example.ts')],
      outfile,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'silent',
      packages: 'external',
      alias: { 'k8s-sidecar/testing': join(root, 'src/testing/index.ts') },
    });
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', outfile]);
    expect(stdout).toMatch(/^# pass 3$/m);
    expect(stdout).toMatch(/^# fail 0$/m);
  });
});
