import { chmodSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { kubeMissing } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import type { Sidecar } from '../support/run-sidecar.js';
import { startTlsApplication } from './certificate.js';
import { defaultOf } from './default-of.js';
import { closed, listening } from './loopback-server.js';
import { row } from './row.js';
import { newWorld, said, type World } from './world.js';

/** Told as soon as files changed. */
const soon = { NOTIFY_DEBOUNCE: '0.1' };

/** The waits that it announced after each try, in order; all of them only with `LOG_LEVEL=DEBUG`. */
function announcedWaits(sidecar: Sidecar): readonly number[] {
  return sidecar.logs
    .filter(({ msg }) => msg.startsWith('could not tell'))
    .map((line) => Number(line['retryInSeconds']));
}

/** How often the policy tries: until the first wait that is the slow interval's. */
async function triesOfPolicy(sidecar: Sidecar): Promise<number> {
  const slow = () => announcedWaits(sidecar).findIndex((wait) => wait > 5) + 1;
  await eventually('the retries are spent', slow, { seen: () => announcedWaits(sidecar) });
  return slow();
}

const retrying = { LOG_LEVEL: 'DEBUG', REQ_RETRY_BACKOFF_FACTOR: '0.005', NOTIFY_RETRY_INTERVAL: '600', ...soon };

/** The `Authorization` of the one request that a run of its own sends. */
async function authorizationOf(world: World, env: Readonly<Record<string, string>>, args: readonly string[] = []) {
  const before = world.application.requests.length;
  const FOLDER = join(world.base, `folder-${before}`);
  await world.collect({ REQ_URL: world.application.url, FOLDER, ...env }, { args });
  expect(world.application.requests).toHaveLength(before + 1);
  return world.application.requests[before]?.headers.authorization;
}

const basic = (text: string, encoding: BufferEncoding = 'latin1') =>
  `Basic ${Buffer.from(text, encoding).toString('base64')}`;

describe.skipIf(kubeMissing)('the script', { concurrent: true }, () => {
  it(
    row(['SCRIPT', 'script-before-request'], 'runs when the files stand, and the request follows its end'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const seen = join(world.base, 'seen');
      const script = join(world.base, 'script');
      writeFileSync(script, `#!/bin/sh\nsleep 0.3\ncat '${world.folder}/a' >> '${seen}'\n`);
      chmodSync(script, 0o755);
      await world.startSynced({ SCRIPT: script, REQ_URL: world.application.url, ...soon });
      await eventually('the request came', () => world.application.requests.length === 1);
      expect(readFileSync(seen, 'utf8')).toBe('1');
      expect(statSync(seen).mtimeMs).toBeLessThanOrEqual(world.application.requests[0]?.at ?? 0);
      await world.patch('a', { data: { a: '2' } });
      await eventually('it ran again', () => readFileSync(seen, 'utf8') === '12');
      await eventually('and the request', () => world.application.requests.length === 2);
    },
  );

  it(row('SCRIPT', 'is executed where it is executable, whatever its language'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    const script = join(world.base, 'script');
    const seen = join(world.base, 'seen');
    writeFileSync(
      script,
      `#!${process.execPath}\nrequire('node:fs').writeFileSync(${JSON.stringify(seen)}, 'javascript');\n`,
    );
    chmodSync(script, 0o755);
    await world.startSynced({ SCRIPT: script, ...soon });
    await eventually('it ran', () => readFileSync(seen, 'utf8') === 'javascript');
  });

  it(row('SCRIPT', 'is given to sh where it is not executable, and must be an absolute path'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    const script = join(world.base, 'script');
    writeFileSync(script, `echo shell > '${world.base}/seen'\n`, { mode: 0o644 });
    await world.startSynced({ SCRIPT: script, ...soon });
    await eventually('it ran', () => readFileSync(join(world.base, 'seen'), 'utf8') === 'shell\n');
    const { sidecar, exit } = await world.run({ SCRIPT: 'script.sh' });
    expect(exit.code).toBe(2);
    expect(said(sidecar, 'CRITICAL', 'SCRIPT')).toHaveLength(1);
  });

  it(row('SCRIPT', 'says what it prints at DEBUG alone, line by line, as records'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    const script = join(world.base, 'script');
    writeFileSync(script, 'echo said-to-stdout\necho said-to-stderr >&2\n');
    const quiet = await world.collect({ SCRIPT: script });
    expect(quiet.output()).not.toContain('said-to');
    const verbose = await world.collect({ SCRIPT: script, LOG_LEVEL: 'DEBUG', FOLDER: join(world.base, 'other') });
    expect(verbose.otherLines).toEqual([]);
    for (const stream of ['stdout', 'stderr']) {
      const lines = verbose.logs.filter((line) => JSON.stringify(line).includes(`said-to-${stream}`));
      expect(lines.map(({ level }) => level)).toEqual(['DEBUG']);
    }
  });
});

describe.skipIf(kubeMissing)('the request', { concurrent: true }, () => {
  it(
    row(['REQ_URL', 'REQ_METHOD'], 'is sent after files changed, by GET unless another method is wanted'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const { url, requests } = world.application;
      await world.collect({ REQ_URL: `${url}?x=1` });
      expect(requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /reload?x=1']);
      for (const REQ_METHOD of ['POST', 'post', 'Put', 'PATCH', 'delete']) {
        await world.collect({ REQ_URL: url, REQ_METHOD, FOLDER: join(world.base, REQ_METHOD) });
        expect(requests.at(-1)?.method).toBe(REQ_METHOD.toUpperCase());
      }
      expect(requests).toHaveLength(6);
      const { sidecar, exit } = await world.run({ REQ_URL: 'reload', REQ_METHOD: 'HEAD' });
      expect(exit.code).toBe(2);
      expect(said(sidecar, 'CRITICAL', 'REQ_URL')).toHaveLength(1);
      expect(said(sidecar, 'CRITICAL', 'REQ_METHOD')).toHaveLength(1);
    },
  );

  it(
    row('REQ_PAYLOAD', 'is the body of a POST: JSON as it stands, other text as a JSON string; a GET has none'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const sent = async (REQ_PAYLOAD: string, REQ_METHOD = 'POST') => {
        const count = world.application.requests.length;
        await world.collect({
          REQ_URL: world.application.url,
          REQ_METHOD,
          REQ_PAYLOAD,
          FOLDER: join(world.base, `${count}`),
        });
        return world.application.requests[count];
      };
      const json = await sent('{"a": [1, 12345678901234567890]}');
      expect(json?.headers['content-type']).toBe('application/json');
      expect(json?.body).toBe('{"a": [1, 12345678901234567890]}');
      expect((await sent('reload "now"'))?.body).toBe('"reload \\"now\\""');
      expect((await sent('null'))?.body).toBe('null');
      expect((await sent(''))?.body).toBe('');
      expect((await sent('{}', 'GET'))?.body).toBe('');
    },
  );

  it.for([
    ['true', 1],
    ['TRUE', 1],
    ['', 2],
    ['1', 2],
  ] as const)(
    row('REQ_SKIP_INIT', 'of "%s" tells of the initial sync or not, and of each later change'),
    async ([value, wanted], context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      await world.startSynced({ REQ_URL: world.application.url, REQ_SKIP_INIT: value, ...soon });
      if (wanted === 2) await eventually('the first', () => world.application.requests.length === 1);
      else await wait(600); // In which the initial sync would be told.
      const since = Date.now();
      await world.put('b', { b: '1' });
      await eventually('the change is told', () => world.application.requests.length === wanted);
      expect(world.application.requests.at(-1)?.at).toBeGreaterThanOrEqual(since);
      await world.put('c', { c: '1' });
      await eventually('the next one too', () => world.application.requests.length === wanted + 1);
    },
  );

  it.for([
    [{}, 6],
    [{ REQ_RETRY_TOTAL: '2' }, 3],
    [{ REQ_RETRY_TOTAL: '0' }, 1],
  ] as const)(
    row('REQ_RETRY_TOTAL', '%o bounds the tries of an application that fails'),
    async ([env, tries], context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      world.application.answer({ status: 503 });
      const sidecar = world.start({ REQ_URL: world.application.url, ...retrying, ...env });
      expect(await triesOfPolicy(sidecar)).toBe(tries);
      expect(world.application.requests).toHaveLength(tries);
    },
  );

  it.for([
    [{ REQ_RETRY_TOTAL: '20' }, 6],
    [{ REQ_RETRY_TOTAL: '20', REQ_RETRY_READ: '1' }, 2],
    [{ REQ_RETRY_TOTAL: '2', REQ_RETRY_READ: '9' }, 3],
  ] as const)(
    row(['REQ_RETRY_READ', 'REQ_RETRY_TOTAL'], '%o bounds the tries of an application that breaks off'),
    async ([env, tries], context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      world.application.answer('reset');
      const sidecar = world.start({ REQ_URL: world.application.url, ...retrying, ...env });
      expect(await triesOfPolicy(sidecar)).toBe(tries);
      expect(world.application.requests).toHaveLength(tries);
    },
  );

  it.for([
    [{ REQ_RETRY_TOTAL: '20', REQ_RETRY_BACKOFF_FACTOR: '0.001' }, 11],
    [{ REQ_RETRY_TOTAL: '20', REQ_RETRY_CONNECT: '1' }, 2],
    [{ REQ_RETRY_TOTAL: '2', REQ_RETRY_CONNECT: '9' }, 3],
  ] as const)(
    row(['REQ_RETRY_CONNECT', 'REQ_RETRY_TOTAL'], '%o bounds the tries of an application that cannot be connected to'),
    async ([env, tries], context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      let connections = 0;
      // It takes the connection and drops it before TLS stands.
      const server = createServer((socket: Socket) => {
        connections++;
        socket.destroy();
      });
      const port = await listening(server);
      world.onFinished(() => closed(server));
      const sidecar = world.start({ REQ_URL: `https://127.0.0.1:${port}/`, ...retrying, ...env });
      expect(await triesOfPolicy(sidecar)).toBe(tries);
      expect(connections).toBe(tries);
    },
  );

  it.for([
    ['', [1.1, 2.2]],
    ['0.1', [0.1, 0.2, 0.4, 0.8]],
    ['0', [0, 0, 0, 0, 0]],
    ['200', [120]],
  ] as const)(row('REQ_RETRY_BACKOFF_FACTOR', 'of "%s" makes the waits'), async ([value, wanted], context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    world.application.answer({ status: 500 });
    const sidecar = world.start({ REQ_URL: world.application.url, ...retrying, REQ_RETRY_BACKOFF_FACTOR: value });
    await eventually('the waits are announced', () => announcedWaits(sidecar).length >= wanted.length);
    expect(announcedWaits(sidecar).slice(0, wanted.length)).toEqual(wanted);
    const times = world.application.requests.slice(0, wanted.length).map(({ at }) => at);
    for (const [index, at] of times.slice(1).entries()) {
      expect(at - (times[index] ?? 0)).toBeGreaterThanOrEqual((wanted[index] ?? 0) * 1_000 - 5);
    }
  });

  it(row('REQ_TIMEOUT', 'ends a request that hangs, which is tried again'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    world.application.answer('hang', { status: 200 });
    await world.startSynced({ REQ_URL: world.application.url, REQ_TIMEOUT: '0.6', ...retrying });
    await eventually('a second request', () => world.application.requests.length === 2);
    const [first, second] = world.application.requests;
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(590);
    expect(await defaultOf('REQ_TIMEOUT')).toBe('10');
  });
});

describe.skipIf(kubeMissing)('credentials', { concurrent: true }, () => {
  it(
    row(['REQ_USERNAME', 'REQ_PASSWORD'], 'are sent as basic authentication at once, both or nothing'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      expect(await authorizationOf(world, {})).toBe(undefined);
      expect(await authorizationOf(world, { REQ_USERNAME: 'admin', REQ_PASSWORD: 'pa:ss' })).toBe(basic('admin:pa:ss'));
      expect(await authorizationOf(world, { REQ_USERNAME: 'admin' })).toBe(undefined);
      expect(await authorizationOf(world, { REQ_PASSWORD: 'pass' })).toBe(undefined);
    },
  );

  it(
    row(['REQ_USERNAME_FILE', 'REQ_PASSWORD_FILE', 'arguments'], 'win over the variables, and flags over files'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const file = (name: string, content: string) => {
        const path = join(world.base, name);
        writeFileSync(path, content);
        return path;
      };
      const env = {
        REQ_USERNAME: 'plain',
        REQ_PASSWORD: 'plain-password',
        REQ_USERNAME_FILE: file('user', 'from-file\n'),
        REQ_PASSWORD_FILE: file('password', 'file-password\n'),
      };
      expect(await authorizationOf(world, env)).toBe(basic('from-file:file-password'));
      const { REQ_USERNAME_FILE: _, ...onlyPassword } = env;
      expect(await authorizationOf(world, onlyPassword)).toBe(basic('plain:file-password'));
      const flags = [
        '--req-username-file',
        file('flag-user', 'flagged'),
        `--req-password-file=${file('flag-password', 'secret')}`,
      ];
      expect(await authorizationOf(world, env, flags)).toBe(basic('flagged:secret'));
    },
  );

  it(row(['REQ_USERNAME_FILE', 'REQ_PASSWORD_FILE'], 'are read at each request'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    const user = join(world.base, 'user');
    const password = join(world.base, 'password');
    const write = (name: string) => {
      for (const [path, content] of [
        [user, name],
        [password, `${name}-password`],
      ] as const) {
        writeFileSync(`${path}.new`, content);
        renameSync(`${path}.new`, path);
      }
    };
    write('first');
    await world.startSynced({
      REQ_URL: world.application.url,
      REQ_USERNAME_FILE: user,
      REQ_PASSWORD_FILE: password,
      ...soon,
    });
    await eventually('the first request', () => world.application.requests.length === 1);
    write('second');
    await world.put('b', { b: '1' });
    await eventually('the second request', () => world.application.requests.length === 2);
    expect(world.application.requests.map(({ headers }) => headers.authorization)).toEqual([
      basic('first:first-password'),
      basic('second:second-password'),
    ]);
  });

  it(
    row('REQ_BASIC_AUTH_ENCODING', 'is latin1 unless another is named, by any of its usual names'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const env = { REQ_USERNAME: 'jürgen', REQ_PASSWORD: 'größe' };
      const latin1 = basic('jürgen:größe', 'latin1');
      const utf8 = basic('jürgen:größe', 'utf8');
      expect(latin1).not.toBe(utf8);
      for (const [name, wanted] of Object.entries({
        '': latin1,
        'iso-8859-1': latin1,
        'latin-1': latin1,
        'utf-8': utf8,
        UTF8: utf8,
      })) {
        expect(await authorizationOf(world, { ...env, REQ_BASIC_AUTH_ENCODING: name }), name).toBe(wanted);
      }
      expect(
        await authorizationOf(world, { REQ_USERNAME: 'a', REQ_PASSWORD: 'b', REQ_BASIC_AUTH_ENCODING: 'ascii' }),
      ).toBe(basic('a:b'));
      const { exit } = await world.run({ REQ_BASIC_AUTH_ENCODING: 'utf-16' });
      expect(exit.code).toBe(2);
    },
  );

  it(
    row('REQ_SKIP_TLS_VERIFY', 'lets an unknown certificate pass for requests, and never for the Kubernetes API'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const application = await startTlsApplication();
      world.onFinished(() => application.close());
      const strict = await world.collect({ REQ_URL: application.url, REQ_RETRY_TOTAL: '0' });
      expect(application.paths).toEqual([]);
      expect(strict.logs.filter(({ msg }) => msg.startsWith('could not tell'))).not.toEqual([]);
      await world.collect({ REQ_URL: application.url, REQ_SKIP_TLS_VERIFY: 'true', FOLDER: join(world.base, 'lax') });
      expect(application.paths).toEqual(['/reload']);
      const KUBECONFIG = world.kubeconfig({ caFile: null });
      const { exit } = await world.run({ KUBECONFIG, REQ_SKIP_TLS_VERIFY: 'true', METHOD: 'LIST', LIST_TIMEOUT: '1' });
      expect(exit.code).toBe(1);
    },
  );

  it(row(['REQ_SKIP_TLS_VERIFY', 'url-keys'], 'holds for .url keys as well'), async (context) => {
    const world = await newWorld(context);
    const application = await startTlsApplication('content');
    world.onFinished(() => application.close());
    await world.put('a', { 'a.url': application.url });
    await world.startSynced({ URL_ALLOWED_HOSTS: 'localhost', REQ_SKIP_TLS_VERIFY: 'true' });
    await world.holds({ a: 'content' });
  });

  it.for(['true', 'false'])(
    row('ENABLE_5XX', '%s decides whether the body of a 5xx answer to a .url key is written'),
    async (ENABLE_5XX, context) => {
      const world = await newWorld(context);
      world.application.answer({ status: 503, body: 'in maintenance' });
      await world.put('a', { 'a.html.url': world.application.url });
      world.start({ ENABLE_5XX, URL_ALLOWED_HOSTS: '127.0.0.1' });
      await eventually('it was asked', () => world.application.requests.length > 0);
      await world.put('barrier', { barrier: '' });
      await eventually('the barrier stands', () => existsSync(join(world.folder, 'barrier')));
      if (ENABLE_5XX === 'true') await world.holds({ 'a.html': 'in maintenance', barrier: '' });
      else expect(world.files()).toEqual({ barrier: '' });
    },
  );
});
