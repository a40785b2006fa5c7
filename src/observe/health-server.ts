import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { distinctUntilKeyChanged, Observable, repeat, timer } from 'rxjs';

/** What one path answers. */
export interface HealthResponse {
  readonly status: 200 | 503;
  readonly type: string;
  readonly body: string;
}

export interface HealthServerOptions {
  readonly port: number;
  /** @default dual stack, else IPv4 */
  readonly host?: string | undefined;
  /** By path, such as `/healthz`. `verbose` is whether the query asks for more. */
  readonly routes: Readonly<Record<string, (verbose: boolean) => HealthResponse>>;
  /** @default 60_000: the container that has the port may go */
  readonly retryMs?: number;
  /** Milliseconds and numbers, as of node:http. */
  readonly limits?: Partial<typeof LIMITS>;
}

export type ServerStatus =
  | { readonly type: 'listening'; readonly host: string; readonly port: number }
  /** Another container of the pod has the port: charts depend on it that everything goes on. */
  | { readonly type: 'port-in-use'; readonly host: string; readonly port: number; readonly retryInMs: number }
  | {
      readonly type: 'failed';
      readonly host: string;
      readonly port: number;
      readonly error: Error;
      readonly retryInMs: number;
    };

/** Kubelet's probes come one by one; these bounds keep a slow or greedy client from taking the port from them. */
const LIMITS = {
  maxHeaderSize: 8_192,
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  keepAliveTimeout: 5_000,
  // A wake-up of an idle process each time: a slow client holds its connection this much longer than the limits say.
  connectionsCheckingInterval: 10_000,
  maxConnections: 100,
};

/** No IPv6 in this kernel or this network namespace. */
const NO_IPV6 = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL']);

/**
 * Serves the routes from subscribe to unsubscribe. Tells how it went, never errors, never completes: a port that
 * cannot be had is tried again, and told again only when that ends differently.
 */
export function serveHealth(options: HealthServerOptions): Observable<ServerStatus> {
  const { retryMs = 60_000 } = options;
  return listen(options, retryMs).pipe(repeat({ delay: () => timer(retryMs) }), distinctUntilKeyChanged('type'));
}

/** One server: completes when it could not listen, or no longer does. */
function listen({ port, host, routes, limits }: HealthServerOptions, retryInMs: number): Observable<ServerStatus> {
  return new Observable((subscriber) => {
    const hosts = host === undefined ? ['::', '0.0.0.0'] : [host];
    let current = 0;
    const { maxConnections, ...httpLimits } = { ...LIMITS, ...limits };
    const server = createServer(httpLimits, answerFrom(routes));
    server.maxConnections = maxConnections;
    const tryHost = () => server.listen({ port, host: hosts[current], ipv6Only: false });

    server.on('listening', () => {
      const address = server.address() as AddressInfo;
      subscriber.next({ type: 'listening', host: address.address, port: address.port });
    });
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (current + 1 < hosts.length && NO_IPV6.has(error.code ?? '')) {
        current++;
        tryHost();
        return;
      }
      const at = { host: hosts[current] ?? '', port, retryInMs };
      subscriber.next(error.code === 'EADDRINUSE' ? { type: 'port-in-use', ...at } : { type: 'failed', ...at, error });
      subscriber.complete();
    });
    tryHost();
    return () => {
      server.close();
      server.closeAllConnections();
    };
  });
}

function answerFrom(routes: HealthServerOptions['routes']): RequestListener {
  return (request, response) => {
    const [path = '', query = ''] = (request.url ?? '').split('?', 2);
    const route = routes[path];
    const send = (status: number, type: string, body: string, extra: Readonly<Record<string, string>> = {}) =>
      response
        .writeHead(status, {
          'content-type': type,
          'content-length': Buffer.byteLength(body),
          'cache-control': 'no-store',
          ...extra,
        })
        .end(body);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      send(405, 'text/plain', 'METHOD NOT ALLOWED', { allow: 'GET, HEAD', connection: 'close' });
    } else if (route === undefined) {
      send(404, 'text/plain', 'NOT FOUND');
    } else {
      const { status, type, body } = route(new URLSearchParams(query).has('verbose'));
      send(status, type, body);
    }
  };
}
