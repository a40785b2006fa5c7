import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, isIPv6 } from 'node:net';
import type { ServerCertificate } from './certificate.js';
import { type Connections, trackConnections } from './connections.js';

export interface ListenOptions {
  readonly port: number;
  readonly host: string;
  /** `undefined`: without TLS. */
  readonly certificate: ServerCertificate | undefined;
}

export interface Listening {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Ends idle connections at once, others once they have sent what they had; frees the port. */
  close(): Promise<void>;
}

/** As Go's servers: a client that reuses a connection within this time finds it open. */
const KEEP_ALIVE_MS = 90_000;
/** Answers that were ended have this long to get out before their connections are closed. */
const LINGER_MS = 200;

/** Listens, or rejects with Node's error (`EADDRINUSE`). The listener is asked for when the connections are known. */
export async function listen(
  { port, host, certificate }: ListenOptions,
  listenerOf: (connections: Connections) => RequestListener,
): Promise<Listening> {
  const server: Server = certificate
    ? createHttpsServer({ cert: certificate.cert, key: certificate.key })
    : createHttpServer();
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const connections = trackConnections(server);
  server.on('request', listenerOf(connections));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address() as AddressInfo;
  const name = isIPv6(host) ? `[${host}]` : host;
  return {
    url: `${certificate ? 'https' : 'http'}://${name}:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        const linger = setTimeout(() => connections.closeAll(), LINGER_MS);
        server.close(() => {
          clearTimeout(linger);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}
