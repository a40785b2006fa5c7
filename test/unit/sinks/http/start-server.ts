import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type PeerCertificate, TLSSocket } from 'node:tls';

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
  /** The common name of the client's certificate, where it showed one. */
  readonly client: string | undefined;
}

export type Answer = (response: ServerResponse, request: SeenRequest) => void;

export interface TestServer {
  readonly port: number;
  readonly requests: readonly SeenRequest[];
  /** Connections that are open now. */
  readonly sockets: ReadonlySet<Socket>;
  /** What `CONNECT` asked for, and its headers. */
  readonly tunnels: readonly (Pick<SeenRequest, 'headers' | 'client'> & { readonly authority: string })[];
  readonly [Symbol.asyncDispose]: () => Promise<void>;
}

export interface TestServerOptions {
  readonly secure?: boolean;
  /** PEM of the authority whose certificates clients must show; `optional` lets in who shows none. */
  readonly clientAuthority?: string;
  readonly optional?: boolean;
  readonly maxVersion?: 'TLSv1.2';
  /** Listen there instead of on 127.0.0.1. */
  readonly socketPath?: string;
  /** Where tunnels lead, or the status that refuses them, or `hang`. */
  readonly tunnel?: number | 'hang' | { readonly toPort: number };
}

/** A real server on 127.0.0.1. Answers come in turn, the last one again and again. */
export async function startServer(answers: readonly Answer[], options: TestServerOptions = {}): Promise<TestServer> {
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  const tunnels: TestServer['tunnels'][number][] = [];
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      const client = clientOf(request.socket);
      const seen = { method, path, headers, body: Buffer.concat(chunks).toString(), client };
      requests.push(seen);
      answers[Math.min(requests.length, answers.length) - 1]?.(response, seen);
    });
  };
  const { clientAuthority, optional = false, maxVersion } = options;
  const clients = clientAuthority && { requestCert: true, rejectUnauthorized: !optional, ca: clientAuthority };
  const server = options.secure
    ? createTlsServer({ ...tls, ...clients, ...(maxVersion && { maxVersion }) }, listener)
    : createServer(listener);
  server.on('connect', (request, socket: Socket) => {
    tunnels.push({ authority: request.url ?? '', headers: request.headers, client: clientOf(socket) });
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
  if (options.socketPath === undefined) server.listen(0, '127.0.0.1');
  else server.listen(options.socketPath);
  await once(server, 'listening');
  const address = server.address() as AddressInfo | string;
  return {
    port: typeof address === 'string' ? 0 : address.port,
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

function clientOf(socket: Socket): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined;
  const { subject } = socket.getPeerCertificate() as Partial<PeerCertificate>;
  return typeof subject?.CN === 'string' ? subject.CN : undefined;
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
