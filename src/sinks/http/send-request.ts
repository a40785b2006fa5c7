import type { IncomingMessage } from 'node:http';
import { defer, finalize, from, map, merge, type Observable, take, timer } from 'rxjs';
import { errnoOf } from '../../errno-of.js';
import { readBasicAuth } from '../../http/basic-auth.js';
import { readTrust } from '../../http/connection.js';
import type { TlsTrust } from '../../http/proxy-tunnel.js';
import { retryAfterMs } from '../../retry-after.js';
import { exchange, type Progress, readAnswer, type Try } from './exchange.js';
import { followRedirect, type Hop, isRedirect } from './follow-redirect.js';
import { type HttpTarget, shownUrl } from './http-target.js';
import { requestBody } from './request-body.js';
import { isSuccess, successText } from './success-rule.js';
import { networkFailure, type TryFailure, type TryResult, timeoutFailure, unexpectedFailure } from './try-result.js';

/** What the fetch standard allows is 20, and curl 50; a reload needs one: to a trailing slash, or to https. */
const MAX_REDIRECTS = 5;

/**
 * One try to tell the target: gives one result and completes, never errors. Unsubscribing aborts the request.
 *
 *  1. credentials and authorities are read from their files
 *  2. the request goes out; redirects are followed within the host
 *  3. the status decides, and of a success the answer must come whole (up to a limit)
 *
 * All of it within `timeoutMs`.
 */
export function sendRequest(target: HttpTarget, timeoutMs: number): Observable<TryResult> {
  return defer(() => {
    const controller = new AbortController();
    const progress: Progress = { phase: 'connect' };
    const late$ = timer(timeoutMs).pipe(map(() => timeoutFailure(nameOf(target), progress.phase, timeoutMs)));
    return merge(from(attempt(target, progress, controller.signal)), late$).pipe(
      take(1),
      // Also after an answer: nothing of a finished try may hold a socket.
      finalize(() => controller.abort()),
    );
  });
}

/** `POST http://host/path`: how messages name a request. */
export function nameOf(hop: Pick<Hop, 'method' | 'url'>): string {
  return `${hop.method} ${shownUrl(hop.url)}`;
}

async function attempt(target: HttpTarget, progress: Progress, signal: AbortSignal): Promise<TryResult> {
  const name = nameOf(target);
  try {
    // 1.
    const auth = readBasicAuth(target.basicAuth);
    if (!auth.ok) return { op: 'failed', kind: 'credentials', message: `${name} was not sent: ${auth.message}.` };
    const { credentials } = auth;
    if (credentials !== undefined) {
      target.onSecret(credentials.password, 'password of the request');
      target.onSecret(credentials.header.slice('Basic '.length), 'basic authentication of the request');
    }
    let trust: TlsTrust;
    try {
      trust = readTrust(target.skipTlsVerify, target.caFile);
    } catch (error) {
      return { ...unreadableCa(name, target.caFile, error), credentialsId: credentials?.id };
    }
    // 2. and 3.
    const result = await request({ target, trust, authorization: credentials?.header, progress, signal });
    return result.op === 'told' ? result : { ...result, credentialsId: credentials?.id };
  } catch (error) {
    return unexpectedFailure(name, error);
  }
}

async function request(tried: Try): Promise<TryResult> {
  const { target, progress } = tried;
  let hop: Hop = { url: target.url, method: target.method, body: requestBody(target.method, target.payload) };
  for (let redirects = 0; ; redirects += 1) {
    let response: IncomingMessage;
    try {
      response = await exchange(hop, tried);
      const { statusCode: status = 0 } = response;
      if (isSuccess(target.success, status)) {
        await readAnswer(response);
        return { op: 'told', status };
      }
    } catch (error) {
      return networkFailure(nameOf(hop), progress.phase, error);
    }
    const { statusCode: status = 0, headers } = response;
    response.destroy();
    if (!isRedirect(status)) return statusFailure(hop, target, status, headers['retry-after']);
    const next = followRedirect(hop, status, headers.location, tried.authorization !== undefined);
    if (!next.ok) return redirectFailure(hop, status, next.reason);
    if (redirects === MAX_REDIRECTS) {
      return redirectFailure(hop, status, `redirected more than ${MAX_REDIRECTS} times`);
    }
    hop = next.hop;
  }
}

function statusFailure(hop: Hop, target: HttpTarget, status: number, retryAfter: string | undefined): TryFailure {
  const answered = `${nameOf(hop)} answered ${status}, expected ${successText(target.success)}`;
  if (status === 401 || status === 403) {
    const where = hop.url.origin === target.url.origin ? '' : `; credentials go to ${target.url.origin} only`;
    return { op: 'failed', kind: 'auth', status, message: `${answered}${where}.` };
  }
  const waitMs = retryAfterMs(retryAfter, Date.now());
  return { op: 'failed', kind: 'status', status, message: `${answered}.`, retryAfterMs: waitMs };
}

function redirectFailure(hop: Hop, status: number, reason: string): TryFailure {
  return { op: 'failed', kind: 'redirect', status, message: `${nameOf(hop)} was ${reason}.` };
}

function unreadableCa(name: string, caFile: string | undefined, error: unknown): TryFailure {
  const message = `${name} was not sent: the CA file ${caFile} cannot be read (${errnoOf(error) ?? 'unknown'}).`;
  return { op: 'failed', kind: 'credentials', message };
}
