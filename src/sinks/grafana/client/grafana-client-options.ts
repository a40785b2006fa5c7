import type { BasicAuthEncoding } from '../../../http/basic-auth.js';
import type { ProxySettings } from '../../../http/find-proxy.js';

/** Which family of Grafana's API is used. `auto`: `/apis` where the server has it in a version that stays, else legacy. */
export type GrafanaFamily = 'auto' | 'legacy' | 'apis';

/** Which Grafana, and as whom. Defaults are those of `GRAFANA_*`. */
export interface GrafanaClientOptions {
  /** Base URL, perhaps with a path (`https://host/grafana`). Its userinfo is a login where there is no other one. */
  readonly url: string;
  /** Of a service account. One of token and login, or neither. */
  readonly token?: string | undefined;
  /** Read at each request, as all files; wins over its plain twin. */
  readonly tokenFile?: string | undefined;
  readonly username?: string | undefined;
  readonly usernameFile?: string | undefined;
  readonly password?: string | undefined;
  readonly passwordFile?: string | undefined;
  /** Of the login. @default 'utf8', as Go reads it */
  readonly encoding?: BasicAuthEncoding | undefined;
  /** @default where the credentials work by default */
  readonly orgId?: number | undefined;
  /** Accept any certificate. @default false */
  readonly skipTlsVerify?: boolean | undefined;
  /** PEM file of the authorities to trust instead of the built-in ones. @default the built-in ones */
  readonly caFile?: string | undefined;
  /** @default no proxies */
  readonly proxy?: ProxySettings | undefined;
  /** For each request, the reading of its answer included. @default 10_000 */
  readonly timeoutMs?: number | undefined;
  /** @default 'auto' */
  readonly api?: GrafanaFamily | undefined;
  /** Of a longer answer nothing is kept. @default 32 MiB: Grafana's own limit of a dashboard is 16 */
  readonly maxAnswerBytes?: number | undefined;
  /** Called with every value that must enter no log, whenever one is met. @default nobody */
  readonly onSecret?: ((value: string, source?: string) => void) | undefined;
  /** @default 'k8s-sidecar' */
  readonly userAgent?: string | undefined;
}
