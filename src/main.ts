import { homedir } from 'node:os';
import { fromEvent, map, merge } from 'rxjs';
import { runProgram } from './program.js';

/** The container's and the command line's entry: the only file that touches `process`. */

// Node prints warnings in a form of its own; here they are records of the log.
process.removeAllListeners('warning');
// A reader of our log that is gone is no reason to leave the files alone.
process.stdout.on('error', () => {});

const end = (code: number) => process.exit(code);

runProgram({
  env: process.env,
  argv: process.argv.slice(2),
  homeDir: homedir(),
  runtimeVersion: process.version,
  startedAt: Date.now() - process.uptime() * 1_000,
  memory: () => process.memoryUsage(),
  write: (text) => process.stdout.write(text),
  stop$: merge(...(['SIGTERM', 'SIGINT'] as const).map((signal) => fromEvent(process, signal).pipe(map(() => signal)))),
  onFatal: (log) => {
    const fatal = (error: unknown) => {
      log(error);
      end(1);
    };
    process.on('uncaughtException', fatal).on('unhandledRejection', fatal);
  },
  onWarning: (log) => process.on('warning', log),
}).then(end, (error: unknown) => {
  // Before there is a log, or a fault of the log itself.
  process.stderr.write(
    `${JSON.stringify({ time: new Date().toISOString(), level: 'CRITICAL', msg: String(error) })}\n`,
  );
  end(1);
});
