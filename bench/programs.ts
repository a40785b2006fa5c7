import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { env as imageEnv, nodeFlags } from './image-settings.mjs';
import type { Objects } from './objects.js';
import type { World } from './world.js';

/** Our program as it is measured. */
export interface Measured {
  readonly program: string;
  readonly nodeFlags: readonly string[];
}

export const asInTheImage: Measured = {
  program: new URL('../dist/main.cjs', import.meta.url).pathname,
  nodeFlags,
};

type Env = Readonly<Record<string, string>>;

export interface Running {
  readonly pid: number;
  /** `performance.now()` right before the spawn. */
  readonly since: number;
  /** Resolves with `performance.now()` when its stdout has brought `text`. */
  said(text: string): Promise<number>;
  stop(): Promise<void>;
}

/**
 * Said when every file of the initial lists is on disk, in the turn in which `/readyz` begins to answer 200. Reading a
 * pipe, which somebody must do in a pod too, costs the program less than a probe every few milliseconds.
 */
export const readyLine = '"msg":"the initial sync is done"';

/** Ours, as in a pod: the namespace of the objects, an application to tell, all else by default. `port` may be a proxy's. */
export async function startOurs(world: World, objects: Objects, folder: string, port?: number): Promise<Running> {
  const { program, nodeFlags } = world.measured;
  const env = { HEALTH_PORT: '0', FOLDER: folder, REQ_URL: world.receiver.url };
  const clusterEnv = await world.cluster.ourEnv(objects, port);
  return start(process.execPath, [...nodeFlags, program], { ...imageEnv, ...clusterEnv, ...env });
}

/** The watching floor; says `watching` when it has listed. */
export function startFloor(world: World, objects: Objects, folder: string, port?: number): Running {
  return start(world.floors.watch, [], { ...world.cluster.floorEnv(objects, port), FOLDER: folder });
}

/** `env` is all of its environment. It is killed at the latest when the bench ends. */
export function start(command: string, args: readonly string[], env: Env): Running {
  const since = performance.now();
  const { child, exited } = spawned(command, args, env, 'inherit');
  return {
    pid: child.pid ?? 0,
    since,
    said: listener(child),
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** Runs to its end: its stdout, and milliseconds from the spawn to the exit. */
export async function runToEnd(
  command: string,
  args: readonly string[],
  env: Env,
): Promise<{ output: string; ms: number }> {
  const since = performance.now();
  const { child, exited } = spawned(command, args, env, 'pipe');
  const [stdout, stderr, exitedAt, [code, signal]] = await Promise.all([
    text(child.stdout as Readable),
    text(child.stderr as Readable),
    exited,
    once(child, 'close'),
  ]);
  if (code !== 0) throw new Error(`${command} ended with ${code ?? signal}: ${stderr}`);
  return { output: stdout, ms: exitedAt - since };
}

function spawned(command: string, args: readonly string[], env: Env, stderr: 'pipe' | 'inherit') {
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', stderr] });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  const exited = once(child, 'exit').then(() => {
    process.removeListener('exit', kill);
    return performance.now();
  });
  return { child, exited };
}

/** Looks only for the texts that are waited for: thousands of lines are not parsed while their writer is measured. */
function listener(child: ChildProcess): Running['said'] {
  interface Waiting {
    readonly text: string;
    readonly resolve: (at: number) => void;
    readonly reject: (error: Error) => void;
  }
  let waiting: Waiting[] = [];
  let heard = '';
  let end: Error | undefined;
  const hear = (at: number) => {
    for (const { text, resolve } of waiting) if (heard.includes(text)) resolve(at);
    waiting = waiting.filter(({ text }) => !heard.includes(text));
  };
  child.stdout?.on('data', (chunk: Buffer) => {
    const at = performance.now();
    heard += chunk.toString('latin1');
    hear(at);
    heard = heard.slice(-1_000);
  });
  child.once('close', (code, signal) => {
    end = new Error(`${child.spawnfile} ended with ${code ?? signal}: …${heard}`);
    for (const { reject } of waiting) reject(end);
  });
  return (text) =>
    new Promise((resolve, reject) => {
      if (end) reject(end);
      waiting.push({ text, resolve, reject });
      hear(performance.now());
    });
}
