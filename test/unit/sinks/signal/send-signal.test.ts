import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { SignalName } from '../../../../src/config/signal-name.js';
import { type SendSignalOptions, sendSignal } from '../../../../src/sinks/signal/send-signal.js';
import { procFolder, putProcess, temporaryFolder } from './proc-folder.js';

const app = { pid: 7, comm: 'app', args: ['/bin/app', '--password=hunter2'] };

function refusing(code: string): never {
  throw Object.assign(new Error('kill'), { code });
}

/** What was signalled, and what came of it, of processes named `app` in a folder as /proc. */
function send(folder: string, options: Partial<SendSignalOptions> = {}) {
  const killed: string[] = [];
  const result = sendSignal({
    signal: 'SIGHUP',
    selector: { text: 'name:app', by: 'name', name: 'app' },
    all: false,
    self: { pid: 99 },
    procFolder: folder,
    ...options,
    kill: (pid, signal) => {
      options.kill?.(pid, signal);
      killed.push(`${signal} ${pid}`);
    },
  });
  return { killed, result: 'fault' in result ? result.fault : result.sent.map(({ pid }) => pid) };
}

describe('a signal', () => {
  it('is sent to the process that matches', () => {
    expect(send(procFolder(app))).toEqual({ killed: ['SIGHUP 7'], result: [7] });
  });

  it('is sent to each, where several are wanted', () => {
    const folder = procFolder(app, { ...app, pid: 8 });
    expect(send(folder, { all: true }).killed).toEqual(['SIGHUP 7', 'SIGHUP 8']);
    expect(send(folder).killed).toEqual([]);
  });

  it('is not sent to another process that has got the pid since', () => {
    const folder = procFolder(app, { ...app, pid: 8 });
    const kill = (pid: number) => pid === 7 && putProcess(folder, { ...app, pid: 8, startTime: 5_000 });
    expect(send(folder, { all: true, kill })).toEqual({ killed: ['SIGHUP 7'], result: [7] });
  });

  it('is not sent to a process that has ended since', () => {
    const folder = procFolder(app, { ...app, pid: 8 });
    const kill = (pid: number) => pid === 7 && rmSync(join(folder, '8'), { recursive: true });
    expect(send(folder, { all: true, kill })).toEqual({ killed: ['SIGHUP 7'], result: [7] });
  });
});

describe('it fails', () => {
  it('where nobody matches', () => {
    expect(send(procFolder()).result).toMatch(/^No process matches SIGNAL_PROCESS=name:app/);
  });

  it('where the only one ends within the kill', () => {
    const ended = 'Process 7 app ended before it could be sent SIGHUP.';
    expect(send(procFolder(app), { kill: () => refusing('ESRCH') })).toEqual({ killed: [], result: ended });
  });

  it('where it is not permitted, with what to do and without the arguments', () => {
    expect(send(procFolder(app), { kill: () => refusing('EPERM') }).result).toBe(
      'Process 7 app could not be sent SIGHUP (EPERM): it runs as another user: run both as the same one, or add the capability KILL.',
    );
  });

  it('for any other reason, too', () => {
    expect(send(procFolder(app), { kill: () => refusing('EINVAL') }).result).toMatch(/\(EINVAL\): kill\(2\) failed\.$/);
    const strange = () => {
      throw new Error('?');
    };
    expect(send(procFolder(app), { kill: strange }).result).toMatch(/\(unknown\)/);
  });

  it('where one of several was refused, after all were tried', () => {
    const folder = procFolder(app, { ...app, pid: 8 });
    const kill = (pid: number) => pid === 7 && refusing('EPERM');
    const { killed, result } = send(folder, { all: true, kill });
    expect(killed).toEqual(['SIGHUP 8']);
    expect(result).toMatch(/^Process 7 app could not be sent/);
  });

  it('where there is no process table', () => {
    const none = join(temporaryFolder(), 'none');
    expect(send(none).result).toBe(`The processes cannot be listed: ${none} cannot be read (ENOENT).`);
  });
});

describe('with real processes', () => {
  function start(file: string, ...args: string[]): ChildProcess & { readonly pid: number } {
    const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    return child as ChildProcess & { readonly pid: number };
  }

  it('the one that matches hears it', async () => {
    const program = "process.on('SIGHUP', () => console.log('reloaded')); setInterval(() => 0, 1e3); console.log('up')";
    const token = `ks-${process.pid}-${Math.random()}`;
    const self = start('sleep', '60');
    const target = start(process.execPath, '-e', program, token);
    await once(target.stdout as NodeJS.ReadableStream, 'data');
    const heard = once(target.stdout as NodeJS.ReadableStream, 'data');
    const result = sendSignal({
      signal: 'SIGHUP' satisfies SignalName,
      selector: { text: 'cmdline:…', by: 'cmdline', pattern: new RegExp(`${token}$`) },
      all: false,
      self,
      kill: (pid, signal) => process.kill(pid, signal),
    });
    expect(result).toMatchObject({ sent: [{ pid: target.pid, parentPid: process.pid }] });
    expect(String((await heard)[0])).toBe('reloaded\n');
  });
});
