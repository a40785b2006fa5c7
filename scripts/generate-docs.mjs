// Writes docs/configuration.md from the table of options, and docs/compatibility.md and the README's migration table from the
// rows of the drop-in contract. With --check it writes nothing and exits with 1 if one of them is not what it would write.
// Another folder than the project's may be given, for tests.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const { optionEntries, sections, flagName } = await load('src/config', ['options', 'option-spec']);
const { contractRows, contractSections } = await load('test/compat', ['contract-rows', 'contract-row']);
const argv = process.argv.slice(2);
const target = resolve(argv.find((argument) => argument !== '--check') ?? root);

/** Between these lines of the README; the rest of it is written by hand. */
const BEGIN = '<!-- migration: made by scripts/generate-docs.mjs from test/compat/contract-rows.ts -->';
const END = '<!-- end of migration -->';

const pages = {
  'docs/configuration.md': () => configuration(),
  'docs/compatibility.md': () => compatibility(),
  'README.md': (current) => between(current, migration()),
};
for (const [name, render] of Object.entries(pages)) {
  const path = join(target, name);
  const current = await readFile(path, 'utf8').catch(() => '');
  const wanted = render(current);
  if (wanted === current) continue;
  if (wanted === undefined) fail(`${path} has not the lines ${BEGIN} and ${END}, once and in this order`);
  else if (argv.includes('--check')) fail(`${path} is stale: run node scripts/generate-docs.mjs`);
  else {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, wanted);
  }
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}

/** Imports of the sources end in `.js`, which type stripping cannot resolve, so the tables are bundled in memory. */
async function load(folder, modules) {
  const { outputFiles } = await build({
    stdin: {
      contents: modules.map((name) => `export * from './${name}.js';`).join('\n'),
      resolveDir: join(root, folder),
      loader: 'ts',
    },
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  return import(`data:text/javascript;base64,${code}`);
}

function configuration() {
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

function compatibility() {
  const parts = [
    '<!-- Made by scripts/generate-docs.mjs from test/compat/contract-rows.ts. Do not edit. -->',
    '# Compatibility',
    [
      'k8s-sidecar takes the place of the sidecar image that the charts of Grafana, Loki, Cortex and Jenkins run: the image is',
      'swapped, every variable is kept. Row by row, what the established tool does and what becomes of it. **Same** means just that;',
      '**better** is other on purpose, and nothing that worked stops working; **switch** is other on purpose too, and names what',
      'brings the old way back for those who depend on it.',
    ].join('\n'),
    [
      'Each row has a test in `test/compat` whose name begins with it; it runs the program against a real kube-apiserver.',
      '[configuration.md](configuration.md) has all variables, new ones included.',
    ].join('\n'),
  ];
  for (const [section, title] of Object.entries(contractSections)) {
    const rows = contractRows.filter((row) => row.section === section);
    const lines = rows.map(({ id, established, ours }) => tableRow([`\`${id}\``, established, judged(ours)]));
    parts.push(`## ${title}`, [...tableHead(['row', 'established', 'ours']), ...lines].join('\n'));
  }
  return `${parts.join('\n\n')}\n`;
}

function judged(ours) {
  if (ours.kind === 'same') return ours.note === undefined ? 'Same.' : `Same. ${ours.note}`;
  if (ours.kind === 'better') return `**Better**: ${lowerFirst(ours.how)}`;
  return `**Switch**: ${lowerFirst(ours.how)} The old way: ${ours.switch}.`;
}

function lowerFirst(text) {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function migration() {
  const lines = contractRows
    .filter(({ section }) => section === 'difference')
    .map(({ established, ours }) => tableRow([established, ours.how, ours.kind === 'switch' ? ours.switch : '-']));
  return [...tableHead(['the established tool', 'k8s-sidecar', 'switch back']), ...lines].join('\n');
}

/** The page with other text between the two lines; `undefined` where these are not there, or more than once. */
function between(page, text) {
  const [before, after, ...more] = page.split(BEGIN);
  const [, behind, ...again] = after?.split(END) ?? [];
  if (behind === undefined || more.length > 0 || again.length > 0) return undefined;
  return `${before}${BEGIN}\n\n${text}\n\n${END}${behind}`;
}

function head() {
  return tableHead(['variable', 'flag', 'type', 'default', 'meaning', 'source of the default']);
}

function row([variable, spec]) {
  const value = spec.default === undefined ? (spec.required ? '**required**' : spec.unset) : `\`${spec.default}\``;
  const text = spec.later ? `${spec.text} **Comes with a later release; until then it stops the start.**` : spec.text;
  const cells = [`\`${variable}\``, `\`--${flagName(variable)}\``, spec.type.label, value, text, spec.source];
  return tableRow(cells);
}

function tableHead(titles) {
  return [`| ${titles.join(' | ')} |`, `| ${titles.map(() => '---').join(' | ')} |`];
}

function tableRow(cells) {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
