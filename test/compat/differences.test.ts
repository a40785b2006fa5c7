import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { kubeMissing } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import { startFolderReader } from '../support/folder-reader.js';
import { wholeContent } from '../support/whole-content.mjs';
import { row } from './row.js';
import { newWorld, said, type World } from './world.js';

const annotation = 'k8s-sidecar-target-directory';
const soon = { NOTIFY_DEBOUNCE: '0.1' };
const ourState = (folder: string) => readdirSync(folder).filter((name) => name.startsWith('.ks-'));

describe.skipIf(kubeMissing)('files', { concurrent: true }, () => {
  it.for([
    ['atomic', 'old'],
    ['', 'old'],
    ['in-place', 'new'],
  ] as const)(
    row('files-in-place', 'with FILE_WRITE="%s" who has a file open sees the %s one'),
    async ([FILE_WRITE, wanted], context) => {
      const world = await newWorld(context);
      await world.put('a', { a: 'old' });
      await world.startSynced({ FILE_WRITE });
      const open = openSync(join(world.folder, 'a'), 'r');
      await world.patch('a', { data: { a: 'new' } });
      await world.holds({ a: 'new' });
      expect(readFileSync(open, 'utf8')).toBe(wanted);
      closeSync(open);
    },
  );

  it(row('files-in-place', 'no reader sees a part of a file, nor a gap, while it changes'), async (context) => {
    const world = await newWorld(context);
    const version = (n: number) => ({ 'a.json': wholeContent(`version-${n}`, 300_000) });
    await world.put('a', version(0));
    await world.startSynced();
    const reader = await startFolderReader();
    await reader.watch([join(world.folder, 'a.json')]);
    for (let n = 1; n <= 15; n++) {
      await world.patch('a', { data: version(n) });
      await world.holds(version(n));
    }
    const { faults, reads } = await reader.stop();
    expect(faults).toEqual([]);
    expect(reads).toBeGreaterThan(15);
  });

  it(row('state-in-memory', 'what was deleted while it was down goes, what others wrote stays'), async (context) => {
    const world = await newWorld(context);
    mkdirSync(world.folder);
    writeFileSync(join(world.folder, 'foreign'), 'theirs');
    writeFileSync(join(world.folder, 'wanted'), 'theirs');
    await world.put('stays', { stays: '' });
    await world.put('goes', { goes: '', wanted: 'ours' });
    const first = await world.startSynced();
    await world.holds({ foreign: 'theirs', stays: '', goes: '', wanted: 'ours' });
    await first.kill();
    await world.client.delete('configmaps', world.namespace, 'goes');
    await world.startSynced();
    await world.holds({ foreign: 'theirs', stays: '' });
  });

  it(row('state-in-memory', 'with STATE=off it stays, and nothing is remembered beside the files'), async (context) => {
    const world = await newWorld(context);
    await world.put('stays', { stays: '' });
    await world.put('goes', { goes: '' });
    const first = await world.startSynced({ STATE: 'off' });
    await first.stop();
    expect(ourState(world.folder)).toEqual([]);
    await world.client.delete('configmaps', world.namespace, 'goes');
    await world.startSynced({ STATE: 'off' });
    await world.put('barrier', { barrier: '' });
    await world.holds({ stays: '', goes: '', barrier: '' });
  });

  it(
    row('one-file-two-objects', 'the oldest has it, whoever changes later; the other takes over without a gap'),
    async (context) => {
      const world = await newWorld(context);
      const old = wholeContent('old', 200);
      const young = wholeContent('young', 200);
      await world.put('z-old', { file: old });
      await wait(1_100); // creationTimestamp has whole seconds.
      await world.put('a-young', { file: young });
      const sidecar = await world.startSynced();
      expect(world.files()).toEqual({ file: old });
      expect(said(sidecar, 'WARNING').at(-1)).toMatch(/z-old has it.*a-young waits/);
      await world.patch('a-young', { data: { more: '' } });
      await world.holds({ file: old, more: '' });
      const reader = await startFolderReader();
      await reader.watch([join(world.folder, 'file')]);
      await world.client.delete('configmaps', world.namespace, 'z-old');
      await world.holds({ file: young, more: '' });
      expect((await reader.stop()).faults).toEqual([]);
      await world.client.delete('configmaps', world.namespace, 'a-young');
      await world.holds({});
    },
  );

  it(row('one-file-two-objects', 'the loser may go without taking the file along'), async (context) => {
    const world = await newWorld(context);
    await world.put('first', { file: 'first' });
    await wait(1_100);
    await world.putSecret('second', { file: 'second' });
    await world.startSynced({ RESOURCE: 'both' });
    await world.client.delete('secrets', world.namespace, 'second');
    await world.put('barrier', { barrier: '' });
    await world.holds({ file: 'first', barrier: '' });
  });

  it(
    row(['one-file-two-objects', 'url-keys'], 'a plain key is before the .url key of the same object'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { 'a.url': world.application.url, a: 'plain' });
      const sidecar = await world.startSynced({ URL_ALLOWED_HOSTS: '127.0.0.1' });
      await world.put('barrier', { barrier: '' });
      await world.holds({ a: 'plain', barrier: '' });
      expect(said(sidecar, 'WARNING')).toHaveLength(1);
      expect(world.application.requests).toEqual([]);
    },
  );

  it(row('objects-by-joined-name', 'an object of another namespace goes alone'), async (context) => {
    const world = await newWorld(context);
    const other = `${world.namespace}b`;
    await world.client.create('namespaces', undefined, { metadata: { name: other } });
    await world.put('bc', { one: '' });
    await world.put('c', { two: '' }, { namespace: other });
    await world.startSynced({ NAMESPACE: `${world.namespace},${other}` });
    await world.holds({ one: '', two: '' });
    await world.client.delete('configmaps', other, 'c');
    await world.holds({ one: '' });
  });

  it.for(['../outside', '/', 'in/../../outside', 'BASE/outside'])(
    row('folder-annotation-leads-outside', '%s is refused, unless FOLDER_ALLOWED_ROOTS=/'),
    async (leads, context) => {
      const world = await newWorld(context);
      const folder = leads === '/' ? join(world.base, 'outside') : leads.replace('BASE', world.base);
      await world.put('bad', { bad: 'attack' }, { annotations: { [annotation]: folder } });
      await world.put('good', { good: '' });
      const sidecar = await world.startSynced();
      expect(world.files()).toEqual({ good: '' });
      expect(existsSync(join(world.base, 'outside'))).toBe(false);
      const [line, ...more] = said(sidecar, 'WARNING');
      expect(more).toEqual([]);
      for (const named of [`${world.namespace}/bad`, folder, 'FOLDER_ALLOWED_ROOTS']) expect(line).toContain(named);
      expect((await sidecar.health('/healthz')).status).toBe(200);
      await sidecar.stop();
      await world.startSynced({ FOLDER_ALLOWED_ROOTS: '/' });
      expect(world.files(join(world.base, 'outside'))).toEqual({ bad: 'attack' });
    },
  );
});

describe.skipIf(kubeMissing)('watching', { concurrent: true }, () => {
  it(
    row(
      'watch-starts-anew',
      'what is deleted while no watch can be resumed goes all the same, and nothing else is told',
    ),
    async (context) => {
      const world = await newWorld(context);
      await world.put('stays', { stays: '' });
      await world.put('goes', { goes: '' });
      const gateway = await world.gateway();
      await world.startSynced({
        KUBECONFIG: world.kubeconfig({ server: gateway.url }),
        WATCH_SERVER_TIMEOUT: '1',
        ERROR_THROTTLE_SLEEP: '0.2',
        REQ_URL: world.application.url,
        ...soon,
      });
      await eventually('the initial sync is told', () => world.application.requests.length === 1);
      const asked = gateway.requests.length;
      gateway.fail({ status: 410 });
      await eventually('a watch was refused', () => gateway.requests.length > asked);
      await world.client.delete('configmaps', world.namespace, 'goes');
      gateway.fail(undefined);
      await world.holds({ stays: '' });
      await eventually('that is told', () => world.application.requests.length === 2);
      await world.put('barrier', { barrier: '' });
      await eventually('and the barrier', () => world.application.requests.length === 3);
    },
  );

  it(row('settings-without-effect', 'a 403 on the first list and a 500 on a watch end nothing'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    const gateway = await world.gateway();
    gateway.fail({ status: 403 });
    const sidecar = world.start({
      KUBECONFIG: world.kubeconfig({ server: gateway.url }),
      WATCH_SERVER_TIMEOUT: '1',
      ERROR_THROTTLE_SLEEP: '0.2',
    });
    await eventually('it tries again', () => gateway.requests.length >= 2);
    gateway.fail(undefined);
    await eventually('the file comes', () => existsSync(join(world.folder, 'a')));
    const asked = gateway.requests.length;
    gateway.fail({ status: 500 });
    await eventually('a watch failed twice', () => gateway.requests.length >= asked + 2);
    gateway.fail(undefined);
    await world.put('b', { b: '1' });
    await world.holds({ a: '1', b: '1' });
    expect((await sidecar.stop()).code).toBe(0);
  });

  it(
    row(
      ['settings-without-effect', 'SKIP_TLS_VERIFY', 'DISABLE_X509_STRICT_VERIFICATION'],
      'both together do what each says',
    ),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const KUBECONFIG = world.kubeconfig({ caFile: null });
      await world.collect({ KUBECONFIG, SKIP_TLS_VERIFY: 'true', DISABLE_X509_STRICT_VERIFICATION: 'true' });
      expect(world.files()).toEqual({ a: '1' });
    },
  );
});

describe.skipIf(kubeMissing)('telling', { concurrent: true }, () => {
  it(row('run-for-each-object', 'the initial sync is one request, and so is a burst of changes'), async (context) => {
    const world = await newWorld(context);
    const names = Array.from({ length: 8 }, (_, n) => `object-${n}`);
    await Promise.all(names.map((name) => world.put(name, { [name]: '1' })));
    const sidecar = await world.startSynced({ REQ_URL: world.application.url });
    await eventually('the initial sync is told', () => world.application.requests.length === 1);
    await Promise.all(names.map((name) => world.patch(name, { data: { [name]: '2' } })));
    await world.holds(Object.fromEntries(names.map((name) => [name, '2'])));
    await eventually('the burst is told', () => world.application.requests.length > 1);
    await world.put('barrier', { barrier: '' });
    await eventually('and the barrier', () => world.application.requests.length > 2);
    await eventually('all are said', () => said(sidecar, 'INFO', /^told /).length === 3);
    expect(world.application.requests).toHaveLength(3);
  });

  it(row('run-for-each-object', 'with NOTIFY_DEBOUNCE=0 each change is told at once'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '0' });
    await world.startSynced({ REQ_URL: world.application.url, NOTIFY_DEBOUNCE: '0' });
    await eventually('the initial sync is told', () => world.application.requests.length === 1);
    const latencies: number[] = [];
    for (let n = 1; n <= 4; n++) {
      const since = performance.now();
      await world.patch('a', { data: { a: `${n}` } });
      await eventually('it is told', () => world.application.requests.length === n + 1);
      latencies.push(performance.now() - since);
    }
    // The quickest, since the machine may be busy: with a debounce of a second not even that one could be so early.
    expect(Math.min(...latencies)).toBeLessThan(900);
  });

  it(row('request-forgotten', 'it is sent again without another change, and after a restart'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    const env = { REQ_URL: world.application.url, REQ_RETRY_TOTAL: '0', NOTIFY_RETRY_INTERVAL: '8', ...soon };
    world.application.answer({ status: 404 }, { status: 404 }, { status: 200 });
    const first = await world.startSynced(env);
    await eventually('the third try is heard', () => said(first, 'INFO', /^told /).length === 1);
    expect(world.application.requests).toHaveLength(3);
    world.application.answer({ status: 500 });
    await world.put('b', { b: '1' });
    await eventually('it fails', () => world.application.requests.length === 4);
    await first.stop();
    const failed = world.application.requests.length;
    world.application.answer({ status: 200 });
    const second = await world.startSynced(env);
    await eventually('it is told', () => world.application.requests.length === failed + 1);
    await eventually('it is heard', () => said(second, 'INFO', /^told /).length === 1);
    await second.stop();
    const third = await world.startSynced(env);
    await world.put('barrier', { barrier: '' });
    await eventually('the barrier is told', () => said(third, 'INFO', /^told /).length === 1);
    expect(world.application.requests).toHaveLength(failed + 2);
  });

  it.for([401, 403])(
    row('request-forgotten', 'after %i nothing is tried, whatever changes, until a credential file does'),
    async (status, context) => {
      const world = await newWorld(context);
      const password = join(world.base, 'password');
      writeFileSync(password, 'wrong');
      world.application.answer({ status });
      await world.put('a', { a: '1' });
      const sidecar = await world.startSynced({
        REQ_URL: world.application.url,
        REQ_USERNAME: 'admin',
        REQ_PASSWORD_FILE: password,
        REQ_RETRY_BACKOFF_FACTOR: '0.01',
        NOTIFY_RETRY_INTERVAL: '1',
        ...soon,
      });
      await eventually('it is refused', () => sidecar.logs.some(({ msg }) => msg.startsWith('could not tell')));
      for (const name of ['b', 'c', 'd']) {
        await world.put(name, { [name]: '1' });
        await eventually('it stands', () => existsSync(join(world.folder, name)));
        await wait(400); // A batch that is told would be told in this time.
      }
      expect(world.application.requests).toHaveLength(1);
      world.application.answer({ status: 200 });
      writeFileSync(password, 'right');
      await eventually('one request for all of it', () => said(sidecar, 'INFO', /^told /).length === 1);
      expect(world.application.requests).toHaveLength(2);
    },
  );

  it(row('health-port-taken', 'the second one warns once and goes on'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    const first = await world.startSynced();
    const port = await first.healthPort();
    const FOLDER = join(world.base, 'second');
    const second = await world.startSynced({ HEALTH_PORT: `${port}`, FOLDER });
    expect(said(second, 'WARNING')).toHaveLength(1);
    expect(said(second, 'WARNING', `HEALTH_PORT=${port}`)).toHaveLength(1);
    await world.patch('a', { data: { a: '2' } });
    await world.holds({ a: '2' }, FOLDER);
    expect((await first.health('/healthz')).status).toBe(200);
    expect((await second.stop()).code).toBe(0);
  });
});

describe.skipIf(kubeMissing)('exit codes', { concurrent: true }, () => {
  it.for([
    { LABEL: '', FOLDER: '' },
    { LABEL: 'no label!' },
    { RESOURCE: 'deployment' },
    { NAMESPACE: 'No_Namespace' },
    { RESOURCE_NAME: 'a/b/c/d' },
    { SLEEP_TIME: 'soon' },
    { WATCH_SERVER_TIMEOUT: '1.5' },
    { DEFAULT_FILE_MODE: '9' },
    { REQ_URL: 'ftp://host/' },
    { REQ_TIMEOUT: '-1' },
    { LOG_FORMAT: 'XML' },
    { FILE_WRITE: 'twice' },
  ])(row('exit-codes', '%o is said in one line for each variable, and exits with 2'), async (env, context) => {
    const world = await newWorld(context);
    const { sidecar, exit } = await world.run(env as Readonly<Record<string, string>>);
    expect(exit.code).toBe(2);
    expect(sidecar.otherLines).toEqual([]);
    expect(sidecar.logs.map(({ level }) => level)).toEqual(Object.keys(env).map(() => 'CRITICAL'));
    for (const [name, value] of Object.entries(env)) {
      const [line] = said(sidecar, 'CRITICAL', `\`${name}\``);
      expect(line).toContain(value);
    }
    expect(existsSync(world.folder)).toBe(false);
  });

  it(
    row('exit-codes', 'a first list that is forbidden says which right is missing, and is there when it is granted'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const sidecar = world.start({
        KUBECONFIG: world.kubeconfig({ token: world.kube.tokens['user-d'] }),
        ERROR_THROTTLE_SLEEP: '0.3',
      });
      await eventually('it is said', () => said(sidecar, 'WARNING', 'configmaps').length === 1);
      expect(said(sidecar, 'WARNING')[0]).toContain(world.namespace);
      await world.client.grant('user-d', world.namespace, {
        resources: ['configmaps'],
        verbs: ['get', 'list', 'watch'],
      });
      await eventually('the file comes', () => existsSync(join(world.folder, 'a')), { withinMs: 28_000 });
    },
  );

  it(
    row('exit-codes', 'LIST exits with 1 for a list that fails for LIST_TIMEOUT, and publishes what the others bring'),
    async (context) => {
      const world = await newWorld(context);
      const other = await world.client.newNamespace('compat');
      await world.put('a', { a: '1' });
      await world.client.grant('user-d', world.namespace, { resources: ['configmaps'], verbs: ['list', 'watch'] });
      const KUBECONFIG = world.kubeconfig({ token: world.kube.tokens['user-d'] });
      const env = { KUBECONFIG, METHOD: 'LIST', LIST_TIMEOUT: '2', NAMESPACE: `${world.namespace},${other}` };
      const { sidecar, exit } = await world.run(env);
      expect(exit.code).toBe(1);
      expect(said(sidecar, 'ERROR', 'LIST_TIMEOUT')).toHaveLength(1);
      expect(world.files()).toEqual({ a: '1' });
    },
  );

  it(row('exit-codes', 'LIST exits with 1 for a disk that takes nothing'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    writeFileSync(world.folder, 'in the way');
    const { sidecar, exit } = await world.run({ METHOD: 'LIST' });
    expect(exit.code).toBe(1);
    expect(said(sidecar, 'ERROR')).not.toEqual([]);
  });

  it.for([
    ['path', { annotations: { [annotation]: '../outside' } }, { bad: '' }],
    ['reserved name', {}, { '.ks-bad': '' }],
    ['URL', {}, { 'bad.url': 'no url at all' }],
    ['collision', {}, { good: 'second' }],
  ] as const)(
    row('exit-codes', 'a %s that is wrong counts with LIST_STRICT=true alone'),
    async ([, more, data], context) => {
      const world = await newWorld(context);
      await world.put('a', { good: '' });
      if ('good' in data) await wait(1_100);
      await world.put('bad', data, more);
      const sidecar = await world.collect();
      expect(world.files()).toEqual({ good: '' });
      expect(said(sidecar, 'WARNING').length).toBe(1);
      const { exit } = await world.run({ METHOD: 'LIST', LIST_STRICT: 'true' });
      expect(exit.code).toBe(1);
    },
  );
});

describe.skipIf(kubeMissing)('the log', { concurrent: true }, () => {
  it.for(['JSON', 'LOGFMT'])(
    row('secrets-in-log', 'holds no content, credential, query or body of an answer, at DEBUG in %s'),
    async (LOG_FORMAT, context) => {
      const world = await newWorld(context);
      const secret = (name: string) => `s3cr3t-${name}-${world.namespace}`;
      const passwordFile = join(world.base, 'password');
      writeFileSync(passwordFile, secret('password-file'));
      const { port } = world.application;
      const url = (path: string) =>
        `http://${secret('user')}:${secret('userinfo')}@127.0.0.1:${port}/${path}?token=${secret('query')}`;
      await world.put('map', { key: secret('map'), 'a.url': url('fetched') });
      await world.putSecret('secret', { key2: secret('secret'), 'b.url': url('fetched-too') });
      await world.put('refused', { '.ks-x': secret('refused') }, { annotations: { [annotation]: '../x' } });
      world.application.answer({ status: 500, body: secret('answer'), headers: { 'x-secret': secret('header') } });
      const runs = [
        { REQ_USERNAME: 'admin', REQ_PASSWORD: secret('password') },
        { REQ_USERNAME: 'admin', REQ_PASSWORD_FILE: passwordFile },
        { REQ_URL: 'http://127.0.0.1:1/?token='.concat(secret('query')) },
        { REQ_URL: `ftp://user:${secret('userinfo')}@host/?token=${secret('query')}` },
        { REQ_PASSWORD: secret('password'), SLEEP_TIME: 'bad' },
      ];
      for (const [index, env] of runs.entries()) {
        const { sidecar } = await world.run({
          RESOURCE: 'both',
          METHOD: 'LIST',
          LOG_LEVEL: 'DEBUG',
          LOG_FORMAT,
          REQ_URL: url('reload'),
          REQ_METHOD: 'POST',
          REQ_PAYLOAD: secret('payload'),
          REQ_RETRY_BACKOFF_FACTOR: '0.01',
          URL_ALLOWED_HOSTS: '127.0.0.1',
          FOLDER: join(world.base, `${index}`),
          ...env,
        });
        expect(sidecar.output().length).toBeGreaterThan(50);
        expect(sidecar.output()).not.toContain('s3cr3t');
        expect(sidecar.output()).not.toContain(Buffer.from('s3cr3t-').toString('base64').slice(0, 8));
        expect(sidecar.output()).not.toContain(world.kube.adminToken);
      }
      const reloads = world.application.requests.filter(({ path }) => path.startsWith('/reload'));
      expect(reloads.map(({ body }) => body)).toContain(JSON.stringify(secret('payload')));
    },
  );
});

/** A world whose `.url` key leads to `href`, and a sidecar that has tried it. */
async function fetching(world: World, href: string, env: Readonly<Record<string, string>> = {}) {
  await world.put('urls', { 'file.url': href });
  const sidecar = world.start({ REQ_RETRY_BACKOFF_FACTOR: '0.2', ...env });
  await world.put('barrier', { barrier: '' });
  await eventually('the barrier stands', () => existsSync(join(world.folder, 'barrier')));
  return sidecar;
}

describe.skipIf(kubeMissing)('.url keys', { concurrent: true }, () => {
  it.for([
    ['', undefined],
    ['127.0.0.1', 'Basic YWRtaW46cGFzcw=='],
    ['elsewhere.test', undefined],
    ['*', 'Basic YWRtaW46cGFzcw=='],
  ] as const)(
    row('url-gets-credentials', 'of another origin than REQ_URL with URL_AUTH_HOSTS="%s" get %s'),
    async ([URL_AUTH_HOSTS, wanted], context) => {
      const world = await newWorld(context);
      world.application.answer({ status: 200, body: 'content' });
      await world.put('a', { 'a.url': `http://127.0.0.1:${world.application.port}/a` });
      await world.startSynced({
        URL_ALLOWED_HOSTS: '127.0.0.1',
        URL_AUTH_HOSTS,
        REQ_URL: 'http://127.0.0.1:1/reload',
        REQ_USERNAME: 'admin',
        REQ_PASSWORD: 'pass',
      });
      await world.holds({ a: 'content' });
      expect(world.application.requests.map(({ headers }) => headers.authorization)).toEqual([wanted]);
    },
  );

  it(row('url-gets-credentials', 'of the origin of REQ_URL get them'), async (context) => {
    const world = await newWorld(context);
    world.application.answer({ status: 200, body: 'content' });
    await world.put('a', { 'a.url': `http://127.0.0.1:${world.application.port}/a` });
    await world.startSynced({
      URL_ALLOWED_HOSTS: '127.0.0.1',
      REQ_URL: world.application.url,
      REQ_USERNAME: 'admin',
      REQ_PASSWORD: 'pass',
    });
    await world.holds({ a: 'content' });
    const fetched = world.application.requests.find(({ path }) => path === '/a');
    expect(fetched?.headers.authorization).toBe('Basic YWRtaW46cGFzcw==');
  });

  it.for(['127.0.0.1', 'localhost', '2130706433', '0x7f.1', '0.0.0.0', '[::1]', '[::ffff:127.0.0.1]'])(
    row('url-reaches-anything', 'loopback as %s is refused with a line, unless URL_DENY=none'),
    async (host, context) => {
      const world = await newWorld(context);
      const href = `http://${host}:${world.application.port}/a`;
      const sidecar = await fetching(world, href);
      await eventually('it is said', () => said(sidecar, 'WARNING').length > 0);
      expect(sidecar.output()).toContain(`${world.namespace}/urls`);
      expect(world.application.requests).toEqual([]);
      expect(world.files()).toEqual({ barrier: '' });
      await sidecar.stop();
      if (host.startsWith('[') || host === '0.0.0.0') return; // The application listens on 127.0.0.1 alone.
      world.application.answer({ status: 200, body: 'reached' });
      await world.startSynced({ URL_DENY: 'none' });
      await world.holds({ barrier: '', file: 'reached' });
    },
  );

  it.for(['http://169.254.169.254/latest/meta-data/', 'http://[fe80::1]/', 'http://[::ffff:a9fe:a9fe]/'])(
    row('url-reaches-anything', 'the link-local %s is refused also where the host is allowed'),
    async (href, context) => {
      const world = await newWorld(context);
      const sidecar = await fetching(world, href, { URL_ALLOWED_HOSTS: `${new URL(href).hostname},169.254.169.254` });
      await eventually('it is said', () => said(sidecar, 'WARNING').length > 0);
      expect(world.files()).toEqual({ barrier: '' });
    },
  );

  it(row('url-reaches-anything', 'a redirect leads no further than a key does'), async (context) => {
    const world = await newWorld(context);
    const { port } = world.application;
    world.application.answer({ status: 302, headers: { location: `http://localhost:${port}/inside` } });
    const sidecar = await fetching(world, `http://127.0.0.1:${port}/outside`, { URL_ALLOWED_HOSTS: '127.0.0.1' });
    await eventually('it is said', () => said(sidecar, 'WARNING').length > 0);
    expect(new Set(world.application.requests.map(({ path }) => path))).toEqual(new Set(['/outside']));
    expect(world.files()).toEqual({ barrier: '' });
  });

  it(row('url-reaches-anything', 'the Kubernetes API is refused also where its host is allowed'), async (context) => {
    const world = await newWorld(context);
    const gateway = await world.gateway();
    const KUBECONFIG = world.kubeconfig({ server: gateway.url });
    const sidecar = await fetching(world, `${gateway.url}/version`, { KUBECONFIG, URL_ALLOWED_HOSTS: '127.0.0.1' });
    await eventually('it is said', () => said(sidecar, 'WARNING').length > 0);
    expect(gateway.requests.filter(({ path }) => path === '/version')).toEqual([]);
    expect(world.files()).toEqual({ barrier: '' });
  });

  it.for([
    ['fails', { status: 503, body: 'no' }],
    ['is not there', { status: 404, body: 'no' }],
    ['breaks off', 'reset'],
  ] as const)(
    row('url-failure-empties-file', 'the last good file stays while the server %s, and the next answer counts'),
    async ([, answer], context) => {
      const world = await newWorld(context);
      world.application.answer({ status: 200, body: 'good' });
      const href = `http://127.0.0.1:${world.application.port}/a`;
      await world.put('urls', { 'file.url': href });
      await world.startSynced({ URL_ALLOWED_HOSTS: '127.0.0.1', REQ_RETRY_BACKOFF_FACTOR: '0.3' });
      await world.holds({ file: 'good' });
      const inode = statSync(join(world.folder, 'file')).ino;
      world.application.answer(answer);
      await world.patch('urls', { data: { 'file.url': `${href}?v=2` } });
      await eventually('it was asked again', () => world.application.requests.length > 1);
      await world.put('barrier', { barrier: '' });
      await world.holds({ file: 'good', barrier: '' });
      expect(statSync(join(world.folder, 'file')).ino).toBe(inode);
      world.application.answer({ status: 200, body: 'better' });
      await world.holds({ file: 'better', barrier: '' });
    },
  );

  it(row('url-fetched-on-delete', 'neither the key nor the object that goes is asked for'), async (context) => {
    const world = await newWorld(context);
    world.application.answer({ status: 200, body: 'content' });
    const href = `http://127.0.0.1:${world.application.port}`;
    await world.put('urls', { 'a.url': `${href}/a`, 'b.url': `${href}/b` });
    await world.startSynced({ URL_ALLOWED_HOSTS: '127.0.0.1' });
    await world.holds({ a: 'content', b: 'content' });
    await world.patch('urls', { data: { 'a.url': null } });
    await world.holds({ b: 'content' });
    await world.client.delete('configmaps', world.namespace, 'urls');
    await world.holds({});
    await world.put('barrier', { barrier: '' });
    await world.holds({ barrier: '' });
    expect(world.application.requests.filter(({ path }) => path === '/a')).toHaveLength(1);
  });
});
