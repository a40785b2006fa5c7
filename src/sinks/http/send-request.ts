import { asyncScheduler, defer, finalize, from, map, merge, type Observable, take, timer } from 'rxjs';
import { errnoOf } from '../../errno-of.js';
import { readTrust } from '../../http/connection.js';
import type { TlsTrust } from '../../http/proxy-tunnel.js';
import type { Notification } from '../../model.js';
import { shownAddress } from '../../request/request-address.js';
import { answerResult } from './answer-result.js';
import { type ChangesBody, changesBody } from './changes-body.js';
import { exchange, type Progress, type Try } from './exchange.js';
import { followRedirect, type Hop, isRedirect } from './follow-redirect.js';
import type { HttpTarget } from './http-target.js';
import { isSuccess } from './judge-answer.js';
import { requestBody } from './request-body.js';
import { readRequestCredentials } from './request-credentials.js';
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
 * All of it within `timeoutMs`. What changed is said where the target wants it (`payloadChanges`) and `notification` is known;
 * its tries are counted from 1.
 */
export function sendRequest(
  target: HttpTarget,
  timeoutMs: number,
  notification?: Notification,
  attempt = 1,
): Observable<TryResult> {
  return defer(() => {
    const { payloadChanges } = target;
    const now = new Date(asyncScheduler.now());
    const changes = notification && payloadChanges && changesBody(notification, payloadChanges, attempt, now);
    const controller = new AbortController();
    const progress: Progress = { phase: 'connect' };
    const late$ = timer(timeoutMs).pipe(map(() => timeoutFailure(nameOf(target), progress.phase, timeoutMs)));
    return merge(from(tryOnce(target, changes, progress, controller.signal)), late$).pipe(
      take(1),
      // Also after an answer: nothing of a finished try may hold a socket.
      finalize(() => controller.abort()),
    );
  });
}

/** `POST http://host/path`: how messages name a request. */
export function nameOf(hop: Pick<Hop, 'method' | 'url' | 'socketPath'>): string {
  return `${hop.method} ${shownAddress(hop)}`;
}

async function tryOnce(
  target: HttpTarget,
  changes: ChangesBody | undefined,
  progress: Progress,
  signal: AbortSignal,
): Promise<TryResult> {
  const name = nameOf(target);
  try {
    // 1.
    const read = readRequestCredentials(target.credentials);
    if (!read.ok) return { op: 'failed', kind: 'credentials', message: `${name} was not sent: ${read.message}.` };
    const { credentials } = read;
    for (const { value, source } of credentials.secrets) target.onSecret(value, source);
    let trust: TlsTrust;
    try {
      trust = readTrust(target.skipTlsVerify, target.caFile);
    } catch (error) {
      return { ...unreadableCa(name, target.caFile, error), credentialsId: credentials.id };
    }
    // 2. and 3.
    const { method, url, socketPath, payload } = target;
    const body = changes?.body ?? requestBody(method, payload);
    const tried = { target, trust, credentials, idempotencyKey: changes?.idempotencyKey, progress, signal };
    const result = await request({ url, socketPath, method, body }, tried);
    return result.op === 'told' ? result : { ...result, credentialsId: credentials.id };
  } catch (error) {
    return unexpectedFailure(name, error);
  }
}

async function request(first: Hop, tried: Try): Promise<TryResult> {
  const { target, progress, credentials } = tried;
  const isSecretive = Object.keys(credentials.headers).length > 0 || credentials.clientCertificate !== undefined;
  let hop = first;
  for (let redirects = 0; ; redirects += 1) {
    const name = nameOf(hop);
    try {
      const response = await exchange(hop, tried);
      const { statusCode: status = 0, headers } = response;
      if (!isRedirect(status) || isSuccess(target.success, status)) {
        return await answerResult(hop, name, target, response);
      }
      response.destroy();
      const next = followRedirect(hop, status, headers.location, isSecretive);
      if (!next.ok) return redirectFailure(name, status, next.reason);
      if (redirects === MAX_REDIRECTS) {
        return redirectFailure(name, status, `redirected more than ${MAX_REDIRECTS} times`);
      }
      hop = next.hop;
    } catch (error) {
      return networkFailure(name, progress.phase, error);
    }
  }
}

function redirectFailure(request: string, status: number, reason: string): TryFailure {
  return { op: 'failed', kind: 'redirect', status, message: `${request} was ${reason}.` };
}

function unreadableCa(name: string, caFile: string | undefined, error: unknown): TryFailure {
  const message = `${name} was not sent: the CA file ${caFile} cannot be read (${errnoOf(error) ?? 'unknown'}).`;
  return { op: 'failed', kind: 'credentials', message };
}
