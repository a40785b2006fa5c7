import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** What came with one request, before anything was answered. */
export interface RecordedRequest {
  readonly method: string;
  /** As it was asked: a path, or what a proxy is asked for. */
  readonly target: string;
  /** With all their values, as they came. */
  readonly headers: readonly string[];
  /** Whether a client certificate was shown. */
  readonly certified: boolean;
}

export interface Recorder {
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: number;
  /** Open now, and the most that were open at a time. */
  readonly open: number;
  readonly mostOpen: number;
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
}

export interface RecorderOptions {
  readonly tls?: boolean;
  /** @default 200 with `content of` and the path, and redirects of `/to?URL` */
  readonly answer?: (request: IncomingMessage, response: ServerResponse) => void;
}

const fixtures = new URL('../unit/sinks/http/fixtures/', import.meta.url);
export const testCertificate = {
  certFile: new URL('certificate.pem', fixtures).pathname,
  keyFile: new URL('key.pem', fixtures).pathname,
};

/** `/to?URL` leads there; everything else has content. */
export function redirectOr200(request: IncomingMessage, response: ServerResponse): void {
  const [path = '', location] = (request.url ?? '').split(/(?<=^\/to)\?/);
  if (location === undefined) response.end(`content of ${path}`);
  else response.writeHead(302, { location: decodeURIComponent(location) }).end();
}

/** Somebody's server, at 127.0.0.1 and at ::1 under one port, which notes who comes. */
export async function startRecorder({ tls = false, answer = redirectOr200 }: RecorderOptions = {}): Promise<Recorder> {
  const requests: RecordedRequest[] = [];
  const count = { connections: 0, open: 0, mostOpen: 0 };
  const listener: RequestListener = (request, response) => {
    const { method = '', url: target = '', rawHeaders: headers } = request;
    const certificate = tls ? (request.socket as TLSSocket).getPeerCertificate() : {};
    requests.push({ method, target, headers, certified: Object.keys(certificate ?? {}).length > 0 });
    answer(request, response);
  };
  const servers: Server[] = [];
  const listenAt = async (host: string, port: number): Promise<number> => {
    const server = tls ? createTlsServer({ ...pem(), requestCert: true, rejectUnauthorized: false }) : createServer();
    server.on('connection', (socket) => {
      count.connections++;
      count.mostOpen = Math.max(count.mostOpen, ++count.open);
      socket.on('error', () => {}).on('close', () => count.open--);
    });
    // A proxy's other form, which is noted and refused.
    server.on('connect', (request, socket) => {
      const { method = '', url: target = '', rawHeaders: headers } = request;
      requests.push({ method, target, headers, certified: false });
      socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
    });
    server.on('request', listener).listen(port, host);
    await once(server, 'listening');
    servers.push(server);
    return (server.address() as AddressInfo).port;
  };
  const port = await listenAt('127.0.0.1', 0);
  // A machine without IPv6 has nobody to be asked there.
  await listenAt('::1', port).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EADDRNOTAVAIL' && error.code !== 'EAFNOSUPPORT') throw error;
  });
  return {
    port,
    requests,
    get connections() {
      return count.connections;
    },
    get open() {
      return count.open;
    },
    get mostOpen() {
      return count.mostOpen;
    },
    async close() {
      const closed = servers.map((server) => once(server, 'close'));
      for (const server of servers) server.close().closeAllConnections();
      await Promise.all(closed);
    },
  };
}

function pem() {
  return { cert: readFileSync(testCertificate.certFile), key: readFileSync(testCertificate.keyFile) };
}
