import { parseCommandLine } from './command-line.js';
import { ConfigError } from './config-error.js';
import { grafanaConflicts } from './grafana-conflicts.js';
import { hookConflicts } from './hook-conflicts.js';
import { fileKey, flagName, type OptionSpec } from './option-spec.js';
import { type Config, optionEntries, type Variable } from './options.js';
import { requestConflicts } from './request-conflicts.js';
import { selectionFaults } from './selection-faults.js';
import { shownValue } from './shown-value.js';

export interface ReadConfigOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The arguments, without `node` and the script. */
  readonly argv: readonly string[];
}

/** Where a value came from; `name` is the flag or variable as it was spelt. */
export interface ConfigSource {
  readonly from: 'flag' | 'variable' | 'default';
  readonly name?: string;
}

export type ReadConfigResult =
  | { readonly ok: Config; readonly sources: Readonly<Record<keyof Config, ConfigSource>> }
  | { readonly errors: readonly ConfigError[] }
  | { readonly show: 'help' | 'version' };

/**
 * The effective configuration, or every fault of it at once. Precedence: flag, variable, default.
 *
 * An empty string means unset, and so does not hide what comes after it, but for booleans, where it is false.
 */
export function readConfig({ env, argv }: ReadConfigOptions): ReadConfigResult {
  const { command, flags, errors: lineErrors } = parseCommandLine(argv);
  if (command !== 'run') return { show: command };

  const errors = [...lineErrors];
  const values: Record<string, unknown> = {};
  const sources: Record<string, ConfigSource> = {};
  for (const [variable, spec] of optionEntries) {
    const { text, source } = find(variable, spec, env, flags);
    const result = text === undefined ? { value: undefined } : parse(variable, spec, text, source);
    if (result instanceof ConfigError) errors.push(result);
    else if (result.value === undefined && isRequired(spec, env, flags)) errors.push(missing(variable, spec));
    else values[fileKey(variable)] = result.value;
    sources[fileKey(variable)] = source;
  }
  if (errors.length === 0) {
    const config = values as Config;
    errors.push(
      ...selectionFaults(config),
      ...requestConflicts(config),
      ...hookConflicts(config),
      ...grafanaConflicts(config),
    );
  }
  if (errors.length > 0) return { errors };
  return { ok: values as Config, sources: sources as Record<keyof Config, ConfigSource> };
}

function isRequired(spec: OptionSpec, env: ReadConfigOptions['env'], flags: ReadonlyMap<Variable, string>): boolean {
  const others = optionEntries.filter(([variable]) => spec.requiredUnless?.includes(variable));
  const isAnySet = others.some(([variable, other]) => find(variable, other, env, flags).text !== undefined);
  return spec.required ?? (spec.requiredUnless !== undefined && !isAnySet);
}

function find(
  variable: Variable,
  spec: OptionSpec,
  env: ReadConfigOptions['env'],
  flags: ReadonlyMap<Variable, string>,
): { readonly text: string | undefined; readonly source: ConfigSource } {
  const isSet = (text: string | undefined) => text !== undefined && (text !== '' || spec.type.bare !== undefined);
  const flag = flags.get(variable);
  if (isSet(flag)) return { text: flag, source: { from: 'flag', name: `--${flagName(variable)}` } };
  for (const name of [...(spec.alsoAs ?? []), variable]) {
    if (isSet(env[name])) return { text: env[name], source: { from: 'variable', name } };
  }
  return { text: spec.default, source: { from: 'default' } };
}

function parse(variable: Variable, spec: OptionSpec, text: string, source: ConfigSource) {
  const name = source.name ?? variable;
  if (spec.later) {
    return new ConfigError('later', `\`${name}\` is set, and comes with a later release: unset it to start this one.`);
  }
  const parsed = spec.type.parse(text);
  if ('value' in parsed) return parsed;
  return new ConfigError('invalid', `Expected \`${name}\` to be ${parsed.expected}, got ${shownValue(spec, text)}.`);
}

function missing(variable: Variable, spec: OptionSpec): ConfigError {
  const meaning = spec.text.replace(/\.$/, '');
  return new ConfigError('missing', `Expected \`${variable}\` or \`--${flagName(variable)}\` to be set: ${meaning}.`);
}
