import { execFile as execFileWithCallback } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../../../scripts/bundle.mjs';

const execFile = promisify(execFileWithCallback);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Bundles a program and runs it where no node_modules can be found; what it printed as JSON. */
async function run(code: string, env: Record<string, string> = {}): Promise<unknown> {
  const entry = join(folder, 'entry.ts');
  const outfile = join(folder, 'main.cjs');
  writeFileSync(entry, code);
  await bundle({ entry, outfile });
  const { stdout, stderr } = await execFile(process.execPath, [outfile], { cwd: folder, env, timeout: 20_000 });
  expect(stderr).toBe('');
  return JSON.parse(stdout);
}

const kubeconfig = (user: object, cluster: object = {}) =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'c',
    clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
  });

const loads = `
  import { KubeConfig } from '@kubernetes/client-node';
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromString(process.env.CONFIG);
  const options = { headers: {} };
  const say = (answer) => console.log(JSON.stringify(answer));
  kubeConfig.applyToHTTPSOptions(options).then(() => say(options.headers), (error) => say(error.message));`;

describe('the bundle', () => {
  test('loads a kubeconfig and its token', async () => {
    const CONFIG = kubeconfig({ token: 'tok' });
    expect(await run(loads, { CONFIG })).toEqual({ Authorization: 'Bearer tok' });
  });

  test('runs an exec plugin', async () => {
    const credential = JSON.stringify({
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'by-plugin' },
    });
    const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: '/bin/echo', args: [credential] };
    expect(await run(loads, { CONFIG: kubeconfig({ exec }) })).toEqual({ Authorization: 'Bearer by-plugin' });
  });

  test('has an agent for the proxy that a kubeconfig names', async () => {
    const CONFIG = kubeconfig({ token: 'tok' }, { 'proxy-url': 'http://127.0.0.1:2' });
    expect(await run(loads, { CONFIG })).toEqual({ Authorization: 'Bearer tok' });
  });

  test('says what is not in it when that is used', async () => {
    const CONFIG = kubeconfig({ token: 'tok' }, { 'proxy-url': 'socks5://127.0.0.1:2' });
    expect(await run(loads, { CONFIG })).toBe(
      'SocksProxyAgent (socks-proxy-agent, used by @kubernetes/client-node) is not part of this bundle.',
    );
  });

  test('loads nothing at its start that it may never need', async () => {
    const outfile = join(folder, 'program.cjs');
    await bundle({ entry: new URL('../../../src/main.ts', import.meta.url).pathname, outfile });
    const report = join(folder, 'report.cjs');
    writeFileSync(report, "process.on('exit', () => console.log(JSON.stringify(process.moduleLoadList)));");
    const { stdout } = await execFile(process.execPath, ['--require', report, outfile, '--version']);
    const loaded: readonly string[] = JSON.parse(stdout.split('\n')[1] ?? '');
    const unwanted =
      /^NativeModule (internal\/deps\/undici|zlib|fs\/promises|readline|worker_threads|child_process|assert)/;
    expect(loaded).toContain('NativeModule https');
    expect(loaded.filter((name) => unwanted.test(name))).toEqual([]);
  });

  test('leaves out what is not used of rxjs', async () => {
    const entry = join(folder, 'one-operator.ts');
    writeFileSync(entry, "import { of, retry } from 'rxjs'; console.log(retry, of);");
    const { packages } = await bundle({ entry, outfile: join(folder, 'one-operator.cjs') });
    // All of it would be 47 KiB as ES modules and 143 KiB as CommonJS, of which nothing can be left out.
    expect(packages.get('rxjs')).toBeLessThan(20 * 1024);
  });

  test('fails to be built where an unwanted package comes in', async () => {
    const entry = join(folder, 'unwanted.ts');
    writeFileSync(entry, "import undici from 'undici'; console.log(undici);");
    await expect(bundle({ entry, outfile: join(folder, 'unwanted.cjs') })).rejects.toThrow(
      /Expected undici to stay out/,
    );
  });

  test('fails to be built where more of client-node is used than KubeConfig', async () => {
    const entry = join(folder, 'watch.ts');
    writeFileSync(entry, "import { Watch } from '@kubernetes/client-node'; console.log(Watch);");
    await expect(bundle({ entry, outfile: join(folder, 'watch.cjs') })).rejects.toThrow(
      /No matching export .* for import "Watch"/,
    );
  });
});
