import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Agent, request } from 'node:https';
import type { KubeConnection } from '../kube/kube-connection.js';
import { closed, listening } from './loopback-server.js';

export interface GatewayRequest {
  /** `performance.now()` */
  readonly at: number;
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

/** What the API server is made to do instead of answering: an error, or nothing at all. */
export type GatewayFault = { readonly status: number } | 'mute' | undefined;

/**
 * The real API server over plain HTTP, so that a test sees what is asked of it, and can make it fail: with a status for
 * requests to come, or mute, when also streams that are open carry nothing more. Who asks is the administrator.
 */
export interface ApiGateway {
  readonly url: string;
  readonly requests: readonly GatewayRequest[];
  readonly lists: () => readonly GatewayRequest[];
  readonly watches: () => readonly GatewayRequest[];
  fail(fault: GatewayFault): void;
  /** Streams that are open now carry nothing more, for ever; requests to come are answered. */
  muteOpenStreams(): void;
  close(): Promise<void>;
}

export async function startApiGateway(kube: KubeConnection): Promise<ApiGateway> {
  const agent = new Agent({ ca: readFileSync(kube.caFile), keepAlive: true });
  const requests: GatewayRequest[] = [];
  let fault: GatewayFault;
  let muted = new Set<ServerResponse>();
  const open = new Set<ServerResponse>();

  const server = createServer((asked, answer) => {
    const url = new URL(asked.url ?? '/', 'http://gateway');
    requests.push({
      at: performance.now(),
      method: asked.method ?? '',
      path: url.pathname,
      query: url.searchParams,
    });
    if (fault === 'mute') return;
    if (fault !== undefined) {
      const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code: fault.status, message: 'on purpose' };
      answer.writeHead(fault.status, { 'content-type': 'application/json' }).end(JSON.stringify(status));
      return;
    }
    forward(asked, answer);
  });
  const forward = (asked: IncomingMessage, answer: ServerResponse) => {
    // The sidecar sends no token over plain HTTP.
    const authorization = `Bearer ${kube.adminToken}`;
    const headers = { ...asked.headers, host: `127.0.0.1:${kube.port}`, authorization };
    const upstream = request(`${kube.url}${asked.url}`, { method: asked.method, headers, agent }, (came) => {
      answer.writeHead(came.statusCode ?? 502, came.headers);
      answer.flushHeaders();
      const isMute = () => fault === 'mute' || muted.has(answer);
      came.on('data', (chunk: Buffer) => isMute() || answer.write(chunk));
      came.on('end', () => isMute() || answer.end());
      came.on('error', () => answer.destroy());
    });
    upstream.on('error', () => answer.destroy());
    open.add(answer);
    answer.on('close', () => {
      open.delete(answer);
      upstream.destroy();
    });
    asked.pipe(upstream);
  };
  const port = await listening(server);
  const isWatch = ({ query }: GatewayRequest) => query.get('watch') !== null;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    lists: () => requests.filter((asked) => !isWatch(asked)),
    watches: () => requests.filter(isWatch),
    fail(wanted) {
      fault = wanted;
    },
    muteOpenStreams() {
      muted = new Set(open);
    },
    async close() {
      agent.destroy();
      await closed(server);
    },
  };
}
