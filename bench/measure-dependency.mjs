// What a dependency costs in the container: bundles each variant as the image does, then starts it many times in its
// own process and prints the medians. Run it with the Node of the image: node bench/measure-dependency.mjs [runs]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const runs = Number(process.argv[2] ?? 15);
const root = fileURLToPath(new URL('..', import.meta.url));
const names = Array.from({ length: 16 }, (_, index) => `k8s_sidecar_family_${index}_total`);

/** Each variant makes 16 counters with two labels, counts 100,000 times and makes the text once. */
const variants = {
  nothing: 'module.exports = {};',
  'own exposition': `
    const { createExposition } = require('./src/observe/exposition.js');
    const exposition = createExposition();
    const counters = ${JSON.stringify(names)}.map((name) => exposition.counter(name, 'help', ['a', 'b']));
    module.exports = { count: (i) => counters[i % 16].add({ a: 'x', b: String(i % 4) }), text: () => exposition.text() };`,
  'prom-client': `
    const { Registry, Counter } = require('prom-client');
    const registry = new Registry();
    const counters = ${JSON.stringify(names)}.map((name) => new Counter({ name, help: 'help', labelNames: ['a', 'b'], registers: [registry] }));
    module.exports = { count: (i) => counters[i % 16].inc({ a: 'x', b: String(i % 4) }), text: () => registry.metrics() };`,
};

/** In the measured process. node:https is loaded before, since the program does so anyway. */
const probe = `
  require('node:https');
  const before = process.hrtime.bigint();
  const { count, text } = require(process.argv[1]);
  const readyMs = Number(process.hrtime.bigint() - before) / 1e6;
  const rssMiB = () => process.memoryUsage().rss / 2 ** 20;
  const loadedMiB = rssMiB();
  (async () => {
    const start = process.hrtime.bigint();
    if (count) for (let i = 0; i < 100_000; i++) count(i);
    if (text) await text();
    const countMs = Number(process.hrtime.bigint() - start) / 1e6;
    process.stdout.write(JSON.stringify({ readyMs, loadedMiB, countMs, countedMiB: rssMiB() }));
  })();`;

const folder = mkdtempSync(join(tmpdir(), 'measure-dependency-'));
try {
  const bundles = {};
  for (const [name, contents] of Object.entries(variants)) {
    bundles[name] = join(folder, `${name.replaceAll(' ', '-')}.cjs`);
    await build({
      stdin: { contents, resolveDir: root, loader: 'ts' },
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'cjs',
      outfile: bundles[name],
      logLevel: 'error',
    });
  }
  const samples = Object.fromEntries(Object.keys(variants).map((name) => [name, []]));
  // In turns, so that what else the machine does falls on all of them.
  for (let run = 0; run < runs; run++) {
    for (const [name, file] of Object.entries(bundles)) {
      samples[name].push(JSON.parse(execFileSync(process.execPath, ['-e', probe, file], { encoding: 'utf8' })));
    }
  }
  print(`Node ${process.version}, ${process.platform} ${process.arch}, medians of ${runs} runs\n`);
  print('| variant | bundle KiB | require ms | RSS MiB | 100,000 counts and a text, ms | RSS MiB after |');
  print('| --- | --- | --- | --- | --- | --- |');
  for (const [name, all] of Object.entries(samples)) {
    const cells = ['readyMs', 'loadedMiB', 'countMs', 'countedMiB'].map((key) => median(all.map((one) => one[key])));
    print(`| ${[name, (statSync(bundles[name]).size / 1024).toFixed(1), ...cells].join(' | ')} |`);
  }
} finally {
  rmSync(folder, { recursive: true });
}

function median(numbers) {
  return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)].toFixed(1);
}

function print(line) {
  process.stdout.write(`${line}\n`);
}
