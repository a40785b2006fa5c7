import type { Logger } from '../logger.js';

/** One logger for several places, each with its own level and look. `onRecord` is called before each record, once. */
export function teeLoggers(loggers: readonly Logger[], onRecord: () => void): Logger {
  const at =
    (level: keyof Logger): Logger[keyof Logger] =>
    (message, fields) => {
      onRecord();
      for (const logger of loggers) logger[level](message, fields);
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warning: at('warning'),
    error: at('error'),
    critical: at('critical'),
  };
}
