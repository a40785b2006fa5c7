import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { finished, type Readable } from 'node:stream';
import axios, { type AxiosResponse } from 'axios';
import { Observable } from 'rxjs';
import { retryAfterMs } from '../retry-after.js';
import { type ApiRequest, type ApiResponsePart, pathOf } from './api.js';
import { connectionError } from './connection-error.js';
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

/**
 * One GET through axios' http adapter, as `KubernetesApi.request` describes it.
 *
 * `identity`: in a local network compression costs more memory (zlib, on both sides) than it saves. No redirects: no API
 * server sends one, and credentials would travel along. No proxy of the environment: that is for other requests.
 */
export function sendRequest(request: ApiRequest, options: SendRequestOptions): Observable<ApiResponsePart> {
  const { server, headers, agents, now, errorBodyTimeoutMs } = options;
  return new Observable((subscriber) => {
    const abort = new AbortController();
    const fail = (error: unknown): void => subscriber.error(connectionError(error, server));

    const receive = (response: AxiosResponse<Readable>): void => {
      const { status, data: body } = response;
      if (subscriber.closed) {
        body.destroy();
      } else if (status < 200 || status > 299) {
        const askedMs = retryAfterMs(response.headers['retry-after'], now());
        void readStatus(body, errorBodyTimeoutMs).then((parsed) =>
          subscriber.error(statusError(status, parsed, request, { retryAfterMs: askedMs, server })),
        );
      } else {
        finished(body, (error) => (error ? fail(error) : subscriber.complete()));
        subscriber.next({ type: 'head' });
        body.on('data', (bytes: Buffer) => subscriber.next({ type: 'bytes', bytes }));
      }
    };

    axios
      .get<Readable>(`${server}${pathOf(request)}`, {
        ...agents,
        adapter: 'http',
        headers: { ...headers, accept: 'application/json', 'accept-encoding': 'identity' },
        maxRedirects: 0,
        proxy: false,
        responseType: 'stream',
        signal: abort.signal,
        validateStatus: null,
      })
      .then(receive, (error: unknown) => fail(error));
    return () => abort.abort();
  });
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
