import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { kubeMissing } from '../kube/kube-of-this-run.js';
import { eventually } from '../support/eventually.js';
import { certificateFile, startTlsApplication } from './certificate.js';
import { defaultOf } from './default-of.js';
import { startForwardProxy } from './forward-proxy.js';
import { closed, listening } from './loopback-server.js';
import { row } from './row.js';
import { newWorld, said, type World } from './world.js';

/** A list that fails is given up soon. */
const impatient = { METHOD: 'LIST', LIST_TIMEOUT: '1' };

describe.skipIf(kubeMissing)('the cluster', { concurrent: true }, () => {
  it(
    row('KUBECONFIG', 'names the configuration, which is else in the home of the user; without any it does not start'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      mkdirSync(join(world.base, '.kube'));
      const file = join(world.base, '.kube/config');
      renameSync(world.kubeconfig(), file);
      await world.collect({ KUBECONFIG: '', HOME: world.base });
      expect(world.files()).toEqual({ a: '1' });
      await world.collect({ KUBECONFIG: '', FOLDER: join(world.base, 'flag') }, { args: ['--kubeconfig', file] });
      expect(world.files(join(world.base, 'flag'))).toEqual({ a: '1' });
      const { sidecar, exit } = await world.run({ KUBECONFIG: '', HOME: join(world.base, 'nobody') });
      expect(exit.code).toBe(2);
      expect(said(sidecar, 'CRITICAL', 'KUBECONFIG')).toHaveLength(1);
    },
  );

  it.skipIf(!mayMount())(
    row('KUBECONFIG', 'is not needed in a pod, where the service account says all'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const account = join(world.base, 'account');
      mkdirSync(account);
      writeFileSync(join(account, 'token'), world.kube.adminToken);
      writeFileSync(join(account, 'ca.crt'), readFileSync(world.kube.caFile));
      writeFileSync(join(account, 'namespace'), world.namespace);
      const program = join(world.base, 'in-a-pod.cjs');
      writeFileSync(program, inAPod(account));
      const env = {
        KUBERNETES_SERVICE_HOST: '127.0.0.1',
        KUBERNETES_SERVICE_PORT: `${world.kube.port}`,
        KUBECONFIG: '',
      };
      await world.collect(env, { program });
      expect(world.files()).toEqual({ a: '1' });
    },
  );

  it(
    row('SKIP_TLS_VERIFY', 'lets a certificate pass that nobody trusts; it does not pass by default'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const KUBECONFIG = world.kubeconfig({ caFile: null });
      const { sidecar, exit } = await world.run({ KUBECONFIG, ...impatient });
      expect(exit.code).toBe(1);
      expect(sidecar.logs.filter(({ code }) => code === 'unreachable')).not.toEqual([]);
      expect(existsSync(join(world.folder, 'a'))).toBe(false);
      await world.collect({ KUBECONFIG, SKIP_TLS_VERIFY: 'true' });
      expect(world.files()).toEqual({ a: '1' });
    },
  );

  it(row('DISABLE_X509_STRICT_VERIFICATION', 'is taken, and verification stays as it is'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    await world.collect({ DISABLE_X509_STRICT_VERIFICATION: 'true' });
    expect(world.files()).toEqual({ a: '1' });
    const KUBECONFIG = world.kubeconfig({ caFile: null });
    const { exit } = await world.run({ KUBECONFIG, DISABLE_X509_STRICT_VERIFICATION: 'true', ...impatient });
    expect(exit.code).toBe(1);
  });
});

describe.skipIf(kubeMissing)('the health server', { concurrent: true }, () => {
  it(row('HEALTH_PORT', 'is the port, 8080 by default'), async (context) => {
    const world = await newWorld(context);
    const holder = createServer();
    const port = await listening(holder);
    await closed(holder);
    const sidecar = await world.startSynced({ HEALTH_PORT: `${port}` });
    expect(await sidecar.healthPort()).toBe(port);
    expect((await sidecar.health('/healthz')).status).toBe(200);
    expect(await defaultOf('HEALTH_PORT')).toBe('8080');
    const { exit } = await world.run({ HEALTH_PORT: '65536' });
    expect(exit.code).toBe(2);
  });

  it(row('HEALTH_HOST', 'is the address; by default all of IPv6 and IPv4'), async (context) => {
    const world = await newWorld(context);
    const hasIpv6 = Object.values(networkInterfaces()).some((each) => each?.some(({ address }) => address === '::1'));
    const reached = async (host: string, port: number) =>
      fetch(`http://${host}:${port}/livez`).then(
        ({ status }) => status,
        () => 'refused',
      );
    const all = await (await world.startSynced()).healthPort();
    expect(await reached('127.0.0.1', all)).toBe(200);
    expect(await reached('[::1]', all)).toBe(hasIpv6 ? 200 : 'refused');
    const one = await (await world.startSynced({ HEALTH_HOST: '127.0.0.1', STATE: 'off' })).healthPort();
    expect(await reached('127.0.0.1', one)).toBe(200);
    expect(await reached('[::1]', one)).toBe('refused');
    const other = await (await world.startSynced({ HEALTH_HOST: '127.0.0.2', STATE: 'off' })).healthPort();
    expect(await reached('127.0.0.2', other)).toBe(200);
    expect(await reached('127.0.0.1', other)).toBe('refused');
  });

  it(
    row('healthz', 'is 503 NOT READY until the files of the first lists are on disk, then 200 OK'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const gateway = await world.gateway();
      gateway.fail({ status: 500 });
      const sidecar = world.start({
        KUBECONFIG: world.kubeconfig({ server: gateway.url }),
        ERROR_THROTTLE_SLEEP: '0.2',
      });
      await eventually('the list fails', () => gateway.requests.length > 1);
      expect(await sidecar.health('/healthz')).toEqual({ status: 503, body: 'NOT READY' });
      gateway.fail(undefined);
      await eventually('it answers 200', async () => (await sidecar.health('/healthz')).status === 200);
      expect(await sidecar.health('/healthz')).toEqual({ status: 200, body: 'OK' });
      expect(world.files()).toEqual({ a: '1' });
    },
  );

  it(row('healthz', 'is 503 while a file of the first lists cannot be written'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    writeFileSync(world.folder, 'in the way');
    const sidecar = world.start();
    await sidecar.waitFor('the fault is said', (logs) => logs.some(({ level }) => level === 'ERROR'));
    expect(await sidecar.health('/healthz')).toEqual({ status: 503, body: 'NOT READY' });
  });
});

describe.skipIf(kubeMissing)('the log', { concurrent: true }, () => {
  it.for([
    ['', ['INFO', 'WARNING']],
    ['debug', ['DEBUG', 'INFO', 'WARNING']],
    ['INFO', ['INFO', 'WARNING']],
    ['WARN', ['WARNING']],
    ['warning', ['WARNING']],
    ['ERROR', []],
    ['CRITICAL', []],
    ['fatal', []],
  ] as const)(row('LOG_LEVEL', 'of "%s" says %j of a run with a warning'), async ([LOG_LEVEL, wanted], context) => {
    const world = await newWorld(context);
    await world.put('a', { '.ks-refused': '' });
    const sidecar = await world.collect({ LOG_LEVEL });
    expect([...new Set(sidecar.logs.map(({ level }) => level))].sort()).toEqual(wanted);
  });

  it(
    row('LOG_LEVEL', 'ERROR still says why it does not start, and an unknown level is one reason'),
    async (context) => {
      const world = await newWorld(context);
      const { sidecar } = await world.run({ LOG_LEVEL: 'ERROR', FOLDER: '' });
      expect(said(sidecar, 'CRITICAL', 'FOLDER')).toHaveLength(1);
      const { exit } = await world.run({ LOG_LEVEL: 'LOUD' });
      expect(exit.code).toBe(2);
    },
  );

  it(
    row('LOG_FORMAT', 'is JSON, time, level and msg first, or LOGFMT; each line of either is a record'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1', '.ks-refused': '' });
      const json = await world.collect({ LOG_LEVEL: 'DEBUG' });
      expect(json.otherLines).toEqual([]);
      expect(json.logs.length).toBeGreaterThan(5);
      for (const line of json.logs) {
        expect(Object.keys(line).slice(0, 3)).toEqual(['time', 'level', 'msg']);
        expect(line.level).toMatch(/^[A-Z]+$/);
      }
      const logfmt = /^time=\S+ level=[A-Z]+ msg=("(?:[^"\\]|\\.)*"|\S+)( [\w.]+=("(?:[^"\\]|\\.)*"|\S*))*$/;
      const text = await world.collect({ LOG_FORMAT: 'logfmt', LOG_LEVEL: 'DEBUG', STATE: 'off' });
      expect(text.logs).toEqual([]);
      expect(text.otherLines.length).toBeGreaterThan(5);
      expect(text.otherLines.filter((line) => !logfmt.test(line))).toEqual([]);
      const { sidecar } = await world.run({ LOG_FORMAT: 'LOGFMT', LABEL: '', HEALTH_PORT: 'x' });
      expect(sidecar.otherLines).toHaveLength(2);
      expect(sidecar.otherLines.filter((line) => !logfmt.test(line))).toEqual([]);
    },
  );

  it.for([
    ['', '+05:30'],
    ['LOCAL', '+05:30'],
    ['utc', '+00:00'],
  ] as const)(
    row('LOG_TZ', 'of "%s" gives times with the offset %s to a container in India'),
    async ([LOG_TZ, offset], context) => {
      const world = await newWorld(context);
      const before = Date.now();
      const sidecar = await world.collect({ LOG_TZ, TZ: 'Asia/Kolkata' });
      for (const { time } of sidecar.logs) {
        expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d$/);
        expect(time.slice(-6)).toBe(offset);
        expect(Date.parse(time)).toBeGreaterThanOrEqual(before - 1_000);
        expect(Date.parse(time)).toBeLessThanOrEqual(Date.now() + 1_000);
      }
    },
  );
});

/** A logging configuration as Python reads it, written to a file. */
function logConfig(
  world: World,
  parts: { readonly level: string; readonly formatter: string; readonly handlers?: object },
): string {
  const path = join(world.base, 'logging.yaml');
  const handlers = parts.handlers ?? { console: { class: 'logging.StreamHandler', formatter: parts.formatter } };
  const config = {
    version: 1,
    disable_existing_loggers: false,
    root: { level: parts.level, handlers: Object.keys(handlers) },
    handlers,
    formatters: { JSON: { '()': 'logger.JsonFormatter' }, LOGFMT: { '()': 'logger.LogfmtFormatter' } },
  };
  writeFileSync(path, JSON.stringify(config));
  return path;
}

describe.skipIf(kubeMissing)('LOG_CONFIG', { concurrent: true }, () => {
  it(row('LOG_CONFIG', 'has a level, which wins over LOG_LEVEL, and a format'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    const loud = await world.collect({
      LOG_CONFIG: logConfig(world, { level: 'DEBUG', formatter: 'JSON' }),
      LOG_LEVEL: 'ERROR',
    });
    expect(loud.logs.some(({ level }) => level === 'DEBUG')).toBe(true);
    const quiet = await world.collect({
      LOG_CONFIG: logConfig(world, { level: 'ERROR', formatter: 'JSON' }),
      LOG_LEVEL: 'DEBUG',
    });
    expect(quiet.logs).toEqual([]);
    const text = await world.collect({ LOG_CONFIG: logConfig(world, { level: 'INFO', formatter: 'LOGFMT' }) });
    expect(text.logs).toEqual([]);
    expect(text.otherLines.length).toBeGreaterThan(0);
    for (const line of text.otherLines) expect(line).toMatch(/^time=\S+ level=INFO msg=/);
  });

  it(row('LOG_CONFIG', 'has a file handler, which gets the same records, and rotates'), async (context) => {
    const world = await newWorld(context);
    await world.put('many', Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`key-${n}`, 'x'])));
    const file = join(world.base, 'file.log');
    const rotating = {
      class: 'logging.handlers.RotatingFileHandler',
      formatter: 'JSON',
      filename: file,
      maxBytes: 4_000,
      backupCount: 2,
    };
    const console = { class: 'logging.StreamHandler', formatter: 'JSON' };
    const LOG_CONFIG = logConfig(world, { level: 'INFO', formatter: 'JSON', handlers: { console, file: rotating } });
    const sidecar = await world.collect({ LOG_CONFIG });
    const written = ['.2', '.1', ''].flatMap((suffix) => {
      const text = readFileSync(`${file}${suffix}`, 'utf8');
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(4_000);
      return text.trimEnd().split('\n');
    });
    expect(existsSync(`${file}.3`)).toBe(false);
    expect(written).toEqual(sidecar.output().split('\n').slice(-written.length));
    expect(written.length).toBeGreaterThan(20);
  });

  it(row('LOG_CONFIG', 'has what we do not know: a warning each, and everything goes on'), async (context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    const syslog = { class: 'logging.handlers.SysLogHandler', formatter: 'JSON', level: 'INFO' };
    const LOG_CONFIG = logConfig(world, { level: 'INFO', formatter: 'JSON', handlers: { syslog } });
    const sidecar = await world.collect({ LOG_CONFIG });
    expect(said(sidecar, 'WARNING', 'SysLogHandler')).toHaveLength(1);
    expect(world.files()).toEqual({ a: '1' });
  });

  it.for([
    ['is no YAML', 'root: [level'],
    ['is no mapping', '- a\n- b'],
    ['is missing', undefined],
  ] as const)(row('LOG_CONFIG', 'that %s is a warning'), async ([, content], context) => {
    const world = await newWorld(context);
    await world.put('a', { a: '1' });
    const LOG_CONFIG = join(world.base, 'broken.yaml');
    if (content !== undefined) writeFileSync(LOG_CONFIG, content);
    const sidecar = await world.collect({ LOG_CONFIG });
    expect(said(sidecar, 'WARNING', 'broken.yaml')).toHaveLength(1);
    expect(world.files()).toEqual({ a: '1' });
  });
});

describe.skipIf(kubeMissing)('the network', { concurrent: true }, () => {
  it(
    row(['HTTP_PROXY', 'NO_PROXY'], 'takes http:// requests, but for the hosts that are excepted'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const proxy = await startForwardProxy();
      world.onFinished(() => proxy.close());
      const env = {
        REQ_URL: 'http://app.example.test/reload',
        REQ_RETRY_TOTAL: '0',
        HTTP_PROXY: proxy.url,
        STATE: 'off',
      };
      await world.collect({ ...env, FOLDER: join(world.base, '1') });
      expect(proxy.asked).toEqual(['GET http://app.example.test/reload']);
      for (const NO_PROXY of ['app.example.test', 'a.test, .example.test', '*']) {
        await world.collect({ ...env, NO_PROXY, FOLDER: join(world.base, NO_PROXY.length.toString()) });
      }
      expect(proxy.asked).toHaveLength(1);
      await world.collect({ ...env, NO_PROXY: 'other.test', FOLDER: join(world.base, 'other') });
      expect(proxy.asked).toHaveLength(2);
    },
  );

  it(
    row(
      ['HTTPS_PROXY', 'SSL_CERT_FILE'],
      'takes https:// requests through a tunnel, verified by the named authorities',
    ),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const application = await startTlsApplication();
      const proxy = await startForwardProxy(application.port);
      world.onFinished(() => application.close());
      world.onFinished(() => proxy.close());
      const REQ_URL = 'https://app.example.test/reload?token=hidden';
      await world.collect({ REQ_URL, HTTPS_PROXY: proxy.url, SSL_CERT_FILE: certificateFile });
      expect(proxy.asked).toEqual(['CONNECT app.example.test:443']);
      expect(application.paths).toEqual(['/reload?token=hidden']);
    },
  );

  it(
    row(['HTTP_PROXY', 'HTTPS_PROXY'], 'are not for the Kubernetes API, which has its proxy from the kubeconfig'),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const proxy = await startForwardProxy(world.kube.port);
      world.onFinished(() => proxy.close());
      const variables = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url };
      const unknown = world.kubeconfig({ server: 'https://kube.example.test:6443' });
      const { exit } = await world.run({ KUBECONFIG: unknown, ...variables, ...impatient });
      expect(exit.code).toBe(1);
      expect(proxy.asked).toEqual([]);
      await world.collect({ KUBECONFIG: world.kubeconfig({ proxyUrl: proxy.url }) });
      expect(world.files()).toEqual({ a: '1' });
      expect(proxy.asked[0]).toBe(`CONNECT 127.0.0.1:${world.kube.port}`);
    },
  );

  it(
    row(
      ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE'],
      'are trusted for requests, the second before the first, and not for the Kubernetes API',
    ),
    async (context) => {
      const world = await newWorld(context);
      await world.put('a', { a: '1' });
      const application = await startTlsApplication();
      world.onFinished(() => application.close());
      const other = world.kube.caFile;
      let told = 0;
      const collect = async (wanted: boolean, env: Readonly<Record<string, string>>) => {
        told += wanted ? 1 : 0;
        const FOLDER = join(world.base, JSON.stringify(Object.keys(env)) + wanted);
        await world.collect({ REQ_URL: application.url, REQ_RETRY_TOTAL: '0', FOLDER, ...env });
        expect(application.paths, JSON.stringify(env)).toHaveLength(told);
      };
      await collect(false, {});
      await collect(true, { SSL_CERT_FILE: certificateFile });
      await collect(true, { REQUESTS_CA_BUNDLE: certificateFile });
      await collect(true, { REQUESTS_CA_BUNDLE: certificateFile, SSL_CERT_FILE: other });
      await collect(false, { REQUESTS_CA_BUNDLE: other, SSL_CERT_FILE: certificateFile });
      const KUBECONFIG = world.kubeconfig({ caFile: null });
      const { exit } = await world.run({ KUBECONFIG, SSL_CERT_FILE: other, REQUESTS_CA_BUNDLE: other, ...impatient });
      expect(exit.code).toBe(1);
    },
  );
});

/** Mounts over /run in a mount namespace of its own need a user namespace, which some machines refuse. */
function mayMount(): boolean {
  try {
    execFileSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /run && test -e /var/run'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A program that is the bundle where a kubelet has mounted the service account. */
function inAPod(account: string): string {
  const bundle = new URL('../../dist/main.cjs', import.meta.url).pathname;
  const place = '/run/secrets/kubernetes.io';
  const command = `mount -t tmpfs none /run && mkdir -p ${place} && ln -s '${account}' ${place}/serviceaccount && exec '${process.execPath}' '${bundle}'`;
  return `process.exitCode = require('node:child_process').spawnSync('unshare', ['-rm', 'sh', '-c', ${JSON.stringify(command)}], { stdio: 'inherit' }).status;\n`;
}
