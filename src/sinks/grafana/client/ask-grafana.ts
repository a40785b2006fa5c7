import { defer, finalize, from, map, merge, type Observable, take, timer } from 'rxjs';
import { errnoOf } from '../../../errno-of.js';
import { readTrust } from '../../../http/connection.js';
import { networkFault } from '../../../http/network-fault.js';
import type { TlsTrust } from '../../../http/proxy-tunnel.js';
import { GrafanaError } from '../grafana-api.js';
import type { GrafanaAnswer, GrafanaRequest } from './grafana-answer.js';
import type { GrafanaTarget } from './grafana-target.js';
import { nextHop } from './next-hop.js';
import { readAnswer } from './read-answer.js';
import { readAuthorization } from './read-authorization.js';
import { isRedirect, type Progress, sendRequest } from './send-request.js';

/** `max_body_bytes` of unified storage, and a mediumtext of MySQL: more no Grafana takes. */
const MAX_REQUEST_BYTES = 16 * 1_024 * 1_024;
const TLS_ADVICE = 'name its authority with GRAFANA_CA_FILE or set GRAFANA_SKIP_TLS_VERIFY';

/** Asks one Grafana: one try, one answer, whatever its status. Errors with a {@link GrafanaError}. */
export type AskGrafana = (request: GrafanaRequest) => Observable<GrafanaAnswer>;

/**
 * One request, over a connection of its own: one that idled through a restart of Grafana would break under a write, and nobody
 * knew whether it was done.
 *
 *  1. credentials and authorities are read from their files
 *  2. the request goes out; redirects are followed within the origin
 *  3. the whole answer is read, and parsed
 *
 * All of it within the target's time. Unsubscribing drops the connection.
 */
export function askGrafana(target: GrafanaTarget, request: GrafanaRequest): Observable<GrafanaAnswer> {
  return defer(() => {
    const controller = new AbortController();
    const progress: Progress = { isConnected: false };
    const { timeoutMs } = target;
    const late$ = timer(timeoutMs).pipe(
      map(() => {
        const what = progress.isConnected ? 'no whole answer' : 'no connection';
        throw unreachable(target, request, `${what} within ${timeoutMs} ms (GRAFANA_TIMEOUT)`);
      }),
    );
    return merge(from(exchange(target, request, progress, controller.signal)), late$).pipe(
      take(1),
      // Also after an answer: nothing of a request that is over may hold a socket.
      finalize(() => controller.abort()),
    );
  });
}

async function exchange(
  target: GrafanaTarget,
  request: GrafanaRequest,
  progress: Progress,
  signal: AbortSignal,
): Promise<GrafanaAnswer> {
  const name = nameOf(target, request);
  // 1.
  const authorization = readAuthorization(target);
  if (!authorization.ok) throw new GrafanaError('credentials', `${name} was not sent: ${authorization.message}.`);
  const trust = trustOf(target, name);
  const body = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body));
  if (body !== undefined && body.length > MAX_REQUEST_BYTES) {
    const why = `it has ${body.length} bytes, and Grafana takes at most ${MAX_REQUEST_BYTES}`;
    throw new GrafanaError('rejected', `${name} was not sent: ${why}; make the dashboard smaller.`);
  }
  try {
    // 2.
    const send = { target, request, trust, body, authorization: authorization.header, progress, signal };
    let url = urlOf(target, request);
    let response = await sendRequest(url, send);
    for (let redirects = 0; isRedirect(response); redirects += 1) {
      response.destroy();
      url = nextHop(name, url, { method: request.method, redirects, response });
      response = await sendRequest(url, send);
    }
    // 3.
    const { maxAnswerBytes = target.maxAnswerBytes } = request;
    return await readAnswer(name, response, Math.min(maxAnswerBytes, target.maxAnswerBytes));
  } catch (error) {
    if (error instanceof GrafanaError) throw error;
    throw unreachable(target, request, networkFault(error, progress.isConnected, TLS_ADVICE));
  }
}

/** Without the query: a name that is searched for may be anything. */
function nameOf(target: GrafanaTarget, { method, path, subject }: GrafanaRequest): string {
  return `${method} ${target.base}${path}${subject === undefined ? '' : ` (${subject})`}`;
}

function unreachable(target: GrafanaTarget, request: GrafanaRequest, why: string): GrafanaError {
  return new GrafanaError('unreachable', `${nameOf(target, request)} failed: ${why}.`);
}

function trustOf({ skipTlsVerify, caFile }: GrafanaTarget, name: string): TlsTrust {
  try {
    return readTrust(skipTlsVerify, caFile);
  } catch (error) {
    const why = `the CA file ${caFile} cannot be used (${errnoOf(error) ?? 'unknown'})`;
    throw new GrafanaError('credentials', `${name} was not sent: ${why}; expected certificates in PEM.`);
  }
}

function urlOf({ base }: GrafanaTarget, { path, query = {} }: GrafanaRequest): URL {
  const url = new URL(`${base}${path}`);
  for (const [key, value] of Object.entries(query)) url.searchParams.append(key, value);
  return url;
}
