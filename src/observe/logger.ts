import { escapeHarmful } from '../escape-harmful.js';
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

/** From the least to the most severe, by the names of Python's logging, which the established tool prints. */
const LEVELS: readonly LogLevel[] = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'];

/**
 * A logger that writes one line a record, `time`, `level` and `msg` first, and never a registered secret nor the
 * value of a secret key.
 */
export function createLogger(options: LoggerOptions): Logger {
  const { redactor, timeZone, clock = Date.now, offsetMinutes = localOffsetMinutes } = options;
  const clean = { redactor, stacks: options.level === 'DEBUG' };
  const render = options.format === 'JSON' ? JSON.stringify : logfmt;
  let last = { now: Number.NaN, time: '' };
  // Dozens of records have one time, and to format it is most of the work of a record.
  const timeOf = (now: number): string => {
    if (now !== last.now) last = { now, time: isoTime(now, timeZone === 'UTC' ? 0 : offsetMinutes(now)) };
    return last.time;
  };
  const at = (level: LogLevel): Log => {
    if (LEVELS.indexOf(level) < LEVELS.indexOf(options.level)) return () => undefined;
    return (message, fields = {}) => {
      const time = timeOf(clock());
      const record = { time, level, msg: cleanText(message, clean), ...cleanFields(fields, clean) };
      // JSON leaves some as they are.
      options.write(`${escapeHarmful(render(record))}\n`);
    };
  };
  return {
    debug: at('DEBUG'),
    info: at('INFO'),
    warning: at('WARNING'),
    error: at('ERROR'),
    critical: at('CRITICAL'),
  };
}
