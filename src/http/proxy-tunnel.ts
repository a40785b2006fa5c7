import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type Socket } from 'node:net';
import { userinfoOf } from '../userinfo.js';
import { bareHost, ProxyError, portOf } from './find-proxy.js';

/** What TLS connections trust. */
export interface TlsTrust {
  readonly rejectUnauthorized: boolean;
  /** PEM; replaces the built-in authorities. */
  readonly ca?: Buffer | undefined;
}

/**
 * Opens a connection to an `https:` target through a proxy (RFC 9110, 9.3.6). `signal` ends it, at whatever point it is.
 * A proxy that says no is told from a target that does: its 403 is no wrong password of ours.
 */
export function openTunnel(target: URL, proxy: URL, trust: TlsTrust, signal: AbortSignal): Promise<Socket> {
  const authority = `${target.hostname}:${portOf(target)}`;
  const host = bareHost(proxy);
  const send = proxy.protocol === 'https:' ? httpsRequest : httpRequest;
  const authorization = proxyAuthorization(proxy);
  return new Promise((resolve, reject) => {
    const request = send({
      method: 'CONNECT',
      host,
      port: portOf(proxy),
      path: authority,
      headers: { host: authority, ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }) },
      // Without a name of its own the proxy would be asked for the certificate of the `host` header.
      servername: isIP(host) === 0 ? host : '',
      agent: false,
      signal,
      ...trust,
    });
    request.once('connect', ({ statusCode = 0 }, socket: Socket, head) => {
      if (statusCode >= 200 && statusCode <= 299) {
        if (head.length > 0) socket.unshift(head);
        // The request has let go of it, and TLS does not have it yet: an error in between would end the process.
        socket.on('error', () => undefined);
        signal.addEventListener('abort', () => socket.destroy(), { once: true });
        resolve(socket);
        return;
      }
      socket.destroy();
      reject(
        new ProxyError('PROXY_REFUSED', `the proxy ${proxy.origin} answered CONNECT ${authority} with ${statusCode}`),
      );
    });
    request.once('error', reject);
    request.end();
  });
}

/** `undefined` without userinfo. */
export function proxyAuthorization(proxy: URL): string | undefined {
  if (proxy.username === '') return undefined;
  const { username, password } = userinfoOf(proxy);
  const text = `${username}:${password}`;
  return `Basic ${Buffer.from(text, 'utf8').toString('base64')}`;
}
