import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** Self-signed for localhost, 127.0.0.1 and *.example.test; its own authority. Good until 2126. */
export const certificateFile = new URL('fixtures/certificate.pem', import.meta.url).pathname;
const tls = {
  cert: readFileSync(certificateFile),
  key: readFileSync(new URL('fixtures/key.pem', import.meta.url)),
};

export interface SeenRequest {
  readonly method: string;
  /** As in the request line: with the query, and the whole URL where a proxy is asked. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export type Answer = (response: ServerResponse, request: SeenRequest) => void;

export interface TestServer {
  readonly port: number;
  readonly requests: readonly SeenRequest[];
  /** Connections that are open now. */
  readonly sockets: ReadonlySet<Socket>;
  /** What `CONNECT` asked for, and its headers. */
  readonly tunnels: readonly { readonly authority: string; readonly headers: IncomingHttpHeaders }[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export interface TestServerOptions {
  readonly secure?: boolean;
  /** Where tunnels lead, or the status that refuses them, or `hang`. */
  readonly tunnel?: number | 'hang' | { readonly toPort: number };
}

/** A real server on 127.0.0.1. Answers come in turn, the last one again and again. */
export async function startServer(answers: readonly Answer[], options: TestServerOptions = {}): Promise<TestServer> {
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const tunnels: { authority: string; headers: IncomingHttpHeaders }[] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const seen = { method, path, headers, body: Buffer.concat(chunks).toString() };
      requests.push(seen);
      answers[Math.min(requests.length, answers.length) - 1]?.(response, seen);
    });
  };
  const server = options.secure ? createTlsServer(tls, listener) : createServer(listener);
  server.on('connect', (request, socket: Socket) => {
    tunnels.push({ authority: request.url ?? '', headers: request.headers });
    socket.on('error', () => socket.destroy());
    const { tunnel } = options;
    if (typeof tunnel !== 'object') {
      // Open until the client lets go. Unread, its end would not be noticed.
      socket.resume().on('end', () => socket.end());
      if (tunnel !== 'hang') socket.write(`HTTP/1.1 ${tunnel ?? 405} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(tunnel.toPort, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    upstream.on('close', () => socket.destroy());
    socket.on('close', () => upstream.destroy());
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    sockets,
    tunnels,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A port on which nothing listens. */
export async function closedPort(): Promise<number> {
  await using server = await startServer([]);
  return server.port;
}

export const status =
  (code: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (response) => {
    response.writeHead(code, headers).end(body);
  };
