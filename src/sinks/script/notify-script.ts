import { existsSync } from 'node:fs';
import { asyncScheduler, concatMap, defer, finalize, map, Observable, of } from 'rxjs';
import { errnoOf } from '../../errno-of.js';
import type { HookOutput, Notification, NotificationOutcome, Sink } from '../../model.js';
import { assertDuration } from '../../operators/assert-duration.js';
import { decideOwedRetry, NO_FAILURES } from '../../operators/decide-owed-retry.js';
import { type FailedTry, notifyUntilTold, type Try, type TryEnd } from '../../operators/notify-until-told.js';
import { batchId } from '../batch-id.js';
import { type CommandOptions, type CommandResult, runCommand } from '../command/run-command.js';
import { notificationDocument } from '../notification-document.js';
import type { EventFile } from './event-file.js';
import { isExecutable, scriptFault } from './script-fault.js';
import { scriptVariables } from './script-variables.js';

export interface NotifyScriptOptions {
  /** Absolute. Executed where it is executable, else given to `sh`. */
  readonly script: string;
  /** Its working directory, so that relative paths mean the files that changed; and `SIDECAR_FOLDER`. Absolute. */
  readonly folder: string;
  /** Without credentials: `scriptEnvironment`. The script gets it and `SIDECAR_*`, and nothing else. */
  readonly env: Readonly<Record<string, string>>;
  /** Then nothing is left of its process group. */
  readonly timeoutMs: number;
  /** The longest wait between tries. @default 60_000 */
  readonly retryIntervalMs?: number | undefined;
  /** Who tells, and the random name of this process's life: see {@link notificationDocument} and {@link batchId}. */
  readonly instance: string;
  readonly life: string;
  /** `process.kill`. */
  readonly kill: CommandOptions['kill'];
  /** Tried once, then given up: `METHOD=LIST`. @default false */
  readonly once?: boolean | undefined;
  /** What outcomes call it. @default 'script' */
  readonly name?: string | undefined;
  /** @default none: the script is told by its environment alone */
  readonly eventFile?: EventFile | undefined;
  /** In [0, 1); jitter of the waits. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/**
 * Tells an application by running a script, until it has exited with 0: {@link notifyUntilTold} with runs, never two at once. A
 * failed run is owed: see {@link decideOwedRetry}. What the script prints comes as `HookOutput`, each line as it is printed.
 *
 * A script that cannot be run is a failure like another, so one that is mounted later is found. Unsubscribing kills its
 * process group. Throws a `TypeError` or `RangeError` for options that cannot be used.
 */
export function notifyScript(options: NotifyScriptOptions): Sink<Notification, NotificationOutcome | HookOutput> {
  const { script, timeoutMs, retryIntervalMs, random, once = false, name = 'script' } = options;
  if (!script.startsWith('/')) throw new TypeError(`Expected \`script\` to be an absolute path, got ${script}`);
  assertDuration('timeoutMs', timeoutMs);
  if (retryIntervalMs !== undefined) assertDuration('retryIntervalMs', retryIntervalMs);
  const failed = (message: string): FailedTry => ({ op: 'failed', message });
  return notifyUntilTold({
    target: name,
    send: (notification, tried) => runScript({ ...options, name }, notification, tried),
    unexpected: (error) =>
      failed(`The script ${script} failed unexpectedly (${nameOf(error)}, ${errnoOf(error) ?? 'unknown'}).`),
    noFailures: NO_FAILURES,
    decideRetry: (before) => decideOwedRetry(before, { intervalMs: retryIntervalMs, random }),
    timeoutMs,
    once,
  });
}

/**
 * One run.
 *
 *  1. the event file is written; where it cannot be, a line says so and the script runs all the same
 *  2. the script runs
 *  3. the event file goes, however the run ended
 */
function runScript(
  options: NotifyScriptOptions & { readonly name: string },
  notification: Notification,
  { timeoutMs, attempt }: Try,
): Observable<TryEnd<FailedTry> | HookOutput> {
  const { script, folder, instance, life, kill, name } = options;
  return new Observable((subscriber) => {
    const onLine = (stream: HookOutput['stream'], line: string): void =>
      subscriber.next({ type: 'hook-output', target: name, stream, line });
    const id = batchId(notification, life);
    const time = new Date(asyncScheduler.now());
    const told = { instance, folder, batchId: id, attempt, time };
    // 1.
    const eventPath = putEvent(options.eventFile, () => notificationDocument(notification, told), onLine);
    const env = { ...options.env, ...scriptVariables(notification, { folder, batchId: id, eventPath }) };
    const run = (file: string, ...args: string[]) =>
      runCommand({ file, args, cwd: folder, env, timeoutMs, kill, onLine });
    // 2. At each run anew: a script that is mounted may change.
    const ended$ = defer(() => {
      if (isExecutable(script)) {
        return run(script).pipe(concatMap((result) => (hasNoFirstLine(result) ? run('sh', script) : of(result))));
      }
      // So that sh is not asked for what is not there.
      const message = scriptFault(script, env);
      return message === undefined ? run('sh', script) : of({ op: 'failed' as const, message });
    });
    return ended$
      .pipe(
        map((result) => ('op' in result ? result : endOf(result, options))),
        // 3.
        finalize(() => {
          if (eventPath !== undefined) options.eventFile?.remove(eventPath);
        }),
      )
      .subscribe(subscriber);
  });
}

/** Executable, but neither a program nor a script that names one: shells take it for theirs, and so do we. */
function hasNoFirstLine(result: CommandResult): boolean {
  return result.ended === 'not-run' && result.errno === 'ENOEXEC';
}

function putEvent(
  eventFile: EventFile | undefined,
  document: () => unknown,
  onLine: (stream: 'stderr', line: string) => void,
): string | undefined {
  try {
    return eventFile?.put(Buffer.from(`${JSON.stringify(document())}\n`));
  } catch (error) {
    onLine(
      'stderr',
      `(the event file cannot be written, ${errnoOf(error) ?? 'unknown'}: SIDECAR_EVENT_FILE is not set)`,
    );
    return undefined;
  }
}

function endOf(result: CommandResult, { script, folder, env, timeoutMs }: NotifyScriptOptions): TryEnd<FailedTry> {
  switch (result.ended) {
    case 'timeout': {
      const message = `The script ${script} did not end within ${timeoutMs / 1_000} s (SCRIPT_TIMEOUT) and was killed.`;
      return { op: 'failed', message };
    }
    case 'signal':
      return {
        op: 'failed',
        message: `The script ${script} was ended by ${result.signal}, expected exit code 0${SEE_LOG}.`,
      };
    case 'exit': {
      if (result.code === 0) return { op: 'told' };
      const message = `The script ${script} exited with ${result.code}, expected 0${SEE_LOG}.`;
      return { op: 'failed', message: scriptFault(script, env) ?? message };
    }
    case 'not-run': {
      const where = existsSync(folder) ? '' : `: its working directory ${folder} does not exist`;
      const message = `The script ${script} could not be run (${result.errno})${where}.`;
      return { op: 'failed', message: scriptFault(script, env) ?? message };
    }
  }
}

const SEE_LOG = '; what it printed is in the log at LOG_LEVEL=DEBUG';

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
