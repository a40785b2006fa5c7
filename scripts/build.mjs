// `npm run build`: leaves in dist/ the typed ESM library (src without its entry) and the container's bundle, main.cjs.
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const main = join(dist, 'main.cjs');

rmSync(dist, { recursive: true, force: true });
// In a process of its own: the compiler is a native program, found through its package's launcher.
const tsc = join(root, 'node_modules/typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

const { bytes } = await bundle({ entry: join(root, 'src/main.ts'), outfile: main });
chmodSync(main, 0o755);
process.stdout.write(`dist/main.cjs: ${(bytes / 1024).toFixed(0)} KiB\n`);
