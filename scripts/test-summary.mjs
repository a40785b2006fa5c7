// `node scripts/test-summary.mjs REPORT.json`: prints `N passed, N failed` from the report of vitest's JSON reporter as
// the only line on stdout. Exit 0 only where tests ran and nothing failed.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * The counts of a report, and `faults`: what makes a run bad beside failed tests, one sentence each. A file that could
 * not be loaded, or whose hooks failed, counts as one failure: its tests are in no other count.
 */
export function summarize(report) {
  const files = report.testResults ?? [];
  const broken = files.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  );
  const passed = report.numPassedTests ?? 0;
  const failed = (report.numFailedTests ?? 0) + broken.length;
  const faults = broken.map(({ name, message }) => `${name} failed outside its tests: ${message}`);
  if (passed + failed === 0) faults.push('No test ran.');
  if (failed === 0 && report.success !== true) faults.push('The run failed outside its tests.');
  return { passed, failed, faults };
}

// Not `import.meta.main`: where nothing could be installed the machine's own Node runs this.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  let summary;
  try {
    summary = summarize(JSON.parse(readFileSync(process.argv[2], 'utf8')));
  } catch (error) {
    summary = { passed: 0, failed: 0, faults: [`No report of the tests: ${error.message}`] };
  }
  for (const fault of summary.faults) process.stderr.write(`${fault}\n`);
  process.stdout.write(`${summary.passed} passed, ${summary.failed} failed\n`);
  process.exitCode = summary.failed > 0 || summary.faults.length > 0 ? 1 : 0;
}
