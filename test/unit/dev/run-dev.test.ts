import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subject } from 'rxjs';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { type RunProgram, runDev } from '../../../src/dev/run-dev.js';
import { type ExitCode, runProgram } from '../../../src/program.js';
import { eventually } from '../../support/eventually.js';
import { startReceiver } from '../../support/receiver.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ks-run-dev-'));
  mkdirSync(join(folder, 'manifests'));
  writeFileSync(
    join(folder, 'manifests/a.yaml'),
    'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, labels: {collect: "1"}}\ndata: {a.txt: content}\n',
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

interface Given {
  readonly argv?: readonly string[];
  readonly run?: RunProgram;
  readonly tempDir?: string;
}

function start(env: Readonly<Record<string, string>> = {}, given: Given = {}) {
  const { argv = ['dev', join(folder, 'manifests')], run = runProgram, tempDir = folder } = given;
  const stop$ = new Subject<string>();
  const text: string[] = [];
  const exit = runDev(
    {
      env,
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
      onFatal: () => {},
      onWarning: () => {},
      workingDir: folder,
      tempDir,
    },
    run,
  );
  onTestFinished(async () => {
    stop$.next('SIGTERM');
    await exit.catch(() => {});
  });
  const lines = () => text.join('').split('\n');
  return {
    exit,
    lines,
    stop: () => stop$.next('SIGTERM'),
    saw: (line: string) => eventually(line, () => lines().includes(line), { seen: lines }),
  };
}

function isOpen(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  return new Promise((resolve) => {
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
  }).finally(() => socket.destroy()) as Promise<boolean>;
}

/** A program that goes on while its test does. */
function endless(): RunProgram {
  const { promise, resolve } = Promise.withResolvers<ExitCode>();
  onTestFinished(() => resolve(0));
  return () => promise;
}

const kubeconfig = () => join(folder, '.k8s-sidecar/kubeconfig');

describe('dev', () => {
  test('runs the program it is given on an API of its own, and closes everything', async () => {
    const { exit, lines, saw, stop } = start();
    const file = join(folder, '.k8s-sidecar/files/a.txt');
    await saw('reload received: POST / (1 change)');
    expect(lines()).toEqual(expect.arrayContaining(['applied configmap/default/a', `wrote ${file}`]));
    expect(existsSync(kubeconfig())).toBe(true);
    const urls =
      lines()
        .join('\n')
        .match(/https?:\/\/127\.0\.0\.1:\d+/g) ?? [];
    expect(await Promise.all(urls.map(isOpen))).toEqual([true, true]);
    stop();
    expect(await exit).toBe(0);
    expect(await Promise.all(urls.map(isOpen))).toEqual([false, false]);
    expect(existsSync(kubeconfig())).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe('content');
  });

  test('follows the manifests', async () => {
    const { saw } = start();
    await saw('reload received: POST / (1 change)');
    rmSync(join(folder, 'manifests/a.yaml'));
    await saw('deleted configmap/default/a');
    await saw(`removed ${join(folder, '.k8s-sidecar/files/a.txt')}`);
  });

  test('ends when the program does, with its code', async () => {
    expect(await start({ METHOD: 'LIST' }).exit).toBe(0);
    expect(existsSync(kubeconfig())).toBe(false);
    expect(await start({}, { run: async () => 1 }).exit).toBe(1);
  });

  test('fails when the program does, and leaves nothing open', async () => {
    const failing = start({}, { run: () => Promise.reject(new Error('a bug')) });
    await expect(failing.exit).rejects.toThrow('a bug');
    expect(existsSync(kubeconfig())).toBe(false);
  });

  test('does not wait for ever for a program that does not stop', async () => {
    const { exit, stop, saw } = start({}, { run: endless() });
    await saw('applied configmap/default/a');
    const since = performance.now();
    stop();
    expect(await exit).toBe(0);
    expect(performance.now() - since).toBeLessThan(2_000);
    expect(existsSync(kubeconfig())).toBe(false);
  });

  test('does not wait at all when it is asked twice', async () => {
    const { exit, stop, saw } = start({}, { run: endless() });
    await saw('applied configmap/default/a');
    const since = performance.now();
    stop();
    stop();
    expect(await exit).toBe(0);
    expect(performance.now() - since).toBeLessThan(1_000);
  });

  test('does not start the program when it was stopped before', async () => {
    let started = false;
    const run = async () => {
      started = true;
      return 0 as const;
    };
    const { exit, stop } = start({}, { run });
    const since = performance.now();
    stop();
    expect(await exit).toBe(0);
    expect(performance.now() - since).toBeLessThan(1_500);
    expect(started).toBe(false);
    expect(existsSync(kubeconfig())).toBe(false);
  });

  test('says what it could not have, and ends with 2', async () => {
    writeFileSync(join(folder, '.k8s-sidecar'), 'a file');
    const { exit, lines } = start({}, { tempDir: join(folder, 'missing') });
    expect(await exit).toBe(2);
    expect(lines()[0]).toMatch(/^Expected .* a folder in .*: ENOENT/);
  });

  test('closes again what it has opened when not all can be had', async () => {
    const servers = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPServerWrap').length;
    await eventually('those of other tests are closed', () => servers() === 0);
    mkdirSync(kubeconfig(), { recursive: true });
    const { exit, lines } = start();
    expect(await exit).toBe(2);
    expect(lines()[0]).toMatch(/^Expected .*kubeconfig/);
    await eventually('all servers are closed', () => servers() === 0);
  });

  test("tells the user's application, and brings none of its own", async () => {
    const receiver = await startReceiver();
    onTestFinished(() => receiver.close());
    const { lines, saw } = start({ REQ_URL: `${receiver.url}?token=secret` });
    await saw(`told ${receiver.url}`);
    expect(receiver.requests).toMatchObject([{ method: 'GET', path: '/reload?token=secret' }]);
    expect(lines().join()).toContain(`application   ${receiver.url}`);
    expect(lines().join()).not.toMatch(/secret|reload received/);
  });

  test("writes to the user's folder, and names it as a command in the working directory would", async () => {
    const outside = mkdtempSync(join(tmpdir(), 'ks-outside-'));
    onTestFinished(() => rmSync(outside, { recursive: true }));
    const first = start({ FOLDER: outside });
    await first.saw(`  files         ${outside}`);
    await first.saw(`wrote ${join(outside, 'a.txt')}`);
    const second = start({}, { argv: ['dev', join(folder, 'manifests'), `--folder=${join(folder, 'inside')}`] });
    await second.saw('  files         inside');
    await second.saw(`wrote ${join(folder, 'inside/a.txt')}`);
  });

  test('says what is wrong with its arguments, and ends with 2', async () => {
    const { exit, lines } = start({}, { argv: ['dev', join(folder, 'missing')] });
    expect(await exit).toBe(2);
    expect(lines()).toEqual([expect.stringMatching(/^Expected .*missing to be a folder/), '']);
  });
});
