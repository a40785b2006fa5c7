import type { Config } from '../../config/options.js';
import type { BasicAuthOptions } from '../../http/basic-auth.js';
import { VERSION } from '../../version.js';
import type { HttpTargetOptions, OnSecret } from './http-target-options.js';
import { networkOf } from './network-of.js';

export interface RequestWorld {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly onSecret: OnSecret;
  /** Who tells, and since when: as `PayloadChangesOptions`. */
  readonly instance: string;
  readonly life: string;
}

/** The request that `REQ_*` describe; without `REQ_URL` it has no `url`. */
export function requestOptions(
  config: Config,
  { env, onSecret, instance, life }: RequestWorld,
): Omit<HttpTargetOptions, 'url'> & { readonly url: string | undefined } {
  const { proxy, caFile } = networkOf(config, env);
  return {
    url: config.reqUrl,
    method: config.reqMethod,
    payload: config.reqPayload,
    payloadChanges: config.reqPayloadChanges ? { instance, folder: config.folder ?? '', life } : undefined,
    timeoutMs: config.reqTimeout * 1_000,
    retryTotal: config.reqRetryTotal,
    retryConnect: config.reqRetryConnect,
    retryRead: config.reqRetryRead,
    backoffFactor: config.reqRetryBackoffFactor,
    retryIntervalMs: config.notifyRetryInterval * 1_000,
    basicAuth: requestBasicAuth(config),
    token: config.reqToken,
    tokenFile: config.reqTokenFile,
    headers: config.reqHeaders,
    headersFile: config.reqHeadersFile,
    certFile: config.reqCertFile,
    keyFile: config.reqKeyFile,
    skipTlsVerify: config.reqSkipTlsVerify,
    caFile: config.reqCaFile ?? caFile,
    proxy,
    success: config.reqSuccess,
    once: config.method === 'LIST',
    userAgent: `k8s-sidecar/${VERSION}`,
    onSecret,
  };
}

/** `REQ_USERNAME` and its kin. */
export function requestBasicAuth(config: Config): BasicAuthOptions {
  return {
    username: config.reqUsername,
    password: config.reqPassword,
    usernameFile: config.reqUsernameFile,
    passwordFile: config.reqPasswordFile,
    encoding: config.reqBasicAuthEncoding,
  };
}
