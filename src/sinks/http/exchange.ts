import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { connectionTo } from '../../http/connection.js';
import type { TlsTrust } from '../../http/proxy-tunnel.js';
import type { Hop } from './follow-redirect.js';
import type { HttpTarget } from './http-target.js';
import type { RequestCredentials } from './request-credentials.js';
import type { Phase } from './try-result.js';

/** How far a try has come; who waits for it in vain reads from it what failed. */
export interface Progress {
  phase: Phase;
}

/** What all hops of a try share. */
export interface Try {
  readonly target: HttpTarget;
  readonly trust: TlsTrust;
  readonly credentials: RequestCredentials;
  /** Goes with the body: the same for each try to send it. */
  readonly idempotencyKey?: string | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Enough for any answer to a reload; of a longer one the rest is not waited for. */
const MAX_ANSWER_BYTES = 64 * 1_024;

/**
 * One request: resolves with the answer's head, whatever its status: the body is to be read or destroyed. Rejects with errors
 * of the socket, of the proxy, or of the abort. Redirects are the caller's: who follows them must know where the body may go.
 *
 * Credentials go to the origin of the configured URL alone: wherever else a redirect leads, somebody else may listen.
 */
export async function exchange(hop: Hop, tried: Try): Promise<IncomingMessage> {
  const { target, trust, credentials, idempotencyKey, progress, signal } = tried;
  progress.phase = 'connect';
  const isOwn = hop.url.origin === target.url.origin && hop.socketPath === target.socketPath;
  const connection = await connectionTo(hop.url, {
    proxy: target.proxy,
    trust,
    clientCertificate: isOwn ? credentials.clientCertificate : undefined,
    socketPath: hop.socketPath,
    signal,
    onConnected: () => {
      progress.phase = 'read';
    },
  });
  const headers = {
    ...connection.headers,
    accept: '*/*',
    'user-agent': target.userAgent,
    ...(hop.body && { 'content-type': 'application/json' }),
    ...(isOwn && credentials.headers),
    // The answer is looked at as it comes, and is hardly worth packing.
    'accept-encoding': 'identity',
    ...(hop.body && { 'content-length': String(hop.body.length) }),
    ...(hop.body && idempotencyKey !== undefined && { 'idempotency-key': idempotencyKey }),
  };
  const send = connection.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send({ ...connection, method: hop.method, headers, signal });
    // After the head it is the body that tells of a connection that broke.
    request.on('error', reject);
    request.on('response', resolve);
    request.end(hop.body);
  });
}

/**
 * The body, or `undefined` where it is longer than the limit: leaving the loop drops the connection. Rejects when the
 * answer breaks off: then nobody knows whether the reload was done.
 */
export async function readAnswer(body: Readable): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_ANSWER_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
