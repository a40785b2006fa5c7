import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { AddressRules } from './address-rules.js';
import { connectionTo } from './connection.js';
import { findProxy, type ProxySettings } from './find-proxy.js';
import { checkName, guardAddresses, type Lookup, RefusedAddress } from './guard-addresses.js';
import type { TlsTrust } from './proxy-tunnel.js';

/** What all hops of a fetch share. */
export interface Hops {
  readonly rules: AddressRules;
  /** `URL_DENY=none`: what a proxy looks up is not looked up by us. */
  readonly unguarded: boolean;
  readonly lookup: Lookup;
  readonly proxy: ProxySettings;
  readonly trust: TlsTrust;
  readonly userAgent: string;
  readonly signal: AbortSignal;
  readonly onConnecting: () => void;
  readonly onConnected: () => void;
}

/**
 * One GET: resolves with the answer's head, whatever its status; the body is to be read or destroyed. Rejects with a
 * {@link RefusedAddress}, or with errors of the socket, of the proxy, or of the abort.
 *
 * 1. The URL as it is written: host list, literal addresses, names that tell enough.
 * 2. What its name stands for, where a proxy will look it up.
 * 3. The addresses that a connection of ours chooses from.
 * 4. The address that it has reached.
 */
export async function askHop(
  url: URL,
  headers: Readonly<Record<string, string>>,
  hops: Hops,
): Promise<IncomingMessage> {
  const { rules, lookup, proxy, trust, signal, onConnected } = hops;
  hops.onConnecting();
  const reason = rules.refuseUrl(url); // 1
  if (reason !== undefined) throw new RefusedAddress(reason);
  if (!hops.unguarded && findProxy(url, proxy) !== undefined) await checkName(url, rules, lookup); // 2
  const guard = guardAddresses(url, rules, lookup); // 3, 4
  const connection = await connectionTo(url, { proxy, trust, signal, onConnected, guard });
  const send = connection.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send({
      ...connection,
      method: 'GET',
      signal,
      headers: {
        ...connection.headers,
        accept: '*/*',
        // Bytes are counted as they come; what is packed would have to be counted twice.
        'accept-encoding': 'identity',
        'user-agent': hops.userAgent,
        ...headers,
      },
    });
    request.on('error', reject);
    request.on('response', resolve);
    request.end();
  });
}
