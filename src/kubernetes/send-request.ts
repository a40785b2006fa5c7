import { type Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { finished, type Readable } from 'node:stream';
import { Observable } from 'rxjs';
import { retryAfterMs } from '../retry-after.js';
import type { ApiRequest, ApiResponsePart } from './api.js';
import { type ApiCall, httpRequestOf } from './api-call.js';
import { connectionError } from './connection-error.js';
import { decodedBody } from './decoded-body.js';
import { statusError } from './status-error.js';

export interface SendRequestOptions {
  readonly server: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly agents: { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent };
  readonly now: () => number;
  readonly errorBodyTimeoutMs: number;
}

/** A Status is some hundred bytes; what a proxy says instead of it is not read to its end. */
const ERROR_BODY_MAX_BYTES = 64 * 1024;

/** As client-go: a peer that vanished is noticed also where we send nothing. */
const TCP_KEEP_ALIVE_MS = 30_000;

/**
 * One request, as `KubernetesApi.request` describes it.
 *
 * `identity`: in a local network compression costs more memory (zlib, on both sides) than it saves. No redirects: no API
 * server sends one, and credentials would travel along. No proxy of the environment: that is for other requests.
 */
export function sendRequest(request: ApiRequest | ApiCall, options: SendRequestOptions): Observable<ApiResponsePart> {
  const { server, headers, agents, now, errorBodyTimeoutMs } = options;
  const isSecure = server.startsWith('https:');
  return new Observable((subscriber) => {
    const fail = (error: unknown): void => subscriber.error(connectionError(error, server));

    const receive = ({ statusCode: status = 0, headers }: IncomingMessage, body: Readable): void => {
      if (subscriber.closed) {
        body.destroy();
      } else if (status < 200 || status > 299) {
        const askedMs = retryAfterMs(headers['retry-after'], now());
        void readStatus(body, errorBodyTimeoutMs).then((parsed) =>
          subscriber.error(statusError(status, parsed, request, { retryAfterMs: askedMs, server })),
        );
      } else {
        finished(body, (error) => (error ? fail(error) : subscriber.complete()));
        subscriber.next({ type: 'head' });
        readByTurns(body, (bytes) => subscriber.next({ type: 'bytes', bytes }));
      }
    };

    try {
      const { method, path, body } = httpRequestOf(request);
      const sent = (isSecure ? httpsRequest : httpRequest)(`${server}${path}`, {
        method,
        agent: isSecure ? agents.httpsAgent : agents.httpAgent,
        headers: { ...headers, ...body?.headers, accept: 'application/json', 'accept-encoding': 'identity' },
      });
      sent.on('socket', (socket) => socket.setKeepAlive(true, TCP_KEEP_ALIVE_MS));
      sent.on('error', fail);
      sent.on('response', (answer) => {
        decodedBody(answer).then((body) => receive(answer, body), fail);
      });
      sent.end(body?.bytes);
      return () => sent.destroy();
    } catch (error) {
      // A certificate that is none, or a token that no header can carry.
      fail(error);
      return undefined;
    }
  });
}

/**
 * What has come in one turn of the event loop as one piece, up to the stream's high-water mark: a streamed list comes in two
 * pieces for each object, 10,000 for 5,000, and each costs all who look at it.
 */
function readByTurns(body: Readable, take: (bytes: Buffer) => void): void {
  let waiting = false;
  body.on('readable', () => {
    if (!waiting) {
      waiting = true;
      setImmediate(() => {
        waiting = false;
        // Not all at once, whatever its documentation says: Node 26 gives one buffer for each call.
        const pieces = [...pending(body)];
        if (pieces.length > 0) {
          take(Buffer.concat(pieces));
        }
      });
    }
  });
}

function* pending(body: Readable): Generator<Buffer> {
  for (let piece = body.read(); piece !== null; piece = body.read()) {
    yield piece;
  }
}

/** The body of an error as JSON; `undefined` when it is none, is too long, or does not come. */
function readStatus(body: Readable, timeoutMs: number): Promise<unknown> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const finish = (): void => {
      clearTimeout(timer);
      body.destroy();
      try {
        resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
      } catch {
        resolve(undefined);
      }
    };
    const timer = setTimeout(finish, timeoutMs);
    body.on('error', finish);
    body.on('close', finish);
    body.on('end', finish);
    body.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size > ERROR_BODY_MAX_BYTES) {
        finish();
      }
    });
  });
}
