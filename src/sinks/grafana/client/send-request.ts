import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connectionTo } from '../../../http/connection.js';
import type { TlsTrust } from '../../../http/proxy-tunnel.js';
import type { GrafanaRequest } from './grafana-answer.js';
import type { GrafanaTarget } from './grafana-target.js';

/** Whether the connection stood when it broke: only then may Grafana have heard us. */
export interface Progress {
  isConnected: boolean;
}

/** What all hops of a request share. */
export interface Sending {
  readonly target: GrafanaTarget;
  readonly request: GrafanaRequest;
  readonly trust: TlsTrust;
  readonly body: Buffer | undefined;
  readonly authorization: string | undefined;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** Resolves with the head of the answer, whatever its status: the body is to be read or destroyed. Rejects with errors of the socket or the proxy. */
export async function sendRequest(url: URL, sending: Sending): Promise<IncomingMessage> {
  const { target, request, trust, body, authorization, progress, signal } = sending;
  progress.isConnected = false;
  const onConnected = () => {
    progress.isConnected = true;
  };
  const connection = await connectionTo(url, { proxy: target.proxy, trust, signal, onConnected });
  const headers = {
    ...connection.headers,
    accept: request.accept ?? 'application/json',
    // What is packed would have to be counted twice.
    'accept-encoding': 'identity',
    'user-agent': target.userAgent,
    ...(authorization !== undefined && { authorization }),
    ...(target.orgId !== undefined && { 'x-grafana-org-id': String(target.orgId) }),
    ...(body && { 'content-type': 'application/json', 'content-length': String(body.length) }),
  };
  const send = connection.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = send({ ...connection, method: request.method, headers, signal });
    // After the head it is the body that tells of a connection that broke.
    sent.on('error', reject);
    sent.on('response', resolve);
    sent.end(body);
  });
}

export function isRedirect({ statusCode = 0 }: IncomingMessage): boolean {
  return [301, 302, 303, 307, 308].includes(statusCode);
}
