import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subject } from 'rxjs';
import { describe, expect, it, onTestFinished } from 'vitest';
import { runProgram } from '../../src/program.js';
import { kubeMissing } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import { filesIn } from './cluster-model.js';
import { type Given, given } from './sidecar-under-test.js';

interface Record {
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** The program in this process, so that its coverage counts; stopped when the test is over. */
function start(env: { readonly [name: string]: string | undefined }, argv: readonly string[] = []) {
  const stop$ = new Subject<string>();
  const text: string[] = [];
  let fatal: (error: unknown) => void = () => {};
  let warn: (warning: Error) => void = () => {};
  const exit = runProgram({
    env: { HEALTH_PORT: '0', ...env },
    argv,
    homeDir: '/nonexistent',
    hostName: 'pod',
    pid: process.pid,
    kill: () => {},
    runtimeVersion: process.version,
    startedAt: Date.now(),
    memory: () => process.memoryUsage(),
    write: (line) => text.push(line),
    stop$,
    onFatal: (log) => {
      fatal = log;
    },
    onWarning: (log) => {
      warn = log;
    },
  });
  const logs = () => text.map((line): Record => JSON.parse(line));
  const stop = async () => {
    stop$.next('SIGTERM');
    return exit;
  };
  onTestFinished(async () => void (await stop()));
  return { exit, stop, text, logs, fatal: (error: unknown) => fatal(error), warn: (warning: Error) => warn(warning) };
}

const label = { collect: 'yes' };

async function givenObjects(world: Given): Promise<{ readonly [name: string]: string | undefined }> {
  const put = (name: string, data: object, more: object = {}) =>
    world.client.create('configmaps', world.namespace, { metadata: { name, labels: label, ...more }, data });
  await put('plain', { 'a.txt': 'text\r\n', empty: '' });
  await world.client.create('configmaps', world.namespace, { metadata: { name: 'no-data', labels: label } });
  await world.client.create('configmaps', world.namespace, { metadata: { name: 'unlabelled' }, data: { no: 'no' } });
  await world.client.create('configmaps', world.namespace, {
    metadata: { name: 'binary', labels: label },
    binaryData: { bytes: Buffer.from([0, 255, 254]).toString('base64') },
  });
  await world.client.create('secrets', world.namespace, {
    metadata: { name: 'secret', labels: label },
    data: { password: Buffer.from('top-secret-content').toString('base64') },
  });
  return { KUBECONFIG: await world.kubeconfig('admin'), LABEL: 'collect', FOLDER: world.folder, RESOURCE: 'both' };
}

describe('what is wrong is said before anything is done', () => {
  it('all errors at once, one line each, and exit code 2', async () => {
    const { exit, logs } = start({
      LABEL: '',
      HEALTH_PORT: 'x',
      REQ_URL: 'ftp://user:pw@host/?token=t',
      SCRIPT: 'reload.sh',
    });
    expect(await exit).toBe(2);
    const messages = logs().map(({ msg }) => msg);
    for (const name of ['LABEL', 'FOLDER', 'HEALTH_PORT', 'REQ_URL', 'SCRIPT']) {
      expect(messages.filter((message) => message.includes(`\`${name}\``))).toHaveLength(1);
    }
    expect(JSON.stringify(logs())).not.toMatch(/pw|token=t/);
    expect(logs().every(({ level }) => level === 'CRITICAL')).toBe(true);
  });

  it('in the format that was asked for', async () => {
    const { exit, text } = start({ LOG_FORMAT: 'logfmt', LOG_TZ: 'utc' });
    expect(await exit).toBe(2);
    expect(text[0]).toMatch(/^time=\S+\+00:00 level=CRITICAL msg="/);
  });

  it.each([
    ['is missing', undefined, /ENOENT|nonexistent/],
    ['is no YAML', 'a: [b', /YAML/],
    ['has no such context', '{"current-context":"x","contexts":[],"clusters":[],"users":[]}', /x/],
  ])('a kubeconfig that %s', async (_, content, said) => {
    const folder = mkdtempSync(join(tmpdir(), 'k8s-sidecar-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const KUBECONFIG = join(folder, 'config');
    if (content !== undefined) writeFileSync(KUBECONFIG, content);
    const { exit, logs } = start({ LABEL: 'l', FOLDER: join(folder, 'f'), KUBECONFIG });
    expect(await exit).toBe(2);
    expect(logs()).toHaveLength(1);
    expect(logs()[0]?.msg).toMatch(KUBECONFIG);
    expect(existsSync(join(folder, 'f'))).toBe(false);
    if (content !== undefined) expect(logs()[0]?.msg).toMatch(said);
  });

  it('no cluster at all', async () => {
    const { exit, logs } = start({ LABEL: 'l', FOLDER: '/nonexistent/f' });
    expect(await exit).toBe(2);
    expect(logs()[0]?.msg).toContain('KUBECONFIG');
  });

  it('help and version are text, and exit with 0', async () => {
    const help = start({}, ['--help']);
    expect(await help.exit).toBe(0);
    expect(help.text.join('')).toContain('--label');
    const version = start({}, ['--version']);
    expect(await version.exit).toBe(0);
    expect(version.text).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
  });
});

describe.skipIf(kubeMissing)('METHOD=LIST', () => {
  it('writes bytes as they are, of both kinds, and exits with 0', async () => {
    const world = await given();
    const env = await givenObjects(world);
    const { exit, logs } = start({ ...env, METHOD: 'LIST', REQ_URL: world.receiver.url, DEFAULT_FILE_MODE: '440' });
    expect(await exit).toBe(0);
    expect([...filesIn(world.folder)].sort()).toEqual([
      ['a.txt', 'text\r\n'],
      ['bytes', expect.any(String)],
      ['empty', ''],
      ['password', 'top-secret-content'],
    ]);
    expect(readFileSync(join(world.folder, 'bytes'))).toEqual(Buffer.from([0, 255, 254]));
    expect(statSync(join(world.folder, 'password')).mode & 0o777).toBe(0o440);
    expect(world.receiver.requests).toHaveLength(1);
    expect(JSON.stringify(logs())).not.toContain('top-secret-content');
  });

  it('a second run changes nothing and tells nobody', async () => {
    const world = await given();
    const env = { ...(await givenObjects(world)), METHOD: 'LIST', REQ_URL: world.receiver.url };
    expect(await start(env).exit).toBe(0);
    const again = start(env);
    expect(await again.exit).toBe(0);
    expect(world.receiver.requests).toHaveLength(1);
    expect(again.logs().filter(({ msg }) => /^(wrote|removed) /.test(msg))).toEqual([]);
  });

  it('an application that is not up neither holds nor fails the exit, and leaves no debt', async () => {
    const world = await given();
    const env = await givenObjects(world);
    const list = start({ ...env, METHOD: 'LIST', REQ_URL: 'http://127.0.0.1:1/reload' });
    expect(await list.exit).toBe(0);
    const watch = start({ ...env, REQ_URL: world.receiver.url });
    await eventually('synced', () => watch.logs().some(({ msg }) => msg === 'the initial sync is done'));
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    expect(world.receiver.requests).toHaveLength(0);
  });

  it('a list that is forbidden is tried for LIST_TIMEOUT, and then exits with 1', async () => {
    const world = await given();
    const env = await givenObjects(world);
    const KUBECONFIG = await world.kubeconfig('user-b');
    const { exit, logs } = start({ ...env, KUBECONFIG, METHOD: 'LIST', LIST_TIMEOUT: '1.5' });
    expect(await exit).toBe(1);
    expect(logs().filter(({ msg }) => msg.includes('LIST_TIMEOUT'))).toHaveLength(1);
    expect(logs().filter(({ code }) => code === 'forbidden').length).toBeGreaterThan(0);
  });

  it('a folder that cannot be written exits with 1', async () => {
    const world = await given();
    const env = await givenObjects(world);
    writeFileSync(world.folder, 'a file is in the way');
    const { exit, logs } = start({ ...env, METHOD: 'LIST' });
    expect(await exit).toBe(1);
    expect(logs().some(({ level, msg }) => level === 'ERROR' && msg.includes(world.folder))).toBe(true);
  });

  it('a refused object counts only with LIST_STRICT=true', async () => {
    const world = await given();
    const env = await givenObjects(world);
    await world.client.patch('configmaps', world.namespace, 'plain', {
      metadata: { annotations: { 'k8s-sidecar-target-directory': '../outside' } },
    });
    const lenient = start({ ...env, METHOD: 'LIST' });
    expect(await lenient.exit).toBe(0);
    const refusal = lenient.logs().find(({ level }) => level === 'WARNING')?.msg;
    for (const named of ['plain', '../outside', 'FOLDER_ALLOWED_ROOTS']) expect(refusal).toContain(named);
    expect(await start({ ...env, METHOD: 'LIST', LIST_STRICT: 'true' }).exit).toBe(1);
  });
});

describe.skipIf(kubeMissing)('METHOD=SLEEP', () => {
  it('lists again after each SLEEP_TIME: what was created comes, what was deleted goes', async () => {
    const world = await given();
    const env = await givenObjects(world);
    const { logs } = start({ ...env, METHOD: 'sleep', SLEEP_TIME: '0.3' });
    await eventually('synced', () => logs().some(({ msg }) => msg === 'the initial sync is done'));
    await world.client.delete('configmaps', world.namespace, 'plain');
    await world.client.create('configmaps', world.namespace, {
      metadata: { name: 'new', labels: label },
      data: { new: '' },
    });
    await eventually(
      'the folder follows',
      () => `${[...filesIn(world.folder).keys()].sort()}` === 'bytes,new,password',
    );
    rmSync(join(world.folder, 'bytes'));
    await eventually('a file that somebody removed comes back', () => existsSync(join(world.folder, 'bytes')));
  });
});

describe.skipIf(kubeMissing)('what is selected', () => {
  it('objects by name, of one kind, under a Role with resourceNames', async () => {
    const world = await given();
    const env = await givenObjects(world);
    const rule = { resources: ['secrets'], verbs: ['get', 'list', 'watch'], resourceNames: ['secret'] };
    await world.client.grant('user-c', world.namespace, rule);
    const KUBECONFIG = await world.kubeconfig('user-c');
    const { logs } = start({ ...env, KUBECONFIG, RESOURCE: 'secret', RESOURCE_NAME: 'secret/secret' });
    await eventually('synced', () => logs().some(({ msg }) => msg === 'the initial sync is done'));
    expect([...filesIn(world.folder).keys()]).toEqual(['password']);
  });

  it('a label with its value, unique names, all namespaces', async () => {
    const world = await given();
    const other = await world.client.newNamespace();
    const collect = `only-${world.namespace}`;
    const put = (namespace: string, value: string) =>
      world.client.create('configmaps', namespace, {
        metadata: { name: 'x', labels: { [collect]: value } },
        data: { k: value },
      });
    await put(world.namespace, 'yes');
    await put(other, 'yes');
    await world.client.create('configmaps', other, {
      metadata: { name: 'y', labels: { [collect]: 'no' } },
      data: { k: 'no' },
    });
    const { exit } = start({
      KUBECONFIG: await world.kubeconfig('admin'),
      FOLDER: world.folder,
      LABEL: collect,
      LABEL_VALUE: 'yes',
      NAMESPACE: 'ALL',
      METHOD: 'LIST',
      UNIQUE_FILENAMES: 'TRUE',
    });
    expect(await exit).toBe(0);
    const wanted = [other, world.namespace].map((namespace) => `namespace_${namespace}.configmap_x.k`);
    expect([...filesIn(world.folder).keys()].sort()).toEqual(wanted.sort());
  });

  it('nothing at all is an initial sync that is done at once', async () => {
    const world = await given();
    const env = await givenObjects(world);
    expect(await start({ ...env, METHOD: 'LIST', RESOURCE_NAME: 'elsewhere/configmap/x' }).exit).toBe(0);
  });
});

describe.skipIf(kubeMissing)('the running program', () => {
  it('a health port that is in use is a warning, and everything goes on', async () => {
    const world = await given();
    const env = await givenObjects(world);
    const { logs } = start({ ...env, HEALTH_PORT: String(world.receiver.port), HEALTH_HOST: '127.0.0.1' });
    await eventually('synced', () => logs().some(({ msg }) => msg === 'the initial sync is done'));
    expect(logs().some(({ level, msg }) => level === 'WARNING' && msg.includes('HEALTH_PORT'))).toBe(true);
  });

  it('an address that is none is a warning too', async () => {
    const world = await given();
    const env = await givenObjects(world);
    const { logs } = start({ ...env, HEALTH_HOST: '192.0.2.7' });
    await eventually('it is said', () =>
      logs().some(({ level, msg }) => level === 'WARNING' && msg.includes('health server')),
    );
  });

  it('stops within two seconds while a request hangs, and the request stays owed', async () => {
    const world = await given();
    const env = { ...(await givenObjects(world)), REQ_URL: world.receiver.url };
    world.receiver.answer('hang');
    const first = start(env);
    await eventually('the request hangs', () => world.receiver.requests.length === 1);
    const since = performance.now();
    expect(await first.stop()).toBe(0);
    expect(performance.now() - since).toBeLessThan(2_000);
    world.receiver.answer({ status: 200 });
    start(env);
    await eventually('it is told in the next life', () => world.receiver.requests.length === 2);
  });

  it('a folder that is replaced while it runs is written anew', async () => {
    const world = await given();
    const env = await givenObjects(world);
    const { logs } = start(env);
    await eventually('synced', () => logs().some(({ msg }) => msg === 'the initial sync is done'));
    rmSync(world.folder, { recursive: true });
    await world.client.create('configmaps', world.namespace, {
      metadata: { name: 'new', labels: label },
      data: { new: '' },
    });
    await eventually('all files are back', () => existsSync(world.folder) && filesIn(world.folder).size === 5);
    expect(logs().some(({ msg }) => msg.startsWith('FOLDER is another directory'))).toBe(true);
  });

  it('a folder that cannot be written keeps it from being ready, and is retried until it can', async () => {
    const world = await given();
    const env = await givenObjects(world);
    writeFileSync(world.folder, 'a file is in the way');
    const { logs } = start(env);
    await eventually('it is said', () => logs().some(({ level }) => level === 'ERROR'));
    const port = logs().find(({ msg }) => msg.startsWith('health server listening'))?.['port'];
    const status = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    expect(await Promise.all(['/readyz', '/healthz', '/startupz', '/livez'].map(status))).toEqual([503, 503, 503, 200]);
    rmSync(world.folder);
    await eventually(
      'the files come without another change',
      () => existsSync(world.folder) && filesIn(world.folder).size === 4,
    );
    await eventually('ready', async () => (await status('/readyz')) === 200);
    expect(await Promise.all(['/healthz', '/startupz'].map(status))).toEqual([200, 200]);
  });

  it('a file that could not be written is not waited for once its object is gone', async () => {
    const world = await given();
    const env = await givenObjects(world);
    writeFileSync(world.folder, 'a file is in the way');
    const { logs } = start({ ...env, RESOURCE: 'configmap' });
    await eventually('it is said', () => logs().some(({ level }) => level === 'ERROR'));
    const port = logs().find(({ msg }) => msg.startsWith('health server listening'))?.['port'];
    for (const name of ['plain', 'binary']) await world.client.delete('configmaps', world.namespace, name);
    const ask = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    await eventually('the initial sync is done', async () => (await ask('/startupz')).status === 200);
    const metrics = await (await ask('/metrics')).text();
    // The folder itself still cannot be written.
    expect(metrics).toContain('k8s_sidecar_ready 0');
    expect(metrics).toMatch(/k8s_sidecar_objects\{.*\} 1\n/);
  });

  it('what nobody expected is a record of the log', async () => {
    const world = await given();
    const program = start(await givenObjects(world));
    await eventually('it runs', () => program.logs().length > 0);
    program.warn(new Error('a warning of Node'));
    program.fatal(new Error('out of the blue'));
    const said = program.logs().map(({ level, msg }) => `${level} ${msg}`);
    expect(said).toContain('WARNING a warning of Node');
    expect(said.some((line) => line.startsWith('CRITICAL '))).toBe(true);
  });
});
