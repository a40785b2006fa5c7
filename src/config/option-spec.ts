import type { OptionType } from './option-type.js';

/** The groups of `--help` and the documentation, in their order. */
export const sections = {
  collect: 'What to collect',
  place: 'Where files go',
  fetch: 'What keys that end in .url may fetch',
  tell: 'Whom to tell',
  grafana: 'Grafana without a shared volume',
  run: 'How it runs',
} as const;

/** One row of the table of options. Its key there is the variable; flag and file key are derived from it. */
export interface OptionSpec<T = unknown> {
  readonly section: keyof typeof sections;
  readonly type: OptionType<T>;
  /** As a user would write it, so that it is shown and parsed like any other value. */
  readonly default?: string;
  /** Where there is no fixed default: what happens instead, in a few words. */
  readonly unset?: string;
  /** Where the default comes from. */
  readonly source: string;
  /** One sentence. */
  readonly text: string;
  readonly required?: true;
  /** Required where none of these variables is set. */
  readonly requiredUnless?: readonly string[];
  /**
   * Never shown in an error, `--help` or the effective configuration. A `credential` is also removed from every line
   * of the log by value; `content`, such as a payload, may be an everyday word, so it is only never logged.
   */
  readonly secret?: 'credential' | 'content';
  /** Part of the contract, but of a later release: setting it stops the start. */
  readonly later?: true;
  /** Other spellings of the variable, looked at first. */
  readonly alsoAs?: readonly string[];
}

/** `REQ_RETRY_TOTAL` → `reqRetryTotal`. */
export type FileKey<Variable extends string> = Variable extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<FileKey<Tail>>}`
  : Lowercase<Variable>;

export function fileKey<const Variable extends string>(variable: Variable): FileKey<Variable> {
  const key = variable.toLowerCase().replace(/_(.)/g, (_, first: string) => first.toUpperCase());
  return key as FileKey<Variable>;
}

/** `REQ_RETRY_TOTAL` → `req-retry-total`. */
export function flagName(variable: string): string {
  return variable.toLowerCase().replaceAll('_', '-');
}
