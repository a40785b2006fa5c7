import { spawnSync } from 'node:child_process';
import { afterEach, describe, expect, test } from 'vitest';
import { env, nodeFlags } from '../../../bench/image-settings.mjs';
import { type Running, runToEnd, start } from '../../../bench/programs.js';

const node = process.execPath;
let running: Running | undefined;
const run = (script: string) => {
  running = start(node, ['-e', script], {});
  return running;
};
afterEach(() => running?.stop());
const stay = 'setInterval(() => {}, 1e6);';

describe('a started program', () => {
  test('is heard when it says the text, also in two pieces, and when it had said it before', async () => {
    const since = performance.now();
    const program = run(
      `process.stdout.write('the first '); setTimeout(() => console.log('sync is done'), 50); ${stay}`,
    );
    const at = await program.said('first sync is done');
    expect(at).toBeGreaterThan(program.since);
    expect(program.since).toBeGreaterThanOrEqual(since);
    expect(await program.said('sync is done')).toBeGreaterThanOrEqual(at);
  });

  test('is heard after thousands of other lines', async () => {
    await run(`for (let n = 0; n < 1e4; n++) console.log('wrote file', n); console.log('ready'); ${stay}`).said(
      'ready',
    );
  });

  test('that ends before it says the text is an error, which has its last words', async () => {
    const program = run(`console.log('no cluster'); process.exitCode = 2`);
    await expect(program.said('ready')).rejects.toThrow(/ended with 2: …no cluster/);
    await expect(program.said('ready')).rejects.toThrow(/ended with 2/);
  });

  test('has ended when it was stopped', async () => {
    const program = run(`console.log('ready'); ${stay}`);
    await program.said('ready');
    await program.stop();
    expect(() => process.kill(program.pid, 0)).toThrow('ESRCH');
  });

  test('gets no environment but its own', async () => {
    const { output } = await runToEnd(node, ['-p', 'JSON.stringify(process.env)'], { ONLY: '1' });
    expect(JSON.parse(output)).toEqual({ ONLY: '1' });
  });
});

describe('a program that is run to its end', () => {
  test('gives all that it wrote and how long it took', async () => {
    const { output, ms } = await runToEnd(node, ['-e', 'setTimeout(() => console.log("x".repeat(1e5)), 60)'], {});
    expect(output).toBe(`${'x'.repeat(1e5)}\n`);
    expect(ms).toBeGreaterThan(60);
  });

  test('is an error when it fails, or cannot be started', async () => {
    await expect(runToEnd(node, ['-e', 'process.exitCode = 3'], {})).rejects.toThrow('ended with 3');
    await expect(runToEnd('/no/such/program', [], {})).rejects.toThrow('ENOENT');
  });
});

test('the settings of the image are such that node takes them', () => {
  const { status, stderr } = spawnSync(node, [...nodeFlags, '-e', '0'], { env, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
