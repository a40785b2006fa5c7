import { execFile as execFileWithCallback } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
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

  test("asks over axios' http adapter and does not load Node's undici", async () => {
    const server = createServer(({ method, url }, response) => response.end(`${method} ${url}`));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const URL = `http://127.0.0.1:${(server.address() as { port: number }).port}/path`;
    const code = `
      import axios from 'axios';
      axios.post(process.env.URL, 'x').then(({ data }) => {
        const undici = process.moduleLoadList.filter((name) => name.includes('undici/undici'));
        console.log(JSON.stringify({ data, undici, fetch: typeof globalThis.fetch }));
      });`;
    expect(await run(code, { URL })).toEqual({ data: 'POST /path', undici: [], fetch: 'undefined' });
    server.close();
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
