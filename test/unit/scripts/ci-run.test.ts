import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const root = new URL('../../../', import.meta.url).pathname;
let clone: string;
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'ci-run-'));
  for (const file of ['.ci/run', 'scripts/test-summary.mjs']) cpSync(join(root, file), join(clone, file));
  for (const script of ['check-arrows', 'generate-docs']) writeFileSync(join(clone, 'scripts', `${script}.mjs`), '');
});
afterEach(() => rmSync(clone, { recursive: true }));

/** Runs .ci/run in a clone whose `npm` does this, by its arguments; `report` is what the tests would have written. */
function ci(npm: string, report: object = { success: true, numPassedTests: 5, numFailedTests: 0, testResults: [] }) {
  const bin = join(clone, 'bin');
  mkdirSync(bin);
  writeFileSync(join(clone, 'report.json'), JSON.stringify(report));
  const script = `#!/bin/sh
echo "$*" >> ${clone}/calls
for last; do :; done
write_report() { cp ${clone}/report.json "\${last#--outputFile.json=}"; }
case "$*" in
${npm}
  test\\ *) write_report ;;
esac`;
  writeFileSync(join(bin, 'npm'), script);
  chmodSync(join(bin, 'npm'), 0o755);
  const env = { PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin` };
  const { status, stdout } = spawnSync(join(clone, '.ci/run'), { env, encoding: 'utf8', timeout: 20_000 });
  return { status, lastLine: stdout.trimEnd().split('\n').at(-1), failed: stdout.match(/^FAILED: .*$/gm) };
}

describe('.ci/run', () => {
  test('ends with the counts of the tests and 0 where all is well', () => {
    expect(ci('')).toEqual({ status: 0, lastLine: '5 passed, 0 failed', failed: null });
  });

  test.each([
    'run --silent lint',
    'run --silent types',
    'run --silent build',
  ])('fails where npm %s does, after the tests have run', (command) => {
    const result = ci(`  "${command}") exit 1 ;;`);
    expect(result).toEqual({
      status: 1,
      lastLine: '5 passed, 0 failed',
      failed: [`FAILED: ${command.split(' ').at(-1)}`],
    });
  });

  test('fails where the arrows or the generated documentation do', () => {
    writeFileSync(join(clone, 'scripts/check-arrows.mjs'), 'process.exit(1)');
    writeFileSync(join(clone, 'scripts/generate-docs.mjs'), "process.exit(process.argv[2] === '--check' ? 1 : 0)");
    const failed = ['FAILED: arrows', 'FAILED: generated documentation'];
    expect(ci('')).toEqual({ status: 1, lastLine: '5 passed, 0 failed', failed });
  });

  test('fails where tests fail, and where only the coverage does', () => {
    const report = { success: false, numPassedTests: 4, numFailedTests: 1, testResults: [] };
    expect(ci('  test\\ *) write_report; exit 1 ;;', report)).toMatchObject({
      status: 1,
      lastLine: '4 passed, 1 failed',
    });
    rmSync(join(clone, 'bin'), { recursive: true });
    expect(ci('  test\\ *) write_report; exit 1 ;;')).toEqual({
      status: 1,
      lastLine: '5 passed, 0 failed',
      failed: ['FAILED: tests and coverage'],
    });
  });

  test('fails where the report is bad though npm test said nothing, and where no test ran', () => {
    const none = { success: true, numPassedTests: 0, numFailedTests: 0, testResults: [] };
    expect(ci('', none)).toMatchObject({ status: 1, lastLine: '0 passed, 0 failed' });
    rmSync(join(clone, 'bin'), { recursive: true });
    expect(ci('  test\\ *) ;;')).toMatchObject({ status: 1, lastLine: '0 passed, 0 failed' });
  });

  test('fails where nothing can be installed, and goes no further', () => {
    const result = ci('  ci\\ *) exit 7 ;;\n  run*) echo ran >&2; exit 9 ;;');
    expect(result).toMatchObject({ status: 1, lastLine: '0 passed, 0 failed' });
    expect(result.failed).toContain('FAILED: this script, with exit code 7');
  });
});
