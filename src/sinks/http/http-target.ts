import { randomUUID } from 'node:crypto';
import type { ProxySettings } from '../../http/find-proxy.js';
import { assertDuration } from '../../operators/assert-duration.js';
import { parseRequestAddress, type RequestAddress, shownAddress } from '../../request/request-address.js';
import { DEFAULT_SUCCESS, type SuccessRule } from '../../request/success-rule.js';
import { checkedCredentials } from './checked-credentials.js';
import type { HttpMethod, HttpTargetOptions, OnSecret, PayloadChangesOptions } from './http-target-options.js';
import { carriesBody } from './request-body.js';
import type { RequestCredentialsOptions } from './request-credentials.js';
import { secretsOfTarget } from './secrets-of-target.js';

/** {@link HttpTargetOptions}, checked and complete. */
export interface HttpTarget extends RequestAddress {
  /** Without userinfo and fragment. */
  readonly url: URL;
  readonly name: string;
  readonly method: HttpMethod;
  readonly payload: string | undefined;
  readonly payloadChanges: Required<PayloadChangesOptions> | undefined;
  readonly timeoutMs: number;
  readonly retryTotal: number;
  readonly retryConnect: number;
  readonly retryRead: number;
  readonly backoffFactor: number;
  readonly retryIntervalMs: number;
  readonly credentials: RequestCredentialsOptions;
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

/**
 * Checks the options and fills in the defaults. Throws a `TypeError` or `RangeError` that names the option; of the URL it
 * shows nothing, since a URL that cannot be read may hold a password anywhere.
 */
export function httpTarget(options: HttpTargetOptions): HttpTarget {
  const address = parseRequestAddress(options.url);
  if (address === undefined) {
    throw new TypeError('Expected `url` to be an http:// or https:// URL, or unix:/socket:/path');
  }
  const { url, socketPath } = address;
  const { method = 'GET', payload, payloadChanges, onSecret = () => undefined } = options;
  if (!METHODS.includes(method)) {
    throw new TypeError(`Expected \`method\` to be one of ${METHODS.join(', ')}, got ${method}`);
  }
  if (payloadChanges !== undefined && (payload || !carriesBody(method))) {
    throw new TypeError('Expected `payloadChanges` to come without `payload`, and with POST, PUT or PATCH');
  }
  const credentials = checkedCredentials(url, options);
  const { timeoutMs = 10_000, retryIntervalMs = 60_000 } = options;
  assertDuration('timeoutMs', timeoutMs);
  assertDuration('retryIntervalMs', retryIntervalMs);
  for (const secret of secretsOfTarget(url, credentials, options.proxy ?? {})) onSecret(secret);
  url.username = '';
  url.password = '';
  url.hash = '';
  return {
    url,
    socketPath,
    name: options.name ?? shownAddress(address),
    method,
    payload,
    payloadChanges: payloadChanges && { life: randomUUID(), ...payloadChanges },
    timeoutMs,
    retryTotal: numberOf('retryTotal', options.retryTotal ?? 5),
    retryConnect: numberOf('retryConnect', options.retryConnect ?? 10),
    retryRead: numberOf('retryRead', options.retryRead ?? 5),
    backoffFactor: numberOf('backoffFactor', options.backoffFactor ?? 1.1),
    retryIntervalMs,
    credentials,
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

function numberOf(name: string, value: number): number {
  if (value >= 0) return value;
  throw new RangeError(`Expected \`${name}\` to be a number from 0 up, got ${value}`);
}
