/**
 * `missing`: a required option is not set · `invalid`: a value that its type does not take · `later`: part of the
 * contract, not of this release · `unknown`: a flag, command or argument that does not exist · `incomplete`: a flag
 * without its value.
 */
export type ConfigErrorCode = 'missing' | 'invalid' | 'later' | 'unknown' | 'incomplete';

/** One fault of the configuration, in one line that names where it stands. Never a secret's value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code: ConfigErrorCode;

  constructor(code: ConfigErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
