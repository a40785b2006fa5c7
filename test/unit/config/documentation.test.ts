import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { helpText } from '../../../src/config/help-text.js';
import { flagName } from '../../../src/config/option-spec.js';
import { optionEntries } from '../../../src/config/options.js';
import { contractRows } from '../../compat/contract-rows.js';

describe('--help', () => {
  test('names each option once, with its flag and its default', () => {
    const help = helpText();
    for (const [variable, spec] of optionEntries) {
      expect(help.split(`  --${flagName(variable)} <`), variable).toHaveLength(2);
      expect(help.replace(/\s+/g, ' '), variable).toContain(`(${variable}) ${spec.text}`);
    }
    expect(help).toContain('Default: 66.');
    expect(help.replace(/\s+/g, ' ')).toContain(
      '--script <absolute path> (SCRIPT) Script to run in FOLDER after files changed',
    );
    expect(help.replace(/\s+/g, ' ')).toContain('unless LABEL_SELECTOR or FIELD_SELECTOR is set.');
  });

  test('names the commands that are there, and no other', () => {
    const commands = helpText().match(/^ {2}[a-z]+$/gm);
    expect(commands?.map((line) => line.trim())).toEqual(['run', 'dev']);
  });

  test('is no wider than 96 columns', () => {
    expect(
      Math.max(
        ...helpText()
          .split('\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(96);
    expect(
      helpText()
        .split('\n')
        .some((line) => line.length > 88),
    ).toBe(true);
  });
});

describe('the generated documentation', () => {
  const script = fileURLToPath(new URL('../../../scripts/generate-docs.mjs', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  const file = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(file(name), 'utf8');
  const generate = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const [, begin = '', end = ''] = /(<!-- migration: .* -->)[\s\S]*(<!-- end of migration -->)/.exec(readme) ?? [];
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is what the tables give', () => {
    expect(generate('--check')).toMatchObject({ status: 0, stderr: '' });
  });

  test('has a row for each option', () => {
    writeFileSync(file('README.md'), `before\n${begin}\nold\n${end}\nafter\n`);
    expect(generate(folder)).toMatchObject({ status: 0, stderr: '' });
    const rows = read('docs/configuration.md')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.map((row) => row.split('`')[1])).toEqual(optionEntries.map(([variable]) => variable));
    for (const row of rows) expect(row.split(' | '), row).toHaveLength(6);
  });

  test('has a row for each promise of the contract: same, better or switch', () => {
    const rows = read('docs/compatibility.md')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.map((row) => row.split('`')[1])).toEqual(contractRows.map(({ id }) => id));
    for (const row of rows) expect(row).toMatch(/^\| `[^`]+` \| .+ \| (Same\.|\*\*Better\*\*: |\*\*Switch\*\*: ).*\|$/);
  });

  test('has each difference, with its switch, in the README, whose other text stays', () => {
    const [before, after] = read('README.md').split(/<!-- migration: [\s\S]* -->/);
    expect([before, after]).toEqual(['before\n', '\nafter\n']);
    const rows = read('README.md')
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(2);
    const differences = contractRows.filter(({ section }) => section === 'difference');
    expect(rows.map((row) => row.split(' | ')[0])).toEqual(differences.map(({ established }) => `| ${established}`));
    const switches = differences.map(({ ours }) => (ours.kind === 'switch' ? `${ours.switch} |` : '- |'));
    expect(rows.map((row) => row.split(' | ').at(-1))).toEqual(switches);
  });

  test.each([
    'docs/configuration.md',
    'docs/compatibility.md',
    'README.md',
  ])('is stale after a change of %s', (name) => {
    generate(folder);
    expect(generate('--check', folder).status).toBe(0);
    const text = read(name);
    const edited = text.replace('| --- |', '| ---- |');
    expect(edited).not.toBe(text);
    writeFileSync(file(name), edited);
    expect(generate('--check', folder)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`${name} is stale`),
    });
    expect(read(name)).toBe(edited);
    generate(folder);
    expect(read(name)).toBe(text);
  });

  test('is stale where a page is missing', () => {
    rmSync(file('docs'), { recursive: true });
    const { status, stderr } = generate('--check', folder);
    expect(status).toBe(1);
    for (const page of ['configuration.md', 'compatibility.md']) expect(stderr).toContain(`${page} is stale`);
  });

  test.each([
    ['without the lines', 'nothing'],
    ['with one of them', begin],
    ['with them twice', `${begin}${end}${begin}${end}`],
    ['with them the wrong way round', `${end}${begin}`],
  ])('is not written to a README %s', (_, text) => {
    writeFileSync(file('README.md'), text);
    expect(generate(folder)).toMatchObject({ status: 1, stderr: expect.stringContaining('README.md') });
    expect(read('README.md')).toBe(text);
  });
});
