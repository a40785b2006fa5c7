import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import {
  catchError,
  concat,
  concatMap,
  defer,
  endWith,
  finalize,
  fromEvent,
  ignoreElements,
  map,
  merge,
  type Observable,
  of,
  race,
  take,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import { errnoOf } from '../../errno-of.js';
import { outputLines } from './output-lines.js';

export interface CommandOptions {
  /** A path, or a name that is looked for in `env.PATH`. */
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All of it: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** From the start until nothing of the command is left. The last tenth of it, at most a second, is for its cleaning up. */
  readonly timeoutMs: number;
  /** `process.kill`: a negative pid is a process group, and a child's own `kill` reaches the child alone. */
  readonly kill: (pid: number, signal: 'SIGTERM' | 'SIGKILL') => unknown;
  /** Each line that it prints, made harmless for a terminal and for a log. @default its output is thrown away */
  readonly onLine?: ((stream: 'stdout' | 'stderr', line: string) => void) | undefined;
  /** Longer lines are cut. @default 4_096 */
  readonly maxLineBytes?: number | undefined;
  /** Further output is read and counted, but not given. @default 65_536 */
  readonly maxOutputBytes?: number | undefined;
}

/** How a command ended. `not-run`: there was no process, by the errno's name. */
export type CommandResult =
  | { readonly ended: 'exit'; readonly code: number }
  | { readonly ended: 'signal'; readonly signal: string }
  | { readonly ended: 'timeout' }
  | { readonly ended: 'not-run'; readonly errno: string };

/** For a SIGTERM to be heeded. */
const GRACE_MAX_MS = 1_000;

/** What is in a pipe is read within milliseconds; only a process that left the group holds it longer. */
const DRAIN_MS = 200;

/**
 * Runs a command in a process group of its own: gives one result and completes, never errors.
 *
 *  1. the command starts, with an empty stdin
 *  2. near the end of `timeoutMs` its group gets SIGTERM, at the end SIGKILL: the result is `timeout`, also where it
 *     exits with 0 in between
 *  3. when the command itself has ended, what it left in its group is killed: nothing works on behind the result
 *  4. what is in the pipes is read, but not waited for: a daemon with a session of its own may hold them for ever
 *
 * After step 2 the result does not wait for a process that the kernel cannot end (a dead NFS server), either. Unsubscribing kills
 * the whole group with SIGKILL: nobody is there for a second step.
 */
export function runCommand(options: CommandOptions): Observable<CommandResult> {
  return defer(() => {
    const child = start(options);
    const group = groupOf(child, options.kill);
    const { pipes, end: endOutput } = readOutput(child, options);
    const graceMs = Math.min(GRACE_MAX_MS, options.timeoutMs / 10);
    let late = false;
    let running = true;

    const notRun$ = fromEvent(child, 'error').pipe(map((error) => notRun(error)));
    const exited$ = fromEvent(child, 'exit').pipe(
      map((end): CommandResult => {
        const [code, signal] = end as [number | null, string | null];
        if (late) return { ended: 'timeout' };
        return code === null ? { ended: 'signal', signal: signal ?? 'unknown' } : { ended: 'exit', code };
      }),
    );
    // 2.
    const overdue$ = concat(
      timer(options.timeoutMs - graceMs).pipe(
        tap(() => {
          late = true;
          group('SIGTERM');
        }),
      ),
      timer(graceMs).pipe(tap(() => group('SIGKILL'))),
      timer(DRAIN_MS),
    ).pipe(ignoreElements(), endWith<CommandResult>({ ended: 'timeout' }));

    return race(notRun$, exited$, overdue$).pipe(
      take(1),
      tap(() => {
        running = false;
        group('SIGKILL'); // 3.
      }),
      // 4.
      concatMap((result) =>
        merge(...pipes.map(closed)).pipe(takeUntil(timer(DRAIN_MS)), ignoreElements(), endWith(result)),
      ),
      tap(() => endOutput()),
      finalize(() => {
        if (running) group('SIGKILL');
        for (const pipe of pipes) pipe.destroy();
      }),
    );
  }).pipe(catchError((error: unknown) => of(notRun(error))));
}

/** Throws for some of what keeps a process from starting (E2BIG); the rest comes as the event `error`. */
function start({ file, args, cwd, env, onLine }: CommandOptions): ChildProcess {
  const output = onLine === undefined ? 'ignore' : 'pipe';
  // 1.
  const child = spawn(file, [...args], { cwd, env: { ...env }, detached: true, stdio: ['ignore', output, output] });
  child.on('error', () => undefined);
  return child;
}

/** Signals what there is of the group. Its id is not given anew as long as one of the group lives. */
function groupOf({ pid }: ChildProcess, kill: CommandOptions['kill']): (signal: 'SIGTERM' | 'SIGKILL') => void {
  return (signal) => {
    if (pid === undefined) return;
    try {
      kill(-pid, signal);
    } catch {
      // nobody is left (ESRCH), or what is left runs as somebody else (EPERM)
    }
  };
}

function readOutput(child: ChildProcess, options: CommandOptions) {
  const { onLine, maxLineBytes = 4_096, maxOutputBytes = 65_536 } = options;
  if (onLine === undefined) return { pipes: [], end: () => undefined };
  const lines = outputLines({ onLine, maxLineBytes, maxOutputBytes });
  const pipes: Readable[] = [];
  for (const stream of ['stdout', 'stderr'] as const) {
    const pipe = child[stream];
    if (pipe === null) continue;
    // A pipe that breaks has been read to its end.
    pipe.on('error', () => undefined);
    pipe.on('data', (chunk: Buffer) => {
      lines.push(stream, chunk);
      release(chunk);
    });
    pipes.push(pipe);
  }
  return { pipes, end: lines.end };
}

/**
 * Gives the memory of a chunk back at once, which nobody reads any more: V8 counts what is outside its heap so lazily that a flood
 * would take 64 MB before it is collected. Only where the chunk is all of its buffer: Node reads what comes next into the rest of one,
 * also for another stream, such as a watch, which then fails for good. Node 20 cannot do it.
 */
function release({ buffer, byteLength }: Buffer): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer?.(0);
}

function closed(pipe: Readable): Observable<unknown> {
  return defer(() => (pipe.closed ? of(undefined) : fromEvent(pipe, 'close').pipe(take(1))));
}

function notRun(error: unknown): CommandResult {
  return { ended: 'not-run', errno: errnoOf(error) ?? 'unknown' };
}
