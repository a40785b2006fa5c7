import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

export interface ReceivedRequest {
  /** `Date.now()` when the whole request was here. */
  readonly at: number;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/**
 * What to do with a request: a status to answer with, `hang` (never answer) or `reset` (RST instead of an answer).
 */
export type ReceiverAnswer =
  | {
      readonly status: number;
      readonly headers?: Record<string, string>;
      readonly body?: string;
      readonly delayMs?: number;
    }
  | 'hang'
  | 'reset';

export interface Receiver {
  readonly port: number;
  /** `http://127.0.0.1:PORT/reload` */
  readonly url: string;
  /** All so far, in order. */
  readonly requests: readonly ReceivedRequest[];
  /** The answers from now on: one for each request in turn, the last one again and again. */
  answer(...answers: readonly ReceiverAnswer[]): void;
  close(): Promise<void>;
}

/** The application that is told to reload: answers 200 until it is told otherwise. */
export async function startReceiver(): Promise<Receiver> {
  const requests: ReceivedRequest[] = [];
  let script: readonly ReceiverAnswer[] = [];
  let asked = 0;

  const server = createServer((request, response) => {
    receive(request, response).catch(() => response.destroy());
  });
  const receive = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers } = request;
    requests.push({ at: Date.now(), method, path, headers, body: Buffer.concat(chunks).toString() });
    const answer = script[Math.min(asked++, script.length - 1)] ?? { status: 200 };
    if (answer === 'hang') return;
    if (answer === 'reset') {
      request.socket.resetAndDestroy();
      return;
    }
    if (answer.delayMs) await wait(answer.delayMs);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };

  return {
    port,
    url: `http://127.0.0.1:${port}/reload`,
    requests,
    answer(...answers) {
      script = answers;
      asked = 0;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
