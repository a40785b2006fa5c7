import { pino } from 'pino';
import { isoTime, localOffsetMinutes } from './iso-time.js';
import { cleanFields, cleanText, type LogFields } from './log-fields.js';
import { logfmt } from './logfmt.js';
import type { Redactor } from './redact.js';

export type LogLevel = 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR' | 'CRITICAL';

type Log = (message: string, fields?: LogFields) => void;

export interface Logger {
  readonly debug: Log;
  readonly info: Log;
  readonly warning: Log;
  readonly error: Log;
  readonly critical: Log;
}

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: 'JSON' | 'LOGFMT';
  readonly timeZone: 'LOCAL' | 'UTC';
  readonly redactor: Redactor;
  /** Gets each record as one line that ends in a newline. */
  readonly write: (line: string) => void;
  /** Milliseconds since 1970. @default Date.now */
  readonly clock?: () => number;
  /** Minutes that local time is ahead of UTC. @default the process' time zone */
  readonly offsetMinutes?: (epochMs: number) => number;
}

/** The numbers are pino's; the names are those of Python's logging, which the established tool prints. */
const LEVELS = { debug: 20, info: 30, warning: 40, error: 50, critical: 60 } as const;

/**
 * A logger that writes one line a record, `time`, `level` and `msg` first, and never a registered secret nor the
 * value of a secret key.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { redactor, timeZone, clock = Date.now, offsetMinutes = localOffsetMinutes } = options;
  const clean = { redactor, stacks: options.level === 'DEBUG' };
  const render = options.format === 'JSON' ? JSON.stringify : logfmt;
  const base = pino(
    {
      base: null,
      // pino's own would add a stack to anything that looks like an error
      serializers: { err: (error: unknown) => error },
      customLevels: LEVELS,
      useOnlyCustomLevels: true,
      level: options.level.toLowerCase(),
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
      timestamp: () => {
        const now = clock();
        return `,"time":"${isoTime(now, timeZone === 'UTC' ? 0 : offsetMinutes(now))}"`;
      },
    },
    {
      /** pino puts the level first and the message last; the contract has them in front. */
      write(line: string) {
        const { time, level, msg, ...fields } = JSON.parse(line);
        options.write(`${escapeControls(render({ time, level, msg, ...fields }))}\n`);
      },
    },
  );
  const at =
    (level: keyof typeof LEVELS): Log =>
    (message, fields = {}) => {
      if (base.isLevelEnabled(level)) base[level](cleanFields(fields, clean), cleanText(message, clean));
    };
  return {
    debug: at('debug'),
    info: at('info'),
    warning: at('warning'),
    error: at('error'),
    critical: at('critical'),
  };
}

/** JSON leaves these as they are, but terminals obey some of them and readers take others for the end of a line. */
function escapeControls(line: string): string {
  return line.replace(
    /[\u007f-\u009f\u2028\u2029]/g,
    (control) => `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
