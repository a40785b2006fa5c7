import { readFileSync } from 'node:fs';
import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { bareHost, findProxy, type ProxySettings, portOf } from './find-proxy.js';
import { openTunnel, proxyAuthorization, type TlsTrust } from './proxy-tunnel.js';

/** Where a request goes and what it asks for there, as `request` of `node:http` and `node:https` take it. */
export interface ConnectionConfig extends Pick<RequestOptions, 'host' | 'port' | 'path' | 'agent'> {
  /** Of the connection: a proxy's where there is one between. */
  readonly protocol: 'http:' | 'https:';
  readonly headers: Readonly<Record<string, string>>;
}

export interface ConnectionOptions {
  readonly proxy: ProxySettings;
  readonly trust: TlsTrust;
  /** Ends a tunnel, at whatever point it is. */
  readonly signal: AbortSignal;
  /** The connection stands, TLS included: from now on the other side may have heard us. */
  readonly onConnected: () => void;
}

/**
 * One connection for one request: direct, through a tunnel, or (plain HTTP) with the proxy as the one asked. Never kept
 * alive: reloads are rare, and a socket that idled through a restart of the application would make the next one fail.
 */
export async function connectionTo(url: URL, options: ConnectionOptions): Promise<ConnectionConfig> {
  const { trust, signal, onConnected } = options;
  const protocol = url.protocol === 'https:' ? 'https:' : 'http:';
  const proxy = findProxy(url, options.proxy);
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
    host: bareHost(url),
    port: portOf(url),
    path: `${url.pathname}${url.search}`,
    headers,
    agent: freshAgent(protocol, { ...trust, ...tunnel }, onConnected),
  };
}

/** What to trust, read anew at each try so that a rotated file counts. Throws the errno of a file that cannot be read. */
export function readTrust(skipTlsVerify: boolean, caFile: string | undefined): TlsTrust {
  if (skipTlsVerify) return { rejectUnauthorized: false };
  return { rejectUnauthorized: true, ca: caFile === undefined ? undefined : readFileSync(caFile) };
}

function freshAgent(
  protocol: 'http:' | 'https:',
  tls: TlsTrust & { readonly socket?: Socket; readonly servername?: string },
  onConnected: () => void,
): HttpAgent {
  const fresh: AgentOptions = { keepAlive: false };
  return protocol === 'https:'
    ? announcing(new HttpsAgent({ ...fresh, maxCachedSessions: 0, ...tls }), 'secureConnect', onConnected)
    : announcing(new HttpAgent(fresh), 'connect', onConnected);
}

function announcing<A extends HttpAgent>(agent: A, event: string, onConnected: () => void): A {
  const create = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = create(options, callback);
    socket?.once(event, onConnected);
    return socket;
  };
  return agent;
}
