import { delay, filter, finalize, lastValueFrom, merge, type Observable, share, takeUntil, tap, timer } from 'rxjs';
import { openCollector } from './collector/open-collector.js';
import { ConfigError } from './config/config-error.js';
import { helpText } from './config/help-text.js';
import type { Config } from './config/options.js';
import { readConfig } from './config/read-config.js';
import { secretsOf } from './config/secrets-of.js';
import { ClusterConfigError } from './kubernetes/cluster-config-error.js';
import { createHealth } from './observe/health.js';
import { healthRoutes } from './observe/health-routes.js';
import { type ServerStatus, serveHealth } from './observe/health-server.js';
import { listVerdict } from './observe/list-verdict.js';
import { logEvents } from './observe/log-events.js';
import { createLogger, type Logger } from './observe/logger.js';
import { createMetrics } from './observe/metrics.js';
import { Redactor } from './observe/redact.js';
import { VERSION } from './version.js';

/** What the program may use of the process that it runs in. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The arguments, without `node` and the script. */
  readonly argv: readonly string[];
  readonly homeDir: string;
  readonly hostName: string;
  readonly pid: number;
  readonly kill: (pid: number, signal: NodeJS.Signals | number) => void;
  /** Of Node, such as `v26.10.0`. */
  readonly runtimeVersion: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly memory: () => { readonly rss: number; readonly heapUsed: number };
  /** To stdout: help, or lines of the log. */
  readonly write: (text: string) => void;
  /** Emits a signal's name when the process is asked to stop. */
  readonly stop$: Observable<string>;
  /** Errors that nobody caught, to be logged before the process ends. */
  readonly onFatal: (log: (error: unknown) => void) => void;
  /** Node's own warnings, which would else be lines that are no records. */
  readonly onWarning: (log: (warning: Error) => void) => void;
}

/** 0: stopped, collected, or help was shown · 1: not all could be collected (`METHOD=LIST`) · 2: the configuration is wrong. */
export type ExitCode = 0 | 1 | 2;

/** A request under way may take so long after SIGTERM; then it stays owed. The exit is promised within 2 s. */
const STOP_GRACE_MS = 1_500;

/** The program from its start to its exit code: reads the configuration, then runs one collector until it is stopped. */
export async function runProgram(world: World): Promise<ExitCode> {
  const result = readConfig(world);
  if ('show' in result) {
    world.write(result.show === 'help' ? helpText() : `${VERSION}\n`);
    return 0;
  }
  const redactor = new Redactor();
  if ('errors' in result) {
    const logger = createLogger({ level: 'INFO', ...logStyle(world), redactor, write: world.write });
    for (const { message } of result.errors) {
      logger.critical(message);
    }
    return 2;
  }
  const config = result.ok;
  for (const secret of secretsOf(config)) {
    redactor.add(secret);
  }
  const logger = await openLog(config, redactor, world);
  world.onFatal((error) => logger.critical('an error that nobody expected ends the process', { error }));
  world.onWarning((warning) => logger.warning(warning.message));
  try {
    return await run(config, world, logger, redactor);
  } catch (error) {
    if (error instanceof ClusterConfigError || error instanceof ConfigError) {
      logger.critical(error.message);
      return 2;
    }
    throw error;
  }
}

async function openLog(config: Config, redactor: Redactor, { write }: World): Promise<Logger> {
  const { logConfig: path, logLevel: level, logFormat: format, logTz: timeZone } = config;
  const options = { level, format, timeZone, redactor, write };
  if (path === undefined) return createLogger(options);
  // With a parser of YAML, which nobody else needs.
  const { configuredLogger } = await import('./observe/log-config/configured-logger.js');
  return configuredLogger({ ...options, path });
}

async function run(config: Config, world: World, logger: Logger, redactor: Redactor): Promise<ExitCode> {
  const once = config.method === 'LIST';
  const stop$ = world.stop$.pipe(
    tap((signal) => logger.info(`stopping on ${signal}`)),
    share(),
  );
  const collector = await openCollector(config, {
    ...world,
    onSecret: (value, source) => redactor.add(value, source),
    redact: (text) => redactor.redact(text),
  });
  const clock = () => performance.now();
  const sleepTimeMs = config.method === 'SLEEP' ? config.sleepTime * 1_000 : 0;
  const health = createHealth({ clock, scopes: collector.scopes, sleepTimeMs });
  const metrics = createMetrics({ ...world, version: VERSION, clock: Date.now, ready: () => health.readyz().ok });
  const log = logEvents(logger, { clock });
  const server = serveHealth({
    port: config.healthPort,
    host: config.healthHost,
    routes: healthRoutes({ health, metrics, redactor }),
  }).subscribe((status) => logServer(logger, status));
  logger.info(`k8s-sidecar ${VERSION} started`, {
    method: config.method,
    folder: config.folder,
    selects: collector.selects,
  });
  for (const fault of collector.faults) {
    logger.error(fault);
  }

  const verdict = listVerdict();
  const tooLate$ = timer(config.listTimeout * 1_000).pipe(filter(() => once && !verdict.listed()));
  const events$ = collector.run(stop$).pipe(
    tap((event) => {
      health.observe(event);
      metrics.observe(event);
      log(event);
      verdict.observe(event);
    }),
    takeUntil(merge(tooLate$, stop$.pipe(delay(STOP_GRACE_MS)))),
    finalize(() => {
      server.unsubscribe();
      collector.close();
    }),
  );
  await lastValueFrom(events$, { defaultValue: undefined });
  const faults = once ? verdict.faults(config) : [];
  for (const fault of faults) {
    logger.error(fault);
  }
  return faults.length > 0 ? 1 : 0;
}

function logServer(logger: Logger, status: ServerStatus): void {
  const { host, port } = status;
  if (status.type === 'listening') {
    logger.info(`health server listening on port ${port}`, { host, port });
  } else if (status.type === 'port-in-use') {
    logger.warning(`HEALTH_PORT=${port} is in use: no health server here until it is free`, { host, port });
  } else {
    logger.warning(`no health server on port ${port}: ${status.error.message}`, { host, port });
  }
}

/** The look of the log, as far as it can be known when the configuration is wrong. */
function logStyle({ env }: World): { format: 'JSON' | 'LOGFMT'; timeZone: 'LOCAL' | 'UTC' } {
  const is = (name: string, value: string) => env[name]?.trim().toUpperCase() === value;
  return { format: is('LOG_FORMAT', 'LOGFMT') ? 'LOGFMT' : 'JSON', timeZone: is('LOG_TZ', 'UTC') ? 'UTC' : 'LOCAL' };
}
