import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { EmbeddedKubernetes } from '../../../src/testing/index.js';

export interface AskOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** `null`: none. @default the server's */
  readonly token?: string | null;
}

// biome-ignore lint/suspicious/noExplicitAny: what a server answers is looked at field by field.
type Json = any;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  readonly json: Json;
}

/** An answer as it comes. */
export interface Stream {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** What came so far. */
  readonly text: () => string;
  /** The events of a watch that came so far. */
  readonly events: () => readonly { readonly type: string; readonly object: Json }[];
  readonly pause: () => void;
  readonly resume: () => void;
  readonly destroy: () => void;
  /** `end`, or the code of the error that ended it. */
  readonly ended: Promise<string>;
}

/** One request, to the end of its answer. Verifies the certificate. Rejects with the socket's error. */
export async function ask(api: EmbeddedKubernetes, path: string, options: AskOptions = {}): Promise<Answer> {
  const stream = await open(api, path, options);
  const ended = await stream.ended;
  if (ended !== 'end') throw Object.assign(new Error(`${path}: ${ended}`), { code: ended, text: stream.text() });
  const text = stream.text();
  return {
    status: stream.status,
    headers: stream.headers,
    text,
    json: text.startsWith('{') ? JSON.parse(text) : undefined,
  };
}

/** One request, to the begin of its answer. A connection of its own. */
export function open(api: EmbeddedKubernetes, path: string, options: AskOptions = {}): Promise<Stream> {
  const { body, token = api.token } = options;
  const payload = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
  const method = options.method ?? (payload === undefined ? 'GET' : 'POST');
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const headers = {
    ...(token !== null && { authorization: `Bearer ${token}` }),
    ...(payload !== undefined && { 'content-type': type, 'content-length': Buffer.byteLength(payload) }),
    ...options.headers,
  };
  const send = api.url.startsWith('https:') ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const asked = send(`${api.url}${path}`, { method, headers, agent: false, ca: api.ca }, (answer) => {
      const chunks: Buffer[] = [];
      const text = () => Buffer.concat(chunks).toString();
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      resolve({
        status: answer.statusCode ?? 0,
        headers: answer.headers,
        text,
        events: () =>
          text()
            .split('\n')
            .slice(0, -1)
            .map((line) => JSON.parse(line)),
        pause: () => void answer.pause(),
        resume: () => void answer.resume(),
        destroy: () => void asked.destroy(),
        ended: new Promise((end) => {
          answer.once('end', () => end('end'));
          answer.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
        }),
      });
    });
    asked.on('error', reject);
    asked.end(payload);
  });
}

export const configmaps = '/api/v1/namespaces/default/configmaps';

export function configMap(name: string, data?: Readonly<Record<string, string>>, metadata: object = {}) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...metadata }, ...(data && { data }) };
}
