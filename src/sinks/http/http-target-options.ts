import type { BasicAuthOptions } from '../../http/basic-auth.js';
import type { ProxySettings } from '../../http/find-proxy.js';
import type { Headers } from '../../request/header-lines.js';
import type { SuccessRule } from '../../request/success-rule.js';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type OnSecret = (value: string, source?: string) => void;

/** Whom to tell, and how. Defaults are those of the drop-in contract (`REQ_*`). */
export interface HttpTargetOptions {
  /**
   * `http:`, `https:`, or `unix:/run/app.sock:/path`. Userinfo is taken as credentials where there is no other
   * `Authorization`.
   */
  readonly url: string;
  /** What outcomes call it. @default the URL without userinfo, query and fragment */
  readonly name?: string | undefined;
  /** @default 'GET' */
  readonly method?: HttpMethod | undefined;
  /** Sent with POST, PUT and PATCH: as it is when it is JSON, else as a JSON string. @default no body */
  readonly payload?: string | undefined;
  /** Instead of `payload`: the body says what changed, and an `Idempotency-Key` which batch it is. @default not sent */
  readonly payloadChanges?: PayloadChangesOptions | undefined;
  /** For one try in all: redirects and the reading of the answer included. @default 10_000 */
  readonly timeoutMs?: number | undefined;
  /** Retries in all; caps the other two. @default 5 */
  readonly retryTotal?: number | undefined;
  /** Retries after connections that failed. @default 10 */
  readonly retryConnect?: number | undefined;
  /** Retries after answers that did not come, or broke off. @default 5 */
  readonly retryRead?: number | undefined;
  /** Seconds; the wait before retry n is factor · 2^(n-1) seconds, 120 at most. @default 1.1 */
  readonly backoffFactor?: number | undefined;
  /** The longest wait between tries once the policy's retries are spent. @default 60_000 */
  readonly retryIntervalMs?: number | undefined;
  /** Instead of a token. As all credentials, for the origin of `url` alone. @default none */
  readonly basicAuth?: BasicAuthOptions | undefined;
  /** Sent as `Authorization: Bearer …`, instead of basic authentication. @default none */
  readonly token?: string | undefined;
  /** Read at each try; wins over `token`. */
  readonly tokenFile?: string | undefined;
  /** For the origin of `url` alone. They win over our own, but for those of the connection. @default none */
  readonly headers?: Headers | undefined;
  /** One `Name: value` a line; read at each try; wins over `headers`. */
  readonly headersFile?: string | undefined;
  /** Client certificate and its key, in PEM, read at each try; shown to the origin of `url` alone. @default none */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Accept any certificate. @default false */
  readonly skipTlsVerify?: boolean | undefined;
  /** PEM file of the authorities to trust instead of the built-in ones; read at each try. @default the built-in ones */
  readonly caFile?: string | undefined;
  /** The environment is not asked: see {@link networkFromEnv}. @default no proxies */
  readonly proxy?: ProxySettings | undefined;
  /** Which answers settle the debt. @default statuses 200 to 299 */
  readonly success?: SuccessRule | undefined;
  /** Each notification is given up instead of owed: `METHOD=LIST`. @default false */
  readonly once?: boolean | undefined;
  /** @default 'k8s-sidecar' */
  readonly userAgent?: string | undefined;
  /**
   * Called with every value that must enter no log, whenever one is met; what comes from files, and so may change, with
   * its `source`. @default nobody
   */
  readonly onSecret?: OnSecret | undefined;
  /** In [0, 1); jitter of the waits. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** What a body that says what changed says besides. */
export interface PayloadChangesOptions {
  /** Whose changes they are: a name that tells this sidecar from others that tell the same target. */
  readonly instance: string;
  /** The target folder. */
  readonly folder: string;
  /** Tells the batches of this process from those of an earlier one. @default a random value */
  readonly life?: string;
}
