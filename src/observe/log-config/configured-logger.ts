import { openLogFile } from '../log-file/log-file.js';
import { createLogger, type Logger, type LoggerOptions } from '../logger.js';
import { readLogConfig } from './read-log-config.js';
import { teeLoggers } from './tee-loggers.js';

export interface ConfiguredLoggerOptions extends LoggerOptions {
  /** Of the logging configuration. */
  readonly path: string;
}

/**
 * A logger by a logging configuration: what that does not say is as the options have it. What of it cannot be done is the logger's
 * first lines. A record that its only file does not take goes to the console instead, and the fault of a file always does.
 */
export function configuredLogger({ path, clock = Date.now, ...rest }: ConfiguredLoggerOptions): Logger {
  const { level, format } = rest;
  const config = readLogConfig(path, { level, format });
  // A record has one time, wherever it goes.
  let recordMs = clock();
  const options = { ...rest, clock: () => recordMs };
  const toConsole = config.console && createLogger({ ...options, ...config.console });
  const faults = toConsole ?? createLogger(options);

  const toFiles = config.files.map(({ file, ...target }) => {
    const { write } = openLogFile({ file, clock, onFault: (message) => faults.error(message) });
    return createLogger({
      ...options,
      ...target,
      write: (line) => {
        if (!write(line) && toConsole === undefined) options.write(line);
      },
    });
  });

  const logger = teeLoggers(toConsole === undefined ? toFiles : [toConsole, ...toFiles], () => {
    recordMs = clock();
  });
  for (const warning of config.warnings) logger.warning(warning);
  return logger;
}
