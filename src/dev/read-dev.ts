import { existsSync } from 'node:fs';
import { parseCommandLine } from '../config/command-line.js';
import { flagName } from '../config/option-spec.js';
import type { Config, Variable } from '../config/options.js';
import { readConfig } from '../config/read-config.js';
import type { World } from '../program.js';
import { devEnvironment } from './dev-environment.js';

/** What `dev` was asked for. */
export interface DevSettings {
  /** As they were named. */
  readonly manifests: string;
  /** The user's own folder for files, if there is one. */
  readonly folder: string | undefined;
  /** Whether the user says nothing about the log, and so gets plain words. */
  readonly plain: boolean;
  /** The flags alone. */
  readonly argv: readonly string[];
  /** Less what `dev` brings: the folder, the kubeconfig and the application, where they are not the user's. */
  readonly config: Config;
}

/** Reads arguments and environment; or all that is wrong with them, one sentence each. */
export function readDev({
  argv,
  env,
}: Pick<World, 'argv' | 'env'>): DevSettings | { readonly errors: readonly string[] } {
  const { dev, flags, errors } = parseCommandLine(argv);
  const manifests = dev?.manifests ?? 'examples';
  const given = (variable: Variable) => flags.get(variable) || env[variable] || undefined;
  const settings = {
    manifests,
    folder: given('FOLDER'),
    plain: given('LOG_LEVEL') === undefined && given('LOG_FORMAT') === undefined,
    argv: [...flags].map(([variable, text]) => `--${flagName(variable)}=${text}`),
  };
  const result = readConfig({
    env: devEnvironment(env, { folder: '.', kubeconfig: '', plain: settings.plain }),
    argv: settings.argv,
  });
  const wrong = [
    ...errors.map(({ message }) => message),
    ...(flags.has('KUBECONFIG')
      ? ['Expected no `--kubeconfig`, since `dev` brings a Kubernetes API of its own: leave it out, or use `run`.']
      : []),
    ...(existsSync(manifests) ? [] : [missing(manifests, dev?.manifests === undefined)]),
    ...('errors' in result ? result.errors.map(({ message }) => message) : []),
  ];
  return wrong.length === 0 && 'ok' in result ? { ...settings, config: result.ok } : { errors: wrong };
}

function missing(manifests: string, isDefault: boolean): string {
  const todo = isDefault ? 'name yours, as in `k8s-sidecar dev MANIFESTS`' : 'create it, or name another';
  return `Expected ${manifests} to be a folder or a file of manifests, got nothing there: ${todo}.`;
}
