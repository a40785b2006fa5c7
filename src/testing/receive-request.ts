import type { IncomingMessage, ServerResponse } from 'node:http';
import { firstValueFrom, takeUntil, timer } from 'rxjs';
import { type Answer, type BodyLimit, createAnswer } from './answer.js';
import type { ApiContext } from './api-call.js';
import { authenticate } from './authenticate.js';
import type { Connections } from './connections.js';
import type { Fault } from './embedded-kubernetes.js';
import type { Faults } from './faults.js';
import { requestInfo } from './request-info.js';
import type { RequestLog } from './request-log.js';
import { replyOfStatus, respond } from './respond.js';
import { serveRequest } from './serve-request.js';
import { StatusError } from './status.js';

export interface Reception {
  readonly context: ApiContext;
  readonly faults: Faults;
  readonly log: RequestLog;
  readonly connections: Connections;
  /** `undefined`: everybody is let in. */
  readonly token: string | undefined;
}

/** What the API server gives as the reason of such a Status. */
const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  410: 'Expired',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

/**
 * Takes a request from its first line to its answer:
 *
 * 1. It is written down.
 * 2. A fault that waits for it strikes.
 * 3. Who may not come in is told so.
 * 4. It is served, and what fails is answered with a Status.
 */
export async function receiveRequest(
  reception: Reception,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { context, faults, log, connections, token } = reception;
  const info = requestInfo(request);
  log.add(info);
  const fault = faults.strike(info);
  const { remotePort } = request.socket;
  const connection = { reset: () => connections.reset(remotePort), close: () => connections.close(remotePort) };
  const answer = createAnswer(response, connection, limitOf(fault));
  try {
    if (fault && !(await letPass(fault, answer))) return;
    if (token !== undefined) authenticate(request.headers.authorization, info, token);
    await serveRequest(context, info, request, answer);
  } catch (error) {
    if (answer.isOver || response.headersSent) return answer.cut();
    const { status, httpStatus } = error instanceof StatusError ? error : internalError();
    respond(answer, request, replyOfStatus(status, httpStatus));
  }
}

/** False when the fault is the whole answer. */
async function letPass(fault: Fault, answer: Answer): Promise<boolean> {
  switch (fault.type) {
    case 'delay':
      await firstValueFrom(timer(fault.delayMs).pipe(takeUntil(answer.closed$)), { defaultValue: 0 });
      return !answer.isOver;
    case 'status': {
      const { status, message = 'a fault that was asked for', retryAfterSeconds } = fault;
      const reason = fault.reason ?? REASONS[status];
      const details = retryAfterSeconds === undefined ? undefined : { retryAfterSeconds };
      throw new StatusError(status, reason, message, details);
    }
    case 'cut':
      if (fault.afterBytes === undefined) answer.cut();
      return fault.afterBytes !== undefined;
    case 'silence':
      return fault.afterBytes !== undefined;
  }
}

function limitOf(fault: Fault | undefined): BodyLimit | undefined {
  const isLimit = (fault?.type === 'cut' || fault?.type === 'silence') && fault.afterBytes !== undefined;
  return isLimit ? { afterBytes: fault.afterBytes, effect: fault.type } : undefined;
}

/** A fault of ours. Its message may quote what was sent. */
function internalError(): StatusError {
  return new StatusError(500, 'InternalError', 'Internal error occurred');
}
