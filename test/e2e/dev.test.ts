import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.js';
import { startReceiver } from '../support/receiver.js';
import { runSidecar } from '../support/run-sidecar.js';

const examples = fileURLToPath(new URL('../../examples', import.meta.url));
const paths = ['alerts.yaml', 'database.yaml', 'nginx/shop.conf', 'nginx/upstreams.conf', 'shop-dashboard.json'];

/** A working directory with a copy of the examples; gone when the test is over. */
function givenExamples(): string {
  const folder = mkdtempSync(join(tmpdir(), 'k8s-sidecar-dev-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(examples, join(folder, 'examples'), { recursive: true });
  return folder;
}

function startDev(env: Readonly<Record<string, string>> = {}, args: readonly string[] = ['examples'], at?: string) {
  const folder = at ?? givenExamples();
  const dev = runSidecar({ env, args: ['dev', ...args], cwd: folder });
  onTestFinished(async () => void (await dev.kill()));
  const lines = dev.otherLines;
  const files = join(folder, '.k8s-sidecar/files');
  return {
    ...dev,
    folder,
    files,
    lines,
    kubeconfig: join(folder, '.k8s-sidecar/kubeconfig'),
    read: (path: string) => readFileSync(join(files, path), 'utf8'),
    reloads: () => lines.filter((line) => line.startsWith('reload received')),
    says: (claim: string, predicate: (line: string) => boolean, after = 0) =>
      dev.waitFor(`it says ${claim}`, () => lines.slice(after).some(predicate)),
    edit(name: string, change: (text: string) => string) {
      const path = join(folder, 'examples', name);
      writeFileSync(path, change(readFileSync(path, 'utf8')));
    },
    async interrupt() {
      const since = performance.now();
      process.kill(dev.pid, 'SIGINT');
      return { ...(await dev.exited), tookMs: performance.now() - since };
    },
  };
}

async function startedDev(env?: Readonly<Record<string, string>>) {
  const dev = startDev(env);
  await dev.says('that it has told the application', (line) => line.startsWith('reload received'));
  return dev;
}

/** A plain client, with nothing but what the kubeconfig says. */
async function patch(kubeconfig: string, path: string, change: object) {
  const { clusters, users } = JSON.parse(readFileSync(kubeconfig, 'utf8'));
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
  const asked = request(`${server}${path}`, {
    method: 'PATCH',
    agent: false,
    ca: Buffer.from(ca, 'base64'),
    headers: { authorization: `Bearer ${users[0].user.token}`, 'content-type': 'application/merge-patch+json' },
  });
  const [answer] = await once(asked.end(JSON.stringify(change)), 'response');
  return { status: answer.statusCode, body: JSON.parse(await text(answer)) };
}

async function isOpen(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  return new Promise((resolve) => {
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
  }).then((open) => {
    socket.destroy();
    return open as boolean;
  });
}

describe('the first run', () => {
  it('makes files of the examples, tells the application once, and has nothing to complain of', async () => {
    const dev = await startedDev();
    for (const path of paths) expect(dev.lines).toContain(`wrote ${join(dev.files, path)}`);
    expect(dev.reloads()).toEqual(['reload received: POST / (5 changes)']);
    expect(dev.read('alerts.yaml')).toMatch(/^groups:\n {2}- name: availability\n/);
    expect(JSON.parse(dev.read('shop-dashboard.json'))).toMatchObject({ uid: 'shop' });
    expect(dev.read('database.yaml')).toContain('password: only-an-example\n');
    expect(dev.output()).not.toContain('only-an-example');
    expect(dev.lines.filter((line) => /warning|error/i.test(line))).toEqual([]);
    expect(dev.logs).toEqual([]);
  });

  it('says first what happens and what to try', async () => {
    const { lines } = await startedDev();
    const begin = lines
      .slice(
        0,
        lines.findIndex((line) => line.startsWith('applied ')),
      )
      .join('\n');
    expect(begin).toContain('kubectl --kubeconfig .k8s-sidecar/kubeconfig label configmap');
    expect(begin).toContain('.k8s-sidecar/files');
    expect(begin).toContain('edit, add or remove a file in examples');
  });

  it('keeps what is secret from other users', async () => {
    const dev = await startedDev();
    expect(statSync(join(dev.folder, '.k8s-sidecar')).mode & 0o077).toBe(0);
    expect(statSync(dev.kubeconfig).mode & 0o777).toBe(0o600);
  });
});

describe('while it runs', () => {
  it('an edited manifest is applied, and it alone; its file is written again, and another reload is sent', async () => {
    const dev = await startedDev();
    const before = dev.lines.length;
    dev.edit('prometheus-rules.yaml', (yaml) => yaml.replace(/ for: 5m$/m, ' for: 1m'));
    await dev.says('that there was another reload', (line) => line.startsWith('reload'), before);
    expect(dev.lines.slice(before)).toEqual([
      'applied configmap/default/prometheus-rules',
      `wrote ${join(dev.files, 'alerts.yaml')}`,
      'reload received: POST / (1 change)',
    ]);
    expect(dev.read('alerts.yaml')).toContain(' for: 1m\n');
  });

  it('an annotation moves the files of its object: the new ones come, the old ones go', async () => {
    const dev = await startedDev();
    dev.edit('nginx.yaml', (yaml) => yaml.replace('target-directory: nginx', 'target-directory: proxy'));
    await dev.waitFor('there was another reload', () => dev.reloads().length === 2);
    expect(dev.reloads()[1]).toBe('reload received: POST / (4 changes)');
    expect(dev.read('proxy/shop.conf')).toContain('listen 80;');
    expect(existsSync(join(dev.files, 'nginx'))).toBe(false);
  });

  it('an object that loses its label through the API loses its file, and no other edit gives it back', async () => {
    const dev = await startedDev();
    const path = '/api/v1/namespaces/default/configmaps/prometheus-rules';
    const { status } = await patch(dev.kubeconfig, path, { metadata: { labels: { collect: null } } });
    expect(status).toBe(200);
    await dev.says('that the file is removed', (line) => line === `removed ${join(dev.files, 'alerts.yaml')}`);
    expect(existsSync(join(dev.files, 'alerts.yaml'))).toBe(false);
    dev.edit('grafana-dashboard.yaml', (yaml) => yaml.replace('"Shop"', '"Store"'));
    await dev.waitFor('the other file is written', () => dev.read('shop-dashboard.json').includes('Store'));
    expect(existsSync(join(dev.files, 'alerts.yaml'))).toBe(false);
  });

  it('an object whose manifest goes, goes with its file; what the API alone knows stays', async () => {
    const dev = await startedDev();
    const { kubeconfig } = dev;
    const path = '/api/v1/namespaces/default/configmaps/shop-dashboard';
    await patch(kubeconfig, path, { metadata: { annotations: { edited: 'with kubectl' } } });
    rmSync(join(dev.folder, 'examples/datasource-secret.yaml'));
    await dev.says('that the object is deleted', (line) => line === 'deleted secret/default/database');
    await dev.says('that the file is removed', (line) => line === `removed ${join(dev.files, 'database.yaml')}`);
    const { body } = await patch(kubeconfig, path, {});
    expect(body.metadata.annotations).toEqual({ edited: 'with kubectl' });
  });

  it('a manifest that cannot be read is named with its line, and the others go on', async () => {
    const dev = await startedDev();
    dev.edit('nginx.yaml', (yaml) => yaml.replace('metadata:\n', 'metadata: {\n'));
    await dev.says('what is wrong', (line) => /^error: .*examples\/nginx\.yaml:\d+\./.test(line));
    expect(dev.read('nginx/shop.conf')).toContain('listen 80;');
    dev.edit('prometheus-rules.yaml', (yaml) => yaml.replace(/ for: 5m$/m, ' for: 1m'));
    await dev.waitFor('the other file is written', () => dev.read('alerts.yaml').includes(' for: 1m'));
    dev.edit('nginx.yaml', (yaml) => yaml.replace('metadata: {\n', 'metadata:\n'));
    await dev.says('that all is well', (line) => line === 'all manifests can be read again');
    expect(dev.lines.filter((line) => line.startsWith('error'))).toHaveLength(1);
  });

  it('what is refused is told with its reason', async () => {
    const dev = await startedDev();
    dev.edit('nginx.yaml', (yaml) => yaml.replace('target-directory: nginx', 'target-directory: ../outside'));
    await dev.says('why', (line) => line.startsWith('warning: ') && line.includes('../outside'));
    expect(existsSync(join(dev.files, 'nginx/shop.conf'))).toBe(true);
  });
});

describe('the end', () => {
  it('comes within two seconds of Ctrl-C, with code 0; the files stay, and nothing else', async () => {
    const dev = await startedDev();
    const urls = dev.output().match(/https?:\/\/127\.0\.0\.1:\d+/g) ?? [];
    expect(await Promise.all(urls.map(isOpen))).toEqual([true, true]);
    const { code, tookMs } = await dev.interrupt();
    expect(code).toBe(0);
    expect(tookMs).toBeLessThan(2_000);
    expect(dev.lines.at(-1)).toBe('Stopping. The files stay in .k8s-sidecar/files.');
    expect(await Promise.all(urls.map(isOpen))).toEqual([false, false]);
    expect(existsSync(dev.kubeconfig)).toBe(false);
    for (const path of paths) expect(existsSync(join(dev.files, path))).toBe(true);
  });

  it('comes within two seconds of SIGTERM, also while a request hangs', async () => {
    const receiver = await startReceiver();
    onTestFinished(() => receiver.close());
    receiver.answer('hang');
    const dev = startDev({ REQ_URL: receiver.url });
    await eventually('the request hangs', () => receiver.requests.length === 1);
    const { code, afterMs } = await dev.stop();
    expect(code).toBe(0);
    expect(afterMs).toBeLessThan(2_000);
    expect(existsSync(dev.kubeconfig)).toBe(false);
  });

  it('comes at once at the second Ctrl-C', async () => {
    const receiver = await startReceiver();
    onTestFinished(() => receiver.close());
    receiver.answer('hang');
    const dev = startDev({ REQ_URL: receiver.url });
    await eventually('the request hangs', () => receiver.requests.length === 1);
    process.kill(dev.pid, 'SIGINT');
    await dev.says('that it has heard', (line) => line.startsWith('Stopping'));
    const { code, tookMs } = await dev.interrupt();
    expect(code).toBe(0);
    // The request alone would be waited for 1.5 seconds.
    expect(tookMs).toBeLessThan(1_000);
    expect(existsSync(dev.kubeconfig)).toBe(false);
  });

  it('may come before the beginning is over', async () => {
    const dev = startDev();
    await eventually('the kubeconfig is there', () => existsSync(dev.kubeconfig), { everyMs: 1 });
    expect(await dev.interrupt()).toMatchObject({ code: 0 });
    expect(existsSync(dev.kubeconfig)).toBe(false);
  });

  it('is not the end of the files: the next run finds them as they should be', async () => {
    const first = await startedDev();
    await first.interrupt();
    const second = startDev({}, ['examples'], first.folder);
    await second.says('that all is done', (line) => line.startsWith('the initial sync is done'));
    expect(second.lines.filter((line) => /^(wrote|unchanged) /.test(line)).sort()).toEqual(
      paths.map((path) => `unchanged ${join(first.files, path)}`).sort(),
    );
  });
});

describe('what the user says', () => {
  it('goes before what dev would do, as a flag or a variable', async () => {
    const folder = givenExamples();
    const dev = startDev(
      { LABEL: 'other', LOG_FORMAT: 'JSON', KUBECONFIG: '/nonexistent' },
      ['--label=collect', 'examples', '--folder', 'mine', '--resource', 'secret'],
      folder,
    );
    await dev.waitFor('synced', (logs) => logs.some(({ msg }) => msg === 'the initial sync is done'));
    expect(dev.logs.filter(({ msg }) => msg.startsWith('wrote '))).toMatchObject([
      { msg: expect.stringMatching(/\/mine\/database\.yaml$/), level: 'INFO', object: 'secret/default/database' },
    ]);
    expect(existsSync(join(folder, 'mine/database.yaml'))).toBe(true);
  });

  it('is refused where it is wrong, all at once, with code 2, before anything is done', async () => {
    const folder = givenExamples();
    const dev = startDev({ HEALTH_PORT: 'x' }, ['missing'], folder);
    expect(await dev.exited).toMatchObject({ code: 2 });
    expect(dev.lines).toEqual([
      'Expected missing to be a folder or a file of manifests, got nothing there: create it, or name another.',
      expect.stringContaining('`HEALTH_PORT`'),
    ]);
    expect(existsSync(join(folder, '.k8s-sidecar'))).toBe(false);
  });
});
