import { SourceError, type SourceErrorCode } from '../model.js';
import type { ApiRequest } from './api.js';
import { type ApiCall, accessOf } from './api-call.js';
import { forbiddenMessage } from './forbidden-message.js';
import { isRecord } from './is-record.js';

export interface StatusErrorOptions {
  /** What the `Retry-After` header said. */
  readonly retryAfterMs?: number | undefined;
  /** The server's origin, for the message. */
  readonly server?: string | undefined;
}

/**
 * The error for an answer with this HTTP status, or for a Status that came inside a watch. `status` is the parsed body,
 * which may be anything: a proxy in between answers in HTML.
 *
 * Of the body only `reason` enters the message, an identifier of the API; its `message` may quote what was sent.
 * A resourceVersion that the server does not have yet (504, cause `ResourceVersionTooLarge`) is as useless as one that it
 * does not have any more, so it is `expired` too (client-go treats them alike). What is created in a namespace that is about to go
 * is refused with a 403 that no rule would mend, so it is `rejected`.
 */
export function statusError(
  code: number,
  status: unknown,
  request: ApiRequest | ApiCall,
  options: StatusErrorOptions = {},
): SourceError {
  const body = isRecord(status) ? status : {};
  const details = isRecord(body['details']) ? body['details'] : {};
  const seconds = details['retryAfterSeconds'];
  const askedMs = typeof seconds === 'number' && seconds > 0 ? seconds * 1000 : undefined;
  const retryAfterMs = options.retryAfterMs ?? askedMs;
  const kind = kindOf(code, causesOf(details));
  return new SourceError(kind, messageOf(kind, code, body, request, options.server), { status: code, retryAfterMs });
}

function kindOf(code: number, causes: readonly unknown[]): SourceErrorCode {
  if (causes.includes('ResourceVersionTooLarge')) return 'expired';
  if (causes.includes('NamespaceTerminating')) return 'rejected';
  return codeOf(code);
}

function codeOf(status: number): SourceErrorCode {
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 410:
      return 'expired';
    case 429:
      return 'throttled';
    default:
      return status >= 500 ? 'server' : 'rejected';
  }
}

function messageOf(
  kind: SourceErrorCode,
  code: number,
  body: Readonly<Record<string, unknown>>,
  request: ApiRequest | ApiCall,
  server = 'The Kubernetes API',
): string {
  const said =
    typeof body['reason'] === 'string' && /^[A-Za-z]{1,64}$/.test(body['reason']) ? ` ${body['reason']}` : '';
  const { verb, resource } = accessOf(request);
  const what = `${verb} of ${resource}`;
  switch (kind) {
    case 'forbidden':
      return forbiddenMessage(request, body['message']);
    case 'unauthorized':
      return `${server} does not accept our credentials (401): is the token or the certificate expired, or meant for another cluster?`;
    case 'expired':
      return `${server} does not have the resourceVersion of our ${what} (${code}${said}): everything is listed again.`;
    case 'throttled':
      return `${server} has too many requests to answer our ${what} (${code}${said}).`;
    case 'server':
      return `${server} failed at our ${what} (${code}${said}).`;
    default:
      if (code === 403) return `${server} refuses our ${what}: the namespace is about to go (403${said}).`;
      if (code === 404) return `${server} does not have what our ${what} is about (404${said}).`;
      if (code === 409) return `${server} refuses our ${what}: it exists, or was changed meanwhile (409${said}).`;
      return `${server} does not understand our ${what} (${code}${said}).`;
  }
}

function causesOf(details: Readonly<Record<string, unknown>>): readonly unknown[] {
  const causes = details['causes'];
  return Array.isArray(causes) ? causes.filter(isRecord).map((cause) => cause['reason']) : [];
}
