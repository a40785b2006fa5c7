import type { BasicAuthOptions } from '../../http/basic-auth.js';
import type { ProxySettings } from '../../http/find-proxy.js';
import { assertDuration } from '../../operators/assert-duration.js';
import { userinfoOf } from '../../userinfo.js';
import { secretsOfTarget } from './secrets-of-target.js';
import { DEFAULT_SUCCESS, type SuccessRule } from './success-rule.js';

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type OnSecret = (value: string, source?: string) => void;

/** Whom to tell, and how. Defaults are those of the drop-in contract (`REQ_*`). */
export interface HttpTargetOptions {
  /** `http:` or `https:`. Userinfo is taken as credentials where `basicAuth` has none. */
  readonly url: string;
  /** What outcomes call it. @default the URL without userinfo, query and fragment */
  readonly name?: string | undefined;
  /** @default 'GET' */
  readonly method?: HttpMethod | undefined;
  /** Sent with POST, PUT and PATCH: as it is when it is JSON, else as a JSON string. @default no body */
  readonly payload?: string | undefined;
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
  /** @default none */
  readonly basicAuth?: BasicAuthOptions | undefined;
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

/** {@link HttpTargetOptions}, checked and complete. */
export interface HttpTarget {
  /** Without userinfo and fragment. */
  readonly url: URL;
  readonly name: string;
  readonly method: HttpMethod;
  readonly payload: string | undefined;
  readonly timeoutMs: number;
  readonly retryTotal: number;
  readonly retryConnect: number;
  readonly retryRead: number;
  readonly backoffFactor: number;
  readonly retryIntervalMs: number;
  readonly basicAuth: BasicAuthOptions;
  readonly skipTlsVerify: boolean;
  readonly caFile: string | undefined;
  readonly proxy: ProxySettings;
  readonly success: SuccessRule;
  readonly once: boolean;
  readonly userAgent: string;
  readonly onSecret: OnSecret;
  readonly random: () => number;
}

const METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

const ENCODINGS: readonly string[] = ['latin1', 'utf8', 'ascii'];

/**
 * Checks the options and fills in the defaults. Throws a `TypeError` or `RangeError` that names the option; of the URL it
 * shows nothing, since a URL that cannot be read may hold a password anywhere.
 */
export function httpTarget(options: HttpTargetOptions): HttpTarget {
  const url = URL.canParse(options.url) ? new URL(options.url) : undefined;
  if (url === undefined || !isHttp(url)) throw new TypeError('Expected `url` to be an http:// or https:// URL');
  const { method = 'GET', onSecret = () => undefined } = options;
  if (!METHODS.includes(method)) {
    throw new TypeError(`Expected \`method\` to be one of ${METHODS.join(', ')}, got ${method}`);
  }
  const basicAuth = basicAuthOf(url, options.basicAuth ?? {});
  const { encoding = 'latin1' } = basicAuth;
  if (!ENCODINGS.includes(encoding)) {
    throw new TypeError(`Expected \`basicAuth.encoding\` to be one of ${ENCODINGS.join(', ')}, got ${encoding}`);
  }
  const { timeoutMs = 10_000, retryIntervalMs = 60_000 } = options;
  assertDuration('timeoutMs', timeoutMs);
  assertDuration('retryIntervalMs', retryIntervalMs);
  for (const secret of secretsOfTarget(url, basicAuth, options.proxy ?? {})) onSecret(secret);
  url.username = '';
  url.password = '';
  url.hash = '';
  return {
    url,
    name: options.name ?? shownUrl(url),
    method,
    payload: options.payload,
    timeoutMs,
    retryTotal: numberOf('retryTotal', options.retryTotal ?? 5),
    retryConnect: numberOf('retryConnect', options.retryConnect ?? 10),
    retryRead: numberOf('retryRead', options.retryRead ?? 5),
    backoffFactor: numberOf('backoffFactor', options.backoffFactor ?? 1.1),
    retryIntervalMs,
    basicAuth,
    skipTlsVerify: options.skipTlsVerify ?? false,
    caFile: options.caFile,
    proxy: options.proxy ?? {},
    success: options.success ?? DEFAULT_SUCCESS,
    once: options.once ?? false,
    userAgent: options.userAgent ?? 'k8s-sidecar',
    onSecret,
    random: options.random ?? Math.random,
  };
}

export function isHttp(url: URL): boolean {
  return url.protocol === 'http:' || url.protocol === 'https:';
}

/** A URL as messages show it: Jenkins' query carries a token, userinfo a password. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}`;
}

function numberOf(name: string, value: number): number {
  if (value >= 0) return value;
  throw new RangeError(`Expected \`${name}\` to be a number from 0 up, got ${value}`);
}

/** Userinfo counts only as a whole and only where nothing else is configured, so that no name meets another's password. */
function basicAuthOf(url: URL, configured: BasicAuthOptions): BasicAuthOptions {
  const { username, password, usernameFile, passwordFile } = configured;
  if (username || password || usernameFile || passwordFile || url.username === '') return configured;
  return { ...configured, ...userinfoOf(url) };
}
