// Writes docs/configuration.md from the table of options. With --check it writes nothing and exits with 1 if that
// file is not what it would write. Another path may be given, for tests.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = new URL('..', import.meta.url);
const { optionEntries, sections, flagName } = await loadTable();
const argv = process.argv.slice(2);
const target = argv.find((argument) => argument !== '--check') ?? fileURLToPath(new URL('docs/configuration.md', root));
const wanted = render();

if (!argv.includes('--check')) {
  await writeFile(target, wanted);
} else if ((await readFile(target, 'utf8').catch(() => '')) !== wanted) {
  process.stderr.write(`${target} is stale: run node scripts/generate-docs.mjs\n`);
  process.exitCode = 1;
}

/** Imports inside src end in `.js`, which type stripping cannot resolve, so the table is bundled in memory. */
async function loadTable() {
  const contents = "export * from './options.js'; export * from './option-spec.js';";
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: fileURLToPath(new URL('src/config/', root)), loader: 'ts' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  return import(`data:text/javascript;base64,${code}`);
}

function render() {
  const parts = [
    '<!-- Made by scripts/generate-docs.mjs from src/config/options.ts. Do not edit. -->',
    '# Configuration',
    [
      'Every option is a variable and a flag. A flag wins over its variable, a variable over the default.',
      'An empty string means unset, but for booleans, which are true only for `true` in any case.',
      'Words may be in any case; items of lists are trimmed. A wrong value stops the start with exit code 2;',
      'all faults are said at once.',
    ].join('\n'),
  ];
  for (const [section, title] of Object.entries(sections)) {
    const rows = optionEntries.filter(([, spec]) => spec.section === section).map(row);
    parts.push(`## ${title}`, [...head(), ...rows].join('\n'));
  }
  return `${parts.join('\n\n')}\n`;
}

function head() {
  return [
    '| variable | flag | type | default | meaning | source of the default |',
    '| --- | --- | --- | --- | --- | --- |',
  ];
}

function row([variable, spec]) {
  const value = spec.default === undefined ? (spec.required ? '**required**' : spec.unset) : `\`${spec.default}\``;
  const text = spec.later ? `${spec.text} **Comes with a later release; until then it stops the start.**` : spec.text;
  const cells = [`\`${variable}\``, `\`--${flagName(variable)}\``, spec.type.label, value, text, spec.source];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
