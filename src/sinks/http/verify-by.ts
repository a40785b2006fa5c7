import type { Observable } from 'rxjs';
import { parseRequestAddress, type RequestAddress } from '../../request/request-address.js';
import { type HttpTarget, httpTarget } from './http-target.js';
import type { HttpTargetOptions } from './http-target-options.js';
import { sendRequest } from './send-request.js';
import type { TryResult } from './try-result.js';

export interface VerifyOptions {
  /** Who is asked: as `HttpTargetOptions.url`. */
  readonly url: string;
  /** The request that `REQ_*` describe; without its `url` nobody gets its credentials. */
  readonly request: Omit<HttpTargetOptions, 'url'> & { readonly url?: string | undefined };
  /** Authorities to trust at another origin than that of the request. @default the built-in ones */
  readonly caFile?: string | undefined;
}

/**
 * Asks an application whether it took what it was told by other means: a GET that is judged by the rule of success of the
 * request. Each call of the function that it gives is one try, within the time limit of the request; it gives one result and
 * completes, never errors.
 *
 * User name, token, headers, client certificate and authorities of the request count at its origin alone. Throws a
 * `TypeError` or `RangeError` for options that cannot be used.
 */
export function verifyBy(options: VerifyOptions): () => Observable<TryResult> {
  const target = targetOf(options);
  return () => sendRequest(target, target.timeoutMs);
}

function targetOf({ url, request, caFile }: VerifyOptions): HttpTarget {
  const { success, timeoutMs, skipTlsVerify, proxy, userAgent, onSecret } = request;
  const alone = httpTarget({ url, success, timeoutMs, skipTlsVerify, caFile, proxy, userAgent, onSecret });
  const home = request.url === undefined ? undefined : parseRequestAddress(request.url);
  if (home === undefined || request.url === undefined || !isSameOrigin(home, alone)) return alone;
  const { credentials, caFile: ownCaFile } = httpTarget({ ...request, url: request.url });
  return { ...alone, credentials, caFile: ownCaFile };
}

function isSameOrigin(one: RequestAddress, other: RequestAddress): boolean {
  return one.url.origin === other.url.origin && one.socketPath === other.socketPath;
}
