import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { Agent, request as requestTls } from 'node:https';
import type { Body } from './api-body.js';
import { WatchConnection } from './watch-connection.js';

/** Where an API is and as whom it is asked. */
export interface ApiAddress {
  readonly url: string;
  /** PEM; `undefined` without TLS. */
  readonly ca: string | undefined;
  readonly token: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Parsed; an empty object where the answer is no JSON. */
  readonly body: Body;
  readonly bytes: Buffer;
}

export interface AskOptions {
  /** An object is sent as JSON, text as it is. */
  readonly body?: unknown;
  /** Over the ones that every request has: a bearer token, `accept: application/json`, the content type of the body. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Query parameters; `undefined` leaves one out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export const mergePatch = 'application/merge-patch+json';
export const strategicMergePatch = 'application/strategic-merge-patch+json';
export const jsonPatch = 'application/json-patch+json';

/** A path with a query. */
export function at(path: string, query: Query): string {
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  return `${path}?${new URLSearchParams(pairs.map(([name, value]) => [name, String(value)]))}`;
}

/** Plain HTTP as it is: no status is an error, nothing is retried, nothing is made up. */
export class ApiClient {
  readonly #address: ApiAddress;
  readonly #agent: Agent | undefined;

  constructor(address: ApiAddress) {
    this.#address = address;
    this.#agent = address.ca === undefined ? undefined : new Agent({ ca: address.ca, keepAlive: true });
  }

  get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
    return this.ask('GET', path, { headers });
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.ask('POST', path, { body });
  }

  put(path: string, body: unknown): Promise<Answer> {
    return this.ask('PUT', path, { body });
  }

  patch(path: string, body: unknown, contentType: string = mergePatch): Promise<Answer> {
    return this.ask('PATCH', path, { body, headers: { 'content-type': contentType } });
  }

  delete(path: string, body?: unknown): Promise<Answer> {
    return this.ask('DELETE', path, { body });
  }

  /** As `post`, for arranging: anything but 201 is an error. */
  async create(path: string, object: unknown): Promise<Body> {
    const { status, body } = await this.post(path, object);
    if (status !== 201) throw new Error(`Expected POST ${path} to answer 201, got ${status}: ${body.message}`);
    return body;
  }

  async ask(method: string, path: string, options: AskOptions = {}): Promise<Answer> {
    const answer = await this.#send(method, path, options);
    const bytes = Buffer.concat((await answer.toArray()) as Buffer[]);
    const text = bytes.toString();
    const body = (text.startsWith('{') ? JSON.parse(text) : {}) as Body;
    return { status: answer.statusCode ?? 0, headers: answer.headers, body, bytes };
  }

  /** Resolves when the answer begins, whatever its status. */
  async watch(path: string, query: Query = {}, headers: Readonly<Record<string, string>> = {}) {
    return new WatchConnection(await this.#send('GET', at(path, { watch: true, ...query }), { headers }));
  }

  /** Cuts what is still open, so that the process can end. */
  close(): void {
    this.#agent?.destroy();
  }

  #send(method: string, path: string, { body, headers }: AskOptions): Promise<IncomingMessage> {
    const payload = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const all = {
      authorization: `Bearer ${this.#address.token}`,
      accept: 'application/json',
      ...(payload !== undefined && {
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(payload)),
      }),
      ...headers,
    };
    return new Promise((resolve, reject) => {
      const url = `${this.#address.url}${path}`;
      const asked = this.#agent
        ? requestTls(url, { method, headers: all, agent: this.#agent }, resolve)
        : request(url, { method, headers: all }, resolve);
      asked.on('error', reject).end(payload);
    });
  }
}
