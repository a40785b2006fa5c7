import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { helpText } from '../../../src/config/help-text.js';
import { flagName } from '../../../src/config/option-spec.js';
import { optionEntries } from '../../../src/config/options.js';

describe('--help', () => {
  test('names each option once, with its flag and its default', () => {
    const help = helpText();
    for (const [variable, spec] of optionEntries) {
      expect(help.split(`  --${flagName(variable)} <`), variable).toHaveLength(2);
      expect(help.replace(/\s+/g, ' '), variable).toContain(`(${variable}) ${spec.text}`);
    }
    expect(help).toContain('Default: 66.');
    expect(help.replace(/\s+/g, ' ')).toContain(
      '--script <absolute path> (SCRIPT) Script to run after files changed. Comes with a later',
    );
    expect(help.replace(/\s+/g, ' ')).toContain('select objects by. Required.');
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

describe('docs/configuration.md', () => {
  const script = fileURLToPath(new URL('../../../scripts/generate-docs.mjs', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'docs-'));
  const file = join(folder, 'configuration.md');
  const generate = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('is what the table gives', () => {
    expect(generate('--check')).toMatchObject({ status: 0, stderr: '' });
  });

  test('has a row for each option', () => {
    expect(generate(file).status).toBe(0);
    const rows = readFileSync(file, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.map((row) => row.split('`')[1])).toEqual(optionEntries.map(([variable]) => variable));
    for (const row of rows) expect(row.split(' | '), row).toHaveLength(6);
  });

  test('is stale after a change of it, and where it is missing', () => {
    generate(file);
    expect(generate('--check', file).status).toBe(0);
    writeFileSync(file, `${readFileSync(file, 'utf8')}\nedited`);
    expect(generate('--check', file)).toMatchObject({ status: 1, stderr: expect.stringContaining('is stale') });
    expect(generate('--check', join(folder, 'missing.md')).status).toBe(1);
  });
});
