import { homedir, hostname, tmpdir } from 'node:os';
import { fromEvent, map, merge } from 'rxjs';
import { parseCommandLine } from './config/command-line.js';
import { batchLines } from './observe/batch-lines.js';
import { whenWritten } from './observe/when-written.js';
import { type ExitCode, runProgram, type World } from './program.js';

/** The container's and the command line's entry: the only file that touches `process`. */

// Node prints warnings in a form of its own; here they are records of the log.
process.removeAllListeners('warning');
// A reader of our log that is gone is no reason to leave the files alone.
process.stdout.on('error', () => {});

const log = batchLines((text) => process.stdout.write(text), setImmediate);
const end = (code: number) => {
  log.flush();
  whenWritten(process.stdout, () => process.exit(code));
};

const world: World = {
  env: process.env,
  argv: process.argv.slice(2),
  homeDir: homedir(),
  hostName: hostname(),
  pid: process.pid,
  kill: (pid, signal) => void process.kill(pid, signal),
  runtimeVersion: process.version,
  startedAt: Date.now() - process.uptime() * 1_000,
  memory: () => process.memoryUsage(),
  write: log.write,
  stop$: merge(...(['SIGTERM', 'SIGINT'] as const).map((signal) => fromEvent(process, signal).pipe(map(() => signal)))),
  onFatal: (report) => {
    const fatal = (error: unknown) => {
      report(error);
      end(1);
    };
    process.on('uncaughtException', fatal).on('unhandledRejection', fatal);
  },
  onWarning: (report) => process.on('warning', report),
};

/** The container's bundle is this file alone; in the npm package the rest of `dev` stands beside it. */
async function runCommand(): Promise<ExitCode> {
  const { command, dev } = parseCommandLine(world.argv);
  if (command !== 'run' || dev === undefined) return runProgram(world);
  const loaded = await import('./dev/run-dev.js').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  });
  if (loaded === undefined) {
    world.write('The command `dev` is part of the npm package, not of the image.\n');
    return 2;
  }
  return loaded.runDev({ ...world, workingDir: process.cwd(), tempDir: tmpdir() }, runProgram);
}

runCommand().then(end, (error: unknown) => {
  // Before there is a log, or a fault of the log itself.
  process.stderr.write(
    `${JSON.stringify({ time: new Date().toISOString(), level: 'CRITICAL', msg: String(error) })}\n`,
  );
  end(1);
});
