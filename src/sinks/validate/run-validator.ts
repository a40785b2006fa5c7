import { concatMap, defer, map, Observable, of } from 'rxjs';
import type { HookOutput } from '../../model.js';
import type { Verdict } from '../../operators/validation-round.js';
import { type CommandOptions, type CommandResult, runCommand } from '../command/run-command.js';
import { isExecutable, scriptFault } from '../script/script-fault.js';

export interface RunValidatorOptions extends Pick<CommandOptions, 'cwd' | 'env' | 'timeoutMs' | 'kill'> {
  /** Executed where it is executable, else given to `sh`. */
  readonly file: string;
}

/** What shells exit with when what they were to run cannot be executed, or is not there: nothing was validated. */
const NOT_RUN_CODES: ReadonlySet<number> = new Set([126, 127]);

/**
 * Runs the `VALIDATE` command once: what it prints, then one verdict. Exit code 0 is yes, any other is no, but for 126 and 127, by which
 * a shell says that a program cannot be run. Never errors; unsubscribing kills its process group.
 */
export function runValidator({ file, ...options }: RunValidatorOptions): Observable<HookOutput | Verdict> {
  return new Observable((subscriber) => {
    const onLine = (stream: HookOutput['stream'], line: string): void =>
      subscriber.next({ type: 'hook-output', target: 'validate', stream, line });
    const run = (program: string, ...args: string[]) => runCommand({ ...options, onLine, file: program, args });
    // At each run anew: a command that is mounted may change.
    return defer(() =>
      isExecutable(file)
        ? run(file).pipe(concatMap((result) => (hasNoFirstLine(result) ? run('sh', file) : of(result))))
        : run('sh', file),
    )
      .pipe(map((result) => verdictOf(result, { ...options, file })))
      .subscribe(subscriber);
  });
}

/** Executable, but neither a program nor a script that names one: shells take it for theirs, and so do we. */
function hasNoFirstLine(result: CommandResult): boolean {
  return result.ended === 'not-run' && result.errno === 'ENOEXEC';
}

function verdictOf(result: CommandResult, { file, env, timeoutMs }: RunValidatorOptions): Verdict {
  const verdict = (says: 'no' | 'none' | 'not-run', message: string): Verdict => ({ type: 'verdict', says, message });
  switch (result.ended) {
    case 'timeout':
      return verdict('none', `${file} did not end within ${timeoutMs / 1_000} s (VALIDATE_TIMEOUT) and was killed`);
    case 'signal':
      return verdict('none', `${file} was ended by ${result.signal}`);
    case 'not-run':
      return verdict('not-run', fault(file, env) ?? `${file} could not be run (${result.errno})`);
    case 'exit': {
      if (result.code === 0) return { type: 'verdict', says: 'yes' };
      // Of a file that it cannot read, an sh may say 2: no verdict on anybody's files.
      const notRun = fault(file, env);
      if (notRun !== undefined) return verdict('not-run', notRun);
      const said = `${file} exited with ${result.code}`;
      return NOT_RUN_CODES.has(result.code)
        ? verdict('not-run', `${said}, so it or a program that it needs could not be run${SEE_LOG}`)
        : verdict('no', said + SEE_LOG);
    }
  }
}

/** As of a script, in the middle of a sentence. */
function fault(file: string, env: Readonly<Record<string, string>>): string | undefined {
  return scriptFault(file, env)?.replace('unset SCRIPT', 'unset VALIDATE').replace(/\.$/, '');
}

const SEE_LOG = '; what it printed is in the log at LOG_LEVEL=DEBUG';
