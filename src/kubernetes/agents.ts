import { createHash } from 'node:crypto';
import { type AgentOptions, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { HttpProxyAgent, HttpsProxyAgent } from 'hpagent';
import type { TlsIdentity } from './credential-source.js';

export interface Agents {
  /** The agent for these certificates: the same as before while they are the same bytes. */
  forTls(tls: TlsIdentity): { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent };
  /** Closes idle connections; those in use are closed when their request ends. */
  close(): void;
}

/** Load balancers drop what is idle for 60 s; client-go's value. */
const KEEP_ALIVE: AgentOptions = { keepAlive: true, keepAliveMsecs: 30_000 };

/**
 * Connections that are kept and shared by all requests. When a certificate changes (the CA file is rotated, an exec
 * plugin gives a new certificate), new requests use new connections and trust; a watch that runs goes on with its own.
 *
 * `proxy` is the kubeconfig's `proxy-url`: connections go through a CONNECT tunnel of it, TLS to the server within.
 */
export function createAgents(proxy?: URL): Agents {
  const newHttpsAgent = (tls: TlsIdentity) => {
    const options = { ...KEEP_ALIVE, ...tls };
    return proxy === undefined ? new HttpsAgent(options) : new HttpsProxyAgent({ ...options, proxy });
  };
  const httpAgent = proxy === undefined ? new HttpAgent(KEEP_ALIVE) : new HttpProxyAgent({ ...KEEP_ALIVE, proxy });
  let httpsAgent = newHttpsAgent({});
  let identity = '';

  return {
    forTls: (tls) => {
      const wanted = fingerprint(tls);
      if (wanted !== identity) {
        retire(httpsAgent);
        httpsAgent = newHttpsAgent(tls);
        identity = wanted;
      }
      return { httpAgent, httpsAgent };
    },
    close: () => {
      retire(httpAgent);
      retire(httpsAgent);
    },
  };
}

/** `agent.destroy()` would cut the watches too. */
function retire(agent: HttpAgent): void {
  agent.maxFreeSockets = 0;
  for (const socket of Object.values(agent.freeSockets).flatMap((sockets) => sockets ?? [])) {
    socket.destroy();
  }
}

function fingerprint({ ca, cert, key, servername, rejectUnauthorized }: TlsIdentity): string {
  const hash = createHash('sha256');
  for (const part of [ca, cert, key, servername, rejectUnauthorized]) {
    const bytes = Buffer.isBuffer(part) ? part : Buffer.from(String(part));
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return hash.digest('base64');
}
