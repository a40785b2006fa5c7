import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, createAnswer } from '../answer.js';
import type { Connections } from '../connections.js';
import { StatusError, tooLarge } from '../status.js';
import type { Accounts } from './accounts.js';
import type { GrafanaReply } from './grafana-call.js';
import type { GrafanaFaults } from './grafana-faults.js';
import type { GrafanaLog, LoggedRequest } from './grafana-log.js';
import type { GrafanaWorld } from './grafana-world.js';
import { type GrafanaAsk, MAX_BODY_BYTES, readAsk } from './read-ask.js';
import { Refusal } from './refusal.js';
import { serveApis } from './serve-apis.js';
import { serveLegacy } from './serve-legacy.js';
import { limitOf, type SentReply, strikeFault } from './strike-fault.js';

export interface GrafanaReception {
  readonly world: GrafanaWorld;
  readonly accounts: Accounts;
  readonly faults: GrafanaFaults;
  readonly log: GrafanaLog;
  readonly connections: Connections;
}

/**
 * Takes a request from its first line to its answer:
 *
 * 1. It is written down, with the name of its credential.
 * 2. A fault that waits for it strikes.
 * 3. Its body is read, to the end even if it is too large.
 * 4. It is served, in one go: what others do comes before or after it.
 */
export async function receiveGrafanaRequest(
  { world, accounts, faults, log, connections }: GrafanaReception,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = '', url: path = '/', headers } = request;
  const credential = accounts.credentialOf(headers.authorization);
  const entry = log.add({ time: world.now(), method, path, credential }); // 1
  const fault = faults.strike(entry);
  const { remotePort } = request.socket;
  const connection = { reset: () => connections.reset(remotePort), close: () => connections.close(remotePort) };
  const answer = createAnswer(response, connection, limitOf(fault));
  response.once('close', () => end(world, entry, entry.status));
  try {
    const struck = fault && (await strikeFault(fault, isApis(path), answer)); // 2
    const ask = await readAsk(request); // 3
    if (struck === 'nothing') return;
    send(world, entry, answer, struck ?? serve(world, accounts, ask)); // 4
  } catch {
    // The client is gone.
    answer.cut();
  }
}

function serve(world: GrafanaWorld, accounts: Accounts, ask: GrafanaAsk): GrafanaReply {
  const isBelowApis = isApis(ask.pathname);
  try {
    if (ask.body.length > MAX_BODY_BYTES) throw bodyTooLarge(isBelowApis);
    return isBelowApis ? serveApis(world, accounts, ask) : serveLegacy(world, accounts, ask);
  } catch (error) {
    if (error instanceof Refusal) return { status: error.status, json: error.body };
    if (error instanceof StatusError) return { status: error.httpStatus, json: error.status };
    // A fault of ours. Its message may quote what was sent.
    return { status: 500, json: { message: 'Internal server error' } };
  }
}

function isApis(path: string): boolean {
  return /^\/apis(?:[/?]|$)/.test(path);
}

/** ToDashboardErrorResponse, and k8s.io/apiserver. */
function bodyTooLarge(isBelowApis: boolean): Error {
  return isBelowApis
    ? tooLarge(`limit is ${MAX_BODY_BYTES}`)
    : new Refusal(413, `Dashboard is too large, max is ${MAX_BODY_BYTES / 1024 / 1024} MB`);
}

function send(world: GrafanaWorld, entry: LoggedRequest, answer: Answer, reply: SentReply): void {
  const { status, json, retryAfterSeconds } = reply;
  const body = Buffer.from(JSON.stringify(json));
  answer.begin(status, {
    'content-type': 'application/json; charset=UTF-8',
    'cache-control': 'no-store',
    'content-length': body.length,
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
  });
  // Before the client can have it: who has read the answer finds it in the log.
  end(world, entry, status);
  answer.end(body);
}

function end({ now }: GrafanaWorld, entry: LoggedRequest, status: number | undefined): void {
  entry.status = status;
  entry.endTime ??= now();
}
