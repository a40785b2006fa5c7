import { readFile } from 'node:fs/promises';
import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type Socket } from 'node:net';
import type { AxiosRequestConfig } from 'axios';
import { bareHost, findProxy, type ProxySettings, portOf } from './find-proxy.js';
import { openTunnel, proxyAuthorization, type TlsTrust } from './proxy-tunnel.js';

/** The part of a request's configuration that says over which connection it goes. */
export type ConnectionConfig = Pick<AxiosRequestConfig, 'httpAgent' | 'httpsAgent' | 'proxy' | 'headers'>;

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
 *
 * `proxy` is always said, since axios otherwise asks `process.env` itself.
 */
export async function connectionTo(url: URL, options: ConnectionOptions): Promise<ConnectionConfig> {
  const { trust, signal, onConnected } = options;
  const proxy = findProxy(url, options.proxy);
  if (proxy === undefined) return { ...agents(trust, onConnected), proxy: false };
  if (url.protocol === 'https:') {
    const socket = await openTunnel(url, proxy, trust, signal);
    return { ...agents({ ...trust, socket }, onConnected), proxy: false };
  }
  const host = bareHost(proxy);
  const authorization = proxyAuthorization(proxy);
  return {
    // Node takes the name for TLS from the `Host` header, which names the target here, not the proxy.
    ...agents({ ...trust, servername: isIP(host) === 0 ? host : '' }, onConnected),
    proxy: { protocol: proxy.protocol, host, port: portOf(proxy) },
    ...(authorization === undefined ? {} : { headers: { 'proxy-authorization': authorization } }),
  };
}

/** What to trust, read anew at each try so that a rotated file counts. Rejects with the errno of a file that cannot be read. */
export async function readTrust(skipTlsVerify: boolean, caFile: string | undefined): Promise<TlsTrust> {
  if (skipTlsVerify) return { rejectUnauthorized: false };
  return { rejectUnauthorized: true, ca: caFile === undefined ? undefined : await readFile(caFile) };
}

function agents(
  tls: TlsTrust & { readonly socket?: Socket; readonly servername?: string },
  onConnected: () => void,
): Pick<AxiosRequestConfig, 'httpAgent' | 'httpsAgent'> {
  const fresh: AgentOptions = { keepAlive: false };
  const httpAgent = announcing(new HttpAgent(fresh), 'connect', onConnected);
  const httpsAgent = announcing(
    new HttpsAgent({ ...fresh, maxCachedSessions: 0, ...tls }),
    'secureConnect',
    onConnected,
  );
  return { httpAgent, httpsAgent };
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
