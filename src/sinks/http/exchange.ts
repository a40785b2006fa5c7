import type { Readable } from 'node:stream';
import axios, { type AxiosResponse } from 'axios';
import { connectionTo } from './connection.js';
import type { Hop } from './follow-redirect.js';
import type { HttpTarget } from './http-target.js';
import type { TlsTrust } from './proxy-tunnel.js';
import type { Phase } from './try-result.js';

/** How far a try has come; who waits for it in vain reads from it what failed. */
export interface Progress {
  phase: Phase;
}

/** What all hops of a try share. */
export interface Try {
  readonly target: HttpTarget;
  readonly trust: TlsTrust;
  /** The `Authorization` header. */
  readonly authorization: string | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Enough for any answer to a reload; of a longer one the rest is not waited for. */
const MAX_ANSWER_BYTES = 64 * 1_024;

/** Our own, so that what others set on axios' shared instance (interceptors, headers) does not reach it. */
const client = axios.create();

/**
 * One request: resolves with the answer's head, whatever its status; `data` is the body, to be read or destroyed. Rejects with
 * errors of the socket, of the proxy, or of the abort.
 *
 * Credentials go to the origin of the configured URL alone: wherever else a redirect leads, somebody else may listen.
 */
export async function exchange(hop: Hop, tried: Try): Promise<AxiosResponse<Readable>> {
  const { target, trust, authorization, progress, signal } = tried;
  progress.phase = 'connect';
  const onConnected = (): void => {
    progress.phase = 'read';
  };
  const { headers, ...connection } = await connectionTo(hop.url, { proxy: target.proxy, trust, signal, onConnected });
  return client.request<Readable>({
    ...connection,
    adapter: 'http',
    url: hop.url.href,
    method: hop.method,
    data: hop.body,
    headers: {
      ...headers,
      accept: '*/*',
      // The answer is looked at as it comes, and is hardly worth packing.
      'accept-encoding': 'identity',
      'user-agent': target.userAgent,
      // `false` keeps axios from calling an absent body a form.
      'content-type': hop.body === undefined ? false : 'application/json',
      ...(authorization !== undefined && hop.url.origin === target.url.origin ? { authorization } : {}),
    },
    // Its own redirects would take the body to any host, and keep no count that we could set by host.
    maxRedirects: 0,
    responseType: 'stream',
    decompress: false,
    validateStatus: null,
    signal,
  });
}

/** Rejects when the answer breaks off: then nobody knows whether the reload was done. Leaving the loop drops the connection. */
export async function readAnswer(body: Readable): Promise<void> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_ANSWER_BYTES) break;
  }
}
