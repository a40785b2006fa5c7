import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { cpuSecondsOf, memoryOf } from '../../../bench/process-figures.js';

/** A process that says its own figures, `bytes` of memory and 0.3 s of CPU later, and then waits. */
async function figuresOf(bytes: number) {
  const script = `const kept = Buffer.alloc(${bytes}, 1); const used = () => Object.values(process.cpuUsage()).reduce((sum, each) => sum + each) / 1e6;
    while (used() < 0.3);
    console.log(JSON.stringify({ rss: process.memoryUsage.rss(), cpu: used() }));
    setInterval(() => kept.length, 1e6);`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  const pid = child.pid ?? 0;
  const figures = { memory: memoryOf(pid), cpu: cpuSecondsOf(pid) };
  child.kill('SIGKILL');
  return { ...figures, said: JSON.parse(String(line)) as { rss: number; cpu: number } };
}

describe.skipIf(process.platform !== 'linux')('from /proc', () => {
  test('memory is what the process says of itself, in MB, and holds what it allocates as its own', async () => {
    const [small, big] = [await figuresOf(0), await figuresOf(100e6)];
    expect(big.memory.rss / (big.said.rss / 1e6)).toBeCloseTo(1, 1);
    expect(big.memory.anonymous - small.memory.anonymous).toBeGreaterThan(95);
    expect(big.memory.anonymous).toBeLessThan(big.memory.rss);
    expect(big.memory.peak).toBeGreaterThanOrEqual(big.memory.rss - 1);
  });

  test('CPU is what the process says of itself, in seconds, within two ticks', async () => {
    const { cpu, said } = await figuresOf(0);
    expect(cpu).toBeGreaterThan(said.cpu - 0.02);
    expect(cpu).toBeLessThan(said.cpu + 0.05);
  });

  test('of a process that is gone is an error', () => {
    expect(() => memoryOf(2 ** 30)).toThrow('ENOENT');
    expect(() => cpuSecondsOf(2 ** 30)).toThrow('ENOENT');
  });
});
