import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { summarize } from '../../../scripts/test-summary.mjs';

const passedTest = { status: 'passed' };
const failedTest = { status: 'failed' };

describe('the summary', () => {
  test('counts passed tests', () => {
    const report = {
      success: true,
      numPassedTests: 2,
      numFailedTests: 0,
      testResults: [{ status: 'passed', assertionResults: [passedTest] }],
    };
    expect(summarize(report)).toEqual({ passed: 2, failed: 0, faults: [] });
  });

  test('counts failed tests once, not their file too', () => {
    const report = {
      success: false,
      numPassedTests: 1,
      numFailedTests: 1,
      testResults: [{ status: 'failed', assertionResults: [passedTest, failedTest] }],
    };
    expect(summarize(report)).toEqual({ passed: 1, failed: 1, faults: [] });
  });

  test('counts a file that cannot be loaded as one failure', () => {
    const report = {
      success: false,
      numPassedTests: 1,
      numFailedTests: 0,
      testResults: [{ status: 'failed', name: 'a.test.ts', message: 'no such module', assertionResults: [] }],
    };
    expect(summarize(report)).toEqual({
      passed: 1,
      failed: 1,
      faults: ['a.test.ts failed outside its tests: no such module'],
    });
  });

  test('is bad where no test ran, and where the run failed for another reason', () => {
    expect(summarize({ success: true, numPassedTests: 0, numFailedTests: 0, testResults: [] }).faults).toEqual([
      'No test ran.',
    ]);
    const unhandled = { success: false, numPassedTests: 1, numFailedTests: 0, testResults: [] };
    expect(summarize(unhandled).faults).toEqual(['The run failed outside its tests.']);
  });
});

describe('the command', () => {
  const script = new URL('../../../scripts/test-summary.mjs', import.meta.url).pathname;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'summary-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test('prints one line, and ends with 0 only where all is well', () => {
    const path = join(folder, 'report.json');
    writeFileSync(path, JSON.stringify({ success: true, numPassedTests: 3, numFailedTests: 0, testResults: [] }));
    expect(spawnSync(process.execPath, [script, path], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stdout: '3 passed, 0 failed\n',
    });
    writeFileSync(path, JSON.stringify({ success: false, numPassedTests: 3, numFailedTests: 1, testResults: [] }));
    expect(spawnSync(process.execPath, [script, path], { encoding: 'utf8' })).toMatchObject({
      status: 1,
      stdout: '3 passed, 1 failed\n',
    });
  });

  test('without a report says 0 passed and ends with 1', () => {
    const run = spawnSync(process.execPath, [script, join(folder, 'none')], { encoding: 'utf8' });
    expect(run).toMatchObject({
      status: 1,
      stdout: '0 passed, 0 failed\n',
      stderr: expect.stringContaining('No report'),
    });
  });
});
