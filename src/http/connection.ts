import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { isIP, type LookupFunction, type Socket } from 'node:net';
import type { ClientCertificate } from './client-certificate.js';
import { bareHost, findProxy, type ProxySettings, portOf } from './find-proxy.js';
import { openTunnel, proxyAuthorization, type TlsTrust } from './proxy-tunnel.js';

/** Where a request goes and what it asks for there, as `request` of `node:http` and `node:https` take it. */
export interface ConnectionConfig extends Pick<RequestOptions, 'host' | 'port' | 'path' | 'agent' | 'socketPath'> {
  /** Of the connection: a proxy's where there is one between. */
  readonly protocol: 'http:' | 'https:';
  readonly headers: Readonly<Record<string, string>>;
}

export interface ConnectionOptions {
  readonly proxy: ProxySettings;
  readonly trust: TlsTrust;
  /** Shown to the target where it speaks TLS, and to no proxy. @default none */
  readonly clientCertificate?: ClientCertificate | undefined;
  /** The unix socket where the target listens: no proxy, no name to resolve. @default the host and port of the URL */
  readonly socketPath?: string | undefined;
  /** Which addresses of a direct connection may be asked; whom a proxy asks is its own matter. @default all */
  readonly guard?: AddressGuard | undefined;
  /** Ends a tunnel, at whatever point it is. */
  readonly signal: AbortSignal;
  /** The connection stands, TLS included: from now on the other side may have heard us. */
  readonly onConnected: () => void;
}

/** Decides twice, since a name may be looked up by somebody else: of what a name stands for, and of who answers. */
export interface AddressGuard {
  /** Gives none but addresses that may be asked. */
  readonly lookup: LookupFunction;
  /** Why the connection that stands must not be used: it ends with this error before anything is sent. */
  readonly refuse: (address: string | undefined) => Error | undefined;
}

/**
 * One connection for one request: direct, through a tunnel, or (plain HTTP) with the proxy as the one asked. Never kept
 * alive: reloads are rare, and a socket that idled through a restart of the application would make the next one fail.
 */
export async function connectionTo(url: URL, options: ConnectionOptions): Promise<ConnectionConfig> {
  const { trust, clientCertificate, socketPath, signal, onConnected } = options;
  const protocol = url.protocol === 'https:' ? 'https:' : 'http:';
  const proxy = socketPath === undefined ? findProxy(url, options.proxy) : undefined;
  const headers = { host: url.host };
  if (proxy !== undefined && protocol === 'http:') {
    const host = bareHost(proxy);
    const authorization = proxyAuthorization(proxy);
    // Node takes the name for TLS from the `Host` header, which names the target here, not the proxy.
    const tls = { ...trust, servername: isIP(host) === 0 ? host : '' };
    const towards = proxy.protocol === 'https:' ? 'https:' : 'http:';
    return {
      protocol: towards,
      host,
      port: portOf(proxy),
      // The absolute form is how a proxy is asked (RFC 9112, 3.2.2).
      path: `${url.origin}${url.pathname}${url.search}`,
      headers: { ...headers, ...(authorization !== undefined && { 'proxy-authorization': authorization }) },
      agent: freshAgent(towards, tls, onConnected),
    };
  }
  const tunnel = proxy === undefined ? {} : { socket: await openTunnel(url, proxy, trust, signal) };
  return {
    protocol,
    ...(socketPath === undefined ? { host: bareHost(url), port: portOf(url) } : { socketPath }),
    path: `${url.pathname}${url.search}`,
    headers,
    agent: freshAgent(
      protocol,
      { ...trust, ...clientCertificate, ...tunnel },
      onConnected,
      proxy === undefined ? options.guard : undefined,
    ),
  };
}

/**
 * What to trust, read anew at each try so that a rotated file counts. Throws an error with a code for a file that cannot be
 * read, and for one that holds no certificate: TLS would pass over it, and the fault would seem to be the other side's.
 */
export function readTrust(skipTlsVerify: boolean, caFile: string | undefined): TlsTrust {
  if (skipTlsVerify) return { rejectUnauthorized: false };
  if (caFile === undefined) return { rejectUnauthorized: true, ca: undefined };
  const ca = readFileSync(caFile);
  // The first one of a bundle stands for all.
  void new X509Certificate(ca);
  return { rejectUnauthorized: true, ca };
}

function freshAgent(
  protocol: 'http:' | 'https:',
  tls: TlsTrust & Partial<ClientCertificate> & { readonly socket?: Socket; readonly servername?: string },
  onConnected: () => void,
  guard?: AddressGuard,
): HttpAgent {
  const fresh: AgentOptions & { lookup?: LookupFunction } = {
    keepAlive: false,
    ...(guard && { lookup: guard.lookup }),
  };
  return protocol === 'https:'
    ? announcing(new HttpsAgent({ ...fresh, maxCachedSessions: 0, ...tls }), 'secureConnect', onConnected, guard)
    : announcing(new HttpAgent(fresh), 'connect', onConnected, guard);
}

function announcing<A extends HttpAgent>(agent: A, event: string, onConnected: () => void, guard?: AddressGuard): A {
  const create = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = create(options, callback) as Socket | undefined;
    if (guard !== undefined) {
      // Ahead of every other listener: those send what waits.
      socket?.once('connect', () => {
        const refused = guard.refuse(socket.remoteAddress);
        if (refused !== undefined) socket.destroy(refused);
      });
    }
    socket?.once(event, onConnected);
    return socket;
  };
  return agent;
}
