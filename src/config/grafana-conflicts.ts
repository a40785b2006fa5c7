import { ConfigError } from './config-error.js';
import { grafanaLogin } from './grafana-login.js';
import type { Config } from './options.js';

/** What is wrong between the options of the push, where each alone is right. Without `GRAFANA_URL` none of them is looked at. */
export function grafanaConflicts(config: Config): readonly ConfigError[] {
  return config.grafanaUrl === undefined ? [] : [...loginFaults(config), ...idleHooks(config)];
}

function loginFaults(config: Config): readonly ConfigError[] {
  const login = grafanaLogin(config);
  const hasToken = (login.token ?? login.tokenFile) !== undefined;
  const hasUser = (login.username ?? login.usernameFile) !== undefined;
  const hasPassword = (login.password ?? login.passwordFile) !== undefined;
  if (hasToken && (hasUser || hasPassword)) {
    const message =
      'Expected one of `GRAFANA_TOKEN` and `GRAFANA_USERNAME` with `GRAFANA_PASSWORD` to be set, got both: keep one.';
    return [new ConfigError('invalid', message)];
  }
  if (hasUser === hasPassword) return [];
  const [set, unset] = hasUser ? ['USERNAME', 'PASSWORD'] : ['PASSWORD', 'USERNAME'];
  const isOwn =
    (config.grafanaUsername ?? config.grafanaUsernameFile ?? config.grafanaPassword ?? config.grafanaPasswordFile) !==
    undefined;
  const prefix = isOwn ? 'GRAFANA' : 'REQ';
  const message = `Expected \`${prefix}_${unset}\` to be set, since \`${prefix}_${set}\` is: Grafana asks for both.`;
  return [new ConfigError('missing', message)];
}

/** Hooks tell of files: without a folder they would wait for ever, which nobody who sets one wants. */
function idleHooks({ folder, script, signal, reqUrl, validate }: Config): readonly ConfigError[] {
  if (folder !== undefined) return [];
  const hooks = Object.entries({ SCRIPT: script, SIGNAL: signal, REQ_URL: reqUrl, VALIDATE: validate });
  return hooks
    .filter(([, value]) => value !== undefined)
    .map(([name]) => {
      const hint = name === 'REQ_URL' ? '; Grafana itself is told by `GRAFANA_URL` alone' : '';
      return new ConfigError(
        'missing',
        `Expected \`FOLDER\` to be set, since \`${name}\` is, which is about files${hint}.`,
      );
    });
}
