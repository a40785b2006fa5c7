import { ConfigError } from './config-error.js';
import { nearestName } from './nearest-name.js';
import { flagName } from './option-spec.js';
import { optionEntries, type Variable } from './options.js';

const commands = ['run', 'plan', 'dev', 'config', 'healthcheck'];
const built = new Set(['run', 'dev']);

export interface CommandLine {
  /** What to do; `help` and `version` win over everything, errors included. */
  readonly command: 'run' | 'help' | 'version';
  /** Where `dev` is asked for, which runs on a Kubernetes API of its own: the manifests in it, if they were named. */
  readonly dev?: { readonly manifests: string | undefined };
  /** The text of each flag, the last one where it is repeated. */
  readonly flags: ReadonlyMap<Variable, string>;
  readonly errors: readonly ConfigError[];
}

/**
 * Splits the arguments, without `node` and the script, into a command and flags: `--flag value`, `--flag=value`,
 * and a boolean's `--flag` alone. A value that begins with `--` needs the form with `=`. Behind `dev` one more argument
 * may stand.
 *
 * What is not known is not shown, but for the name of a flag or a command: it may be a secret that came apart.
 */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const variables = new Map(optionEntries.map(([variable]) => [flagName(variable), variable]));
  const bare = new Map(optionEntries.map(([variable, spec]) => [variable, spec.type.bare]));
  const flags = new Map<Variable, string>();
  const errors: ConfigError[] = [];
  let command: string | undefined;
  let manifests: string | undefined;
  let show: 'help' | 'version' | undefined;

  for (let index = 0; index < argv.length; index++) {
    const argument = argv[index] ?? '';
    const next = argv[index + 1];
    const [, name, inline] = /^--?([^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
    if (name === undefined) {
      if (command === undefined && (index === 0 || commands.includes(argument))) command = argument;
      else if (command === 'dev' && manifests === undefined && argument !== '') manifests = argument;
      else
        errors.push(
          new ConfigError(
            'unknown',
            `Expected no argument but flags and one command, got one at position ${index + 1}.`,
          ),
        );
    } else if (argument === '--help' || argument === '-h') {
      show = 'help';
    } else if (argument === '--version') {
      show ??= 'version';
    } else {
      const variable = argument.startsWith('--') ? variables.get(name) : undefined;
      const alone = variable && bare.get(variable);
      const separate = inline === undefined && next !== undefined && !next.startsWith('--');
      const takesNext = separate && (alone === undefined ? true : /^(true|false)$/i.test(next));
      const value = inline ?? (takesNext ? next : alone);
      if (takesNext && !(variable === undefined && commands.includes(next))) index++;
      if (variable === undefined) errors.push(unknownFlag(argument, [...variables.keys()]));
      else if (value === undefined)
        errors.push(new ConfigError('incomplete', `Expected \`--${name}\` to be followed by a value.`));
      else flags.set(variable, value);
    }
  }
  if (command !== undefined && !built.has(command)) errors.unshift(wrongCommand(command));
  return { command: show ?? 'run', ...(command === 'dev' && { dev: { manifests } }), flags, errors };
}

function unknownFlag(argument: string, known: readonly string[]): ConfigError {
  const name = argument.replace(/=.*$/s, '').slice(0, 60);
  const nearest = nearestName(name.replace(/^-+/, ''), [...known, 'help', 'version']);
  return new ConfigError(
    'unknown',
    `Expected a known flag, got ${JSON.stringify(name)}${nearest ? `: did you mean \`--${nearest}\`?` : ', see --help.'}`,
  );
}

function wrongCommand(command: string): ConfigError {
  if (commands.includes(command)) {
    return new ConfigError(
      'later',
      `The command \`${command}\` comes with a later release; this one has \`run\` and \`dev\`.`,
    );
  }
  const nearest = nearestName(command, commands);
  const shown = JSON.stringify(command.slice(0, 60));
  return new ConfigError(
    'unknown',
    `Expected a known command, got ${shown}${nearest ? `: did you mean \`${nearest}\`?` : ', see --help.'}`,
  );
}
