import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kubeMissing } from '../kube/kube-of-this-run.js';

const script = new URL('../../bench/run.mjs', import.meta.url).pathname;
const bench = (...args: string[]) => spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
/** Where it keeps its folders. */
const leftovers = () => readdirSync('/dev/shm').filter((name) => name.startsWith('bench-'));

describe('the bench', () => {
  it.skipIf(kubeMissing || process.platform !== 'linux')(
    'prints the machine and a table, judges it with --check, and leaves nothing behind',
    {
      timeout: 120_000,
    },
    () => {
      const before = leftovers();
      const { stdout, stderr, status } = bench('--quick', '--check', '--only', 'start');
      expect(stderr).toContain('start: 7 of 7');
      expect(stdout).toMatch(/^- \d{4}-\d\d-\d\d .* UTC\n(- .*\n)+\n\| {2}\| measured \| floor \|/);
      expect(stdout).toContain('kube-apiserver v1.');
      expect(stdout).toMatch(
        /\| 1 object: start to ready \| \*\*\d.* \| bare node: \*\*\d.* \| ≤ 4 × floor \| [✓✗] \|\n$/,
      );
      expect(status).toBe(stdout.includes('✗') ? 1 : 0);
      expect(leftovers()).toEqual(before);
    },
  );

  it('says how it is called where an option is wrong, and measures nothing', () => {
    const { stdout, stderr, status } = bench('--only', 'speed');
    expect({ stdout, status }).toEqual({ stdout: '', status: 1 });
    expect(stderr).toMatch(/^Expected --only to name .*, got: speed\n\nnpm run bench -- /);
  });
});
