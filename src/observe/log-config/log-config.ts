import type { LogLevel } from '../logger.js';

export type LogFormat = 'JSON' | 'LOGFMT';

/** Where records go, and which of them in which look. */
export interface LogTarget {
  /** Less severe records do not go there. */
  readonly level: LogLevel;
  readonly format: LogFormat;
}

export interface LogFileTarget extends LogTarget {
  readonly file: LogFileOptions;
}

export interface LogFileOptions {
  readonly path: string;
  /** Whether what an earlier life wrote is dropped. */
  readonly truncate: boolean;
  readonly rotation: LogRotation;
}

/**
 * `reopen`: somebody else moves the file away, and a new one is wanted then. `by-time` is cut at multiples of `intervalMs` from the
 * file's age, with `at: 'midnight'` at the end of a day.
 */
export type LogRotation =
  | { readonly type: 'none' }
  | { readonly type: 'reopen' }
  | { readonly type: 'by-size'; readonly maxBytes: number; readonly backups: number }
  | {
      readonly type: 'by-time';
      readonly unit: TimeUnit;
      readonly every: number;
      /** 0: all are kept. */
      readonly backups: number;
      readonly utc: boolean;
    };

export type TimeUnit = 'second' | 'minute' | 'hour' | 'day' | 'midnight';

/** What a logging configuration asks for, as far as we can do it. */
export interface LogConfig {
  /** `undefined`: files alone are wanted. */
  readonly console: LogTarget | undefined;
  readonly files: readonly LogFileTarget[];
  /** One sentence for everything that is not done as it says. */
  readonly warnings: readonly string[];
}
