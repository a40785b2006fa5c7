// Prints what the bundle costs: its size and parts, the start until its exit, and the resident memory at that moment,
// against a bare Node. `node bench/measure-bundle.mjs [FILE [ARGUMENT…]]`, by default `dist/main.cjs --version`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const runs = 9;
const [file = fileURLToPath(new URL('../dist/main.cjs', import.meta.url)), ...args] = process.argv.slice(2);
const fileArgs = process.argv.length > 2 ? args : ['--version'];

const folder = mkdtempSync(join(tmpdir(), 'measure-'));
const report = join(folder, 'report.cjs');
const empty = join(folder, 'empty.cjs');
// At exit: the high-water mark of the resident memory, in KiB on every platform, and whether Node's undici was loaded.
writeFileSync(
  report,
  `process.on('exit', () => {
  const rssMiB = process.resourceUsage().maxRSS / 1024;
  const undici = process.moduleLoadList.some((name) => name.includes('deps/undici/undici'));
  process.stderr.write('\\n#' + JSON.stringify({ rssMiB, undici }) + '\\n');
});`,
);
writeFileSync(empty, '');

const bare = await measure(empty, []);
const bundle = await measure(file, fileArgs);
rmSync(folder, { recursive: true });

const bytes = statSync(file).size;
const rows = [
  ['', 'size', 'start ms', 'RSS MiB', "Node's undici"],
  ['bare node', '', ...figures(bare)],
  [
    [file.split('/').at(-1), ...fileArgs].join(' '),
    `${kib(bytes)} (${kib(gzipSync(readFileSync(file)).length)} gzip)`,
    ...figures(bundle),
  ],
];
process.stdout.write(`Node ${process.version}, median of ${runs}, spawn to exit\n\n`);
for (const row of rows) process.stdout.write(`| ${row.join(' | ')} |\n`);

/** One after the other and in turn with nothing else, since two cores are easily busy. The first run warms the disk cache. */
async function measure(script, scriptArgs) {
  const results = [];
  for (let run = 0; run <= runs; run++) results.push(await once(script, scriptArgs));
  return results.slice(1);
}

function once(script, scriptArgs) {
  return new Promise((resolve, reject) => {
    const since = performance.now();
    const child = spawn(process.execPath, ['--require', report, script, ...scriptArgs], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let text = '';
    child.stderr.on('data', (chunk) => {
      text += chunk;
    });
    child.on('error', reject);
    child.on('close', () => {
      const said = /^#(.*)$/m.exec(text)?.[1];
      if (said) resolve({ ms: performance.now() - since, ...JSON.parse(said) });
      else reject(new Error(`Expected ${script} to end by itself, got: ${text}`));
    });
  });
}

function figures(results) {
  return [
    median(results.map(({ ms }) => ms)).toFixed(0),
    median(results.map(({ rssMiB }) => rssMiB)).toFixed(1),
    results[0].undici ? 'loaded' : 'not loaded',
  ];
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function kib(count) {
  return `${(count / 1024).toFixed(0)} KiB`;
}
