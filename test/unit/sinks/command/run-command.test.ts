import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { firstValueFrom, toArray } from 'rxjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CommandOptions, type CommandResult, runCommand } from '../../../../src/sinks/command/run-command.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'run-command-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const PATH = process.env['PATH'] ?? '';

function options(script: string, more: Partial<CommandOptions> = {}): CommandOptions {
  return {
    file: 'sh',
    args: ['-c', script],
    cwd: folder,
    env: { PATH },
    timeoutMs: 20_000,
    kill: (pid, signal) => process.kill(pid, signal),
    ...more,
  };
}

/** Runs a shell script to its end: the results, and what it printed. */
async function run(script: string, more: Partial<CommandOptions> = {}) {
  const lines: [string, string][] = [];
  const onLine = (stream: string, line: string) => lines.push([stream, line]);
  const results = await firstValueFrom(runCommand(options(script, { onLine, ...more })).pipe(toArray()));
  return { results, lines };
}

/** The pid that a script wrote into a file of its working directory. */
async function pidIn(name: string): Promise<number> {
  const path = join(folder, name);
  await expect.poll(() => existsSync(path) && readFileSync(path, 'utf8').trim()).toMatch(/^\d+$/);
  return Number(readFileSync(path, 'utf8'));
}

/** A zombie that nobody has waited for yet is dead enough. */
function isAlive(pid: number): boolean {
  try {
    return !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('runCommand', () => {
  it.each<[string, string, CommandResult]>([
    ['success', 'exit 0', { ended: 'exit', code: 0 }],
    ['failure', 'exit 3', { ended: 'exit', code: 3 }],
    ['death by a signal', 'kill -KILL $$', { ended: 'signal', signal: 'SIGKILL' }],
  ])('tells %s, once', async (_, script, result) => {
    expect((await run(script)).results).toEqual([result]);
  });

  it('does nothing until it is subscribed to, and runs anew for each subscriber', async () => {
    const command$ = runCommand(options('echo x >> runs'));
    expect(existsSync(join(folder, 'runs'))).toBe(false);
    await firstValueFrom(command$);
    await firstValueFrom(command$);
    expect(readFileSync(join(folder, 'runs'), 'utf8')).toBe('x\nx\n');
  });

  it.each([
    ['a program that does not exist', { file: '/nowhere/x', args: [] }, 'ENOENT'],
    ['one that may not be executed', { file: '/etc/passwd', args: [] }, 'EACCES'],
    ['a working directory that does not exist', { cwd: '/nowhere' }, 'ENOENT'],
    ['more arguments than the kernel takes', { args: ['-c', 'true', 'x'.repeat(4_000_000)] }, 'E2BIG'],
  ])('tells that it could not run %s', async (_, more, errno) => {
    expect((await run('true', more)).results).toEqual([{ ended: 'not-run', errno }]);
  });

  it('gives the command the environment and the working directory that it was told, and an empty stdin', async () => {
    const { lines } = await run('pwd; echo "$A"; env | grep -c SECRET; cat', { env: { PATH, A: 'b' } });
    expect(lines).toEqual([
      ['stdout', folder],
      ['stdout', 'b'],
      ['stdout', '0'],
    ]);
  });

  it('runs it without any output where nobody listens', async () => {
    const { results } = await run('ls -l /proc/$$/fd/1 > fd; yes | head -c 1000000', { onLine: undefined });
    expect(results).toEqual([{ ended: 'exit', code: 0 }]);
    expect(readFileSync(join(folder, 'fd'), 'utf8')).toContain('/fd');
  });

  it('gives the lines of both streams, the last one though it does not end', async () => {
    const { lines } = await run('echo a; echo b >&2; printf c');
    expect(lines).toContainEqual(['stdout', 'a']);
    expect(lines).toContainEqual(['stderr', 'b']);
    expect(lines).toContainEqual(['stdout', 'c']);
    expect(lines).toHaveLength(3);
  });

  it('neither blocks a flood of 100 MB nor keeps it', async () => {
    const before = process.memoryUsage().rss;
    const { results, lines } = await run('head -c 104857600 /dev/zero | tr "\\0" "\\n"; exit 4', {
      maxOutputBytes: 1_000,
    });
    expect(results).toEqual([{ ended: 'exit', code: 4 }]);
    expect(lines).toHaveLength(1_001);
    expect(lines.at(-1)).toEqual(['stderr', `… (${104_857_600 - 1_000} bytes more, not shown)`]);
    expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
  }, 30_000);

  it('leaves what other streams read alone', async () => {
    const fixture = (name: string) => readFileSync(new URL(`../http/fixtures/${name}`, import.meta.url));
    const server = createServer({ key: fixture('key.pem'), cert: fixture('certificate.pem') }, (socket) => {
      const timer = setInterval(() => socket.write('x'.repeat(2_000)), 1);
      socket.on('error', () => {}).on('close', () => clearInterval(timer));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect({ port: (server.address() as AddressInfo).port, rejectUnauthorized: false });
    await once(client, 'secureConnect');
    let received = 0;
    client.on('data', (chunk: Buffer) => {
      received += chunk.length;
      // A buffer that was taken away from it would have ended this process already.
      expect(String(chunk)).toMatch(/^x+$/);
    });
    for (let round = 0; round < 5; round++) {
      const before = received;
      await run('head -c 100000000 /dev/zero; echo line; echo line >&2');
      await expect.poll(() => received).toBeGreaterThan(before);
    }
    client.destroy();
    server.close();
  }, 30_000);

  it('nor does one line of 100 MB', async () => {
    const { lines } = await run('head -c 104857600 /dev/zero | tr "\\0" x', { maxLineBytes: 5 });
    expect(lines).toEqual([['stdout', 'xxxxx… (104857600 bytes in all)']]);
  }, 30_000);
});

describe('a command that hangs', () => {
  it('gets SIGTERM in time to clean up, and is a timeout though it exits with 0 then', async () => {
    const { results, lines } = await run('trap "echo cleaned; exit 0" TERM; while :; do sleep 0.01; done', {
      timeoutMs: 1_000,
    });
    expect(results).toEqual([{ ended: 'timeout' }]);
    // The sh may say of its sleep that it was terminated, too.
    expect(lines).toContainEqual(['stdout', 'cleaned']);
  });

  it('is killed at the end of the timeout where it ignores SIGTERM, with all its children', async () => {
    const { results } = await run(
      'trap "" TERM; sh -c "echo \\$\\$ > child; sleep 60; true" & echo $$ > leader; wait; sleep 60',
      {
        timeoutMs: 300,
      },
    );
    expect(results).toEqual([{ ended: 'timeout' }]);
    for (const name of ['leader', 'child']) {
      const pid = await pidIn(name);
      await expect.poll(() => isAlive(pid)).toBe(false);
    }
  });

  it('that cannot be killed holds nobody: the result comes after the timeout', async () => {
    const asked: string[] = [];
    const kill = (pid: number, signal: string) => asked.push(`${signal} ${pid < -1}`);
    const { results } = await run('echo $$ > leader; exec sleep 60', { timeoutMs: 200, kill });
    process.kill(await pidIn('leader'), 'SIGKILL');
    expect(results).toEqual([{ ended: 'timeout' }]);
    expect(asked).toEqual(['SIGTERM true', 'SIGKILL true', 'SIGKILL true']);
  });
});

describe('what a command leaves behind', () => {
  it('is killed when it has ended, though it holds the pipes and ignores SIGTERM', async () => {
    const started = performance.now();
    const { results } = await run(
      'sh -c "trap \\"\\" TERM; echo \\$\\$ > child; sleep 60; true" & while ! [ -s child ]; do :; done; exit 5',
    );
    expect(results).toEqual([{ ended: 'exit', code: 5 }]);
    const pid = await pidIn('child');
    await expect.poll(() => isAlive(pid)).toBe(false);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it('holds nobody where it has a session of its own', async () => {
    const { results, lines } = await run(
      'echo a; setsid sh -c "echo \\$\\$ > child; exec sleep 60" & while ! [ -s child ]; do :; done',
    );
    const pid = await pidIn('child');
    const survived = isAlive(pid);
    process.kill(pid, 'SIGKILL');
    expect(results).toEqual([{ ended: 'exit', code: 0 }]);
    expect(lines).toEqual([['stdout', 'a']]);
    expect(survived).toBe(true);
  });
});

describe('unsubscribing', () => {
  it('kills the whole group', async () => {
    const subscription = runCommand(
      options(
        'trap "" TERM; sh -c "trap \\"\\" TERM; echo \\$\\$ > child; sleep 60; true" & echo $$ > leader; wait; sleep 60',
      ),
    ).subscribe();
    const pids = [await pidIn('leader'), await pidIn('child')];
    expect(pids.map(isAlive)).toEqual([true, true]);
    subscription.unsubscribe();
    await expect.poll(() => pids.map(isAlive)).toEqual([false, false]);
  });

  it('after the end kills nobody: the id may be another group by then', async () => {
    const asked: number[] = [];
    await new Promise<void>((resolve) => {
      runCommand(options('exit 0', { kill: (pid) => asked.push(pid) })).subscribe({ complete: resolve });
    });
    expect(asked).toHaveLength(1);
  });
});
