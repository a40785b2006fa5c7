import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { TestProject } from 'vitest/node';
import { eventually } from '../support/eventually.js';
import globalSetup from './global-setup.js';
import { startKube } from './start-kube.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'start-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function program(name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

describe('starting the API server', () => {
  test('fails at once with the log of a server that ends', async () => {
    const etcd = await program('etcd', 'exec sleep 100');
    const apiServer = await program('kube-apiserver', 'echo bad flag >&2; exit 1');
    await expect(startKube({ etcd, apiServer })).rejects.toThrow(/bad flag/);
  });

  test('begins again, three times in all, when another process took a port', async () => {
    const etcd = await program(
      'etcd',
      `echo started >> ${folder}/starts; echo bind: address already in use >&2; exit 1`,
    );
    const apiServer = await program('kube-apiserver', 'exec sleep 100');
    await expect(startKube({ etcd, apiServer })).rejects.toThrow(/address already in use/);
    expect(await readFile(join(folder, 'starts'), 'utf8')).toBe('started\n'.repeat(3));
  });
});

describe('the reaper', () => {
  const script = new URL('./reaper.mjs', import.meta.url).pathname;

  async function reap(said: string | undefined) {
    const first = spawn('sh', ['-c', `trap 'echo first >> ${folder}/ended; exit' TERM; while :; do sleep 0.1; done`]);
    const second = spawn('sh', ['-c', `trap 'echo second >> ${folder}/ended; exit' TERM; while :; do sleep 0.1; done`]);
    const target = join(folder, 'data');
    await writeFile(target, '');
    const reaper = spawn(process.execPath, [script, target, String(first.pid), String(second.pid)], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    reaper.stdin.end(said);
    await new Promise((resolve) => reaper.once('exit', resolve));
    const data = existsSync(target);
    for (const child of [first, second]) child.kill('SIGKILL');
    return { data };
  }

  test('ends the servers in order and removes their folder when the run died', async () => {
    expect((await reap(undefined)).data).toBe(false);
    await eventually('both ended', async () => (await readFile(join(folder, 'ended'), 'utf8')) === 'first\nsecond\n');
  });

  test('touches nothing when the run says that it is done', async () => {
    expect((await reap('done')).data).toBe(true);
    expect(existsSync(join(folder, 'ended'))).toBe(false);
  });
});

describe('the global setup without Go', () => {
  function setup(ci: string) {
    vi.stubEnv('PATH', folder);
    vi.stubEnv('KUBEBUILDER_ASSETS', '');
    vi.stubEnv('CI', ci);
    const provided: Record<string, unknown> = {};
    const provide = (key: string, value: unknown) => {
      provided[key] = value;
    };
    return globalSetup({ provide } as unknown as TestProject).then(() => provided);
  }

  test('fails in CI', async () => {
    await expect(setup('true')).rejects.toThrow('go is not on the PATH');
  });

  test('has the tests skipped elsewhere, and says so', async () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const provided = await setup('');
    const lines = stderr.mock.calls.map(([line]) => String(line));
    stderr.mockRestore();
    expect(provided).toEqual({ kube: { available: false, reason: expect.stringContaining('go is not on the PATH') } });
    expect(lines.join('')).toContain('SKIPPED');
  });
});
