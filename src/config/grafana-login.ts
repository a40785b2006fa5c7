import type { Config } from './options.js';

/** How we log in at Grafana; nothing: as nobody, which is right where it lets anonymous users edit, or a proxy before it logs us in. */
export interface GrafanaLogin {
  readonly token?: string | undefined;
  readonly tokenFile?: string | undefined;
  readonly username?: string | undefined;
  readonly usernameFile?: string | undefined;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
}

/**
 * The credentials of `GRAFANA_*`. Without any, those of a request, where there is no request that they could be meant for: in the seed
 * `REQ_URL` was Grafana's, so whoever comes from it moves that one value.
 */
export function grafanaLogin(config: Config): GrafanaLogin {
  const own = ownLogin(config);
  if (config.reqUrl !== undefined || Object.values(own).some((value) => value !== undefined)) return own;
  return {
    username: config.reqUsername,
    usernameFile: config.reqUsernameFile,
    password: config.reqPassword,
    passwordFile: config.reqPasswordFile,
  };
}

function ownLogin(config: Config): GrafanaLogin {
  return {
    token: config.grafanaToken,
    tokenFile: config.grafanaTokenFile,
    username: config.grafanaUsername,
    usernameFile: config.grafanaUsernameFile,
    password: config.grafanaPassword,
    passwordFile: config.grafanaPasswordFile,
  };
}
