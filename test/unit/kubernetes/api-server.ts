import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

export interface ApiServer {
  readonly url: string;
  readonly port: number;
  /** What was asked, in order. */
  readonly requests: IncomingMessage[];
  /** Connections that are open now. */
  readonly sockets: Set<Socket>;
  /** How many connections were made in all. */
  connections: number;
  /** Answers the next requests; the last one answers all others too. */
  script(...answers: Answer[]): void;
  close(): Promise<void>;
}

/** A server on 127.0.0.1 that plays an API server by a script, with TLS where `tls` is given. Gone after the test. */
export async function startApiServer(tls?: ServerOptions): Promise<ApiServer> {
  let answers: Answer[] = [];
  const sockets = new Set<Socket>();
  const requests: IncomingMessage[] = [];
  const answer: Answer = (request, response) => {
    requests.push(request);
    const next = answers.length > 1 ? answers.shift() : answers[0];
    next?.(request, response);
  };
  const server = tls === undefined ? createHttpServer(answer) : createHttpsServer(tls, answer);
  const api = {
    requests,
    sockets,
    connections: 0,
    script: (...script: Answer[]) => {
      answers = script;
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  server.on('connection', (socket) => {
    api.connections++;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  onTestFinished(() => api.close());
  const { port } = server.address() as AddressInfo;
  return Object.assign(api, { port, url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}` });
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
}

/** A Status, as the API server says errors. */
export function status(code: number, reason: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', reason, code, ...more };
}

/** Waits until `isTrue`, as long as the test may take. */
export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) {
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
