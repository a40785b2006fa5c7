import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { eventually } from './eventually.js';

/** One line of the sidecar's log. */
export interface LogRecord {
  readonly time: string;
  readonly level: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

export interface SidecarExit {
  /** `undefined` where a signal ended it. */
  readonly code: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** From the spawn, or from `stop` where that was called. */
  readonly afterMs: number;
}

export interface RunSidecarOptions {
  /** All of its environment but `PATH`, and `HEALTH_PORT=0` where that is not given. */
  readonly env: Readonly<Record<string, string>>;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** @default dist/main.cjs */
  readonly program?: string;
  /** Such as those of the image, where memory is measured. @default none */
  readonly nodeFlags?: readonly string[];
}

export interface Sidecar {
  readonly pid: number;
  /** Records so far, in order, from both stdout and stderr. */
  readonly logs: readonly LogRecord[];
  /** Lines that are not JSON objects: in `LOG_FORMAT=JSON` there must be none. */
  readonly otherLines: readonly string[];
  /** All that it wrote, for a search for secrets. */
  output(): string;
  /** Fails at once when the process ends before the predicate holds. */
  waitFor(claim: string, predicate: (logs: readonly LogRecord[]) => unknown, withinMs?: number): Promise<void>;
  /** The health server's port, once it listens. */
  healthPort(): Promise<number>;
  /** `path` on the health port. */
  health(path: string): Promise<{ status: number; body: string }>;
  /** SIGTERM, then the exit. Killed after 20 s, which `signal` then shows. */
  stop(): Promise<SidecarExit>;
  /** SIGKILL, and nothing left of it. */
  kill(): Promise<SidecarExit>;
  readonly exited: Promise<SidecarExit>;
}

const bundle = new URL('../../dist/main.cjs', import.meta.url).pathname;
const killAfterMs = 20_000;

/** Runs the container's bundle as a process of its own, as the image does. `npm run build` makes it. */
export function runSidecar({ env, args = [], cwd, program = bundle, nodeFlags = [] }: RunSidecarOptions): Sidecar {
  if (!existsSync(program)) throw new Error(`Expected ${program} to exist: run npm run build first.`);
  const path = [dirname(process.execPath), process.env['PATH']].join(delimiter);
  const child = spawn(process.execPath, [...nodeFlags, program, ...args], {
    cwd,
    env: { PATH: path, HEALTH_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let since = performance.now();
  let end: SidecarExit | undefined;
  const logs: LogRecord[] = [];
  const otherLines: string[] = [];
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    readLines(stream, (line) => {
      lines.push(line);
      const record = recordOf(line);
      if (record) logs.push(record);
      else otherLines.push(line);
    });
  }
  const exited = new Promise<SidecarExit>((resolve) => {
    child.on('error', (error) => otherLines.push(String(error)));
    child.on('close', (code, signal) => {
      end = { code: code ?? undefined, signal: signal ?? undefined, afterMs: performance.now() - since };
      resolve(end);
    });
  });
  // A run of tests that is over leaves no sidecar behind.
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  exited.then(() => process.removeListener('exit', killWithUs));

  const waitFor = async (claim: string, predicate: (logs: readonly LogRecord[]) => unknown, withinMs?: number) => {
    const held = await eventually(claim, () => predicate(logs) || (end && 'ended'), {
      ...(withinMs !== undefined && { withinMs }),
      seen: () => lines.slice(-20),
    });
    if (held === 'ended' && !predicate(logs)) {
      throw new Error(`The sidecar ended (${JSON.stringify(end)}) before: ${claim}\n${lines.slice(-20).join('\n')}`);
    }
  };
  const healthPort = async () => {
    const listening = () => logs.find(({ msg }) => msg.startsWith('health server listening'));
    await waitFor('the health server listens', listening);
    return Number(listening()?.['port']);
  };
  const endWith = async (signal: NodeJS.Signals) => {
    if (end) return end;
    since = performance.now();
    child.kill(signal);
    const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    const exit = await exited;
    clearTimeout(timer);
    return exit;
  };

  return {
    pid: child.pid ?? 0,
    logs,
    otherLines,
    output: () => lines.join('\n'),
    waitFor,
    healthPort,
    async health(path) {
      const answer = await fetch(`http://127.0.0.1:${await healthPort()}${path}`);
      return { status: answer.status, body: await answer.text() };
    },
    stop: () => endWith('SIGTERM'),
    kill: () => endWith('SIGKILL'),
    exited,
  };
}

function readLines(stream: Readable, line: (line: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', line);
}

function recordOf(line: string): LogRecord | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as LogRecord;
  } catch {
    return undefined;
  }
}
