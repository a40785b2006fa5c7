import { errnoOf } from '../../errno-of.js';
import { ProxyError } from '../../http/find-proxy.js';

/**
 * Why a try failed, as far as it decides about the next one.
 * `connect` (refused, DNS, TLS, no connection in time, the proxy) · `read` (reset, no whole answer in time) · `status` (an answer
 * that is no success) · `redirect` (to where we do not go) · `auth` (401 or 403) · `credentials` (files of ours that cannot
 * be used; nothing was sent) · `unexpected` (a fault of ours)
 */
export type FailureKind = 'connect' | 'read' | 'status' | 'redirect' | 'auth' | 'credentials' | 'unexpected';

export interface TryFailure {
  readonly op: 'failed';
  readonly kind: FailureKind;
  /** One sentence, as in `NotificationOutcome`. */
  readonly message: string;
  readonly status?: number | undefined;
  /** Nobody listens: an application that is not up yet. */
  readonly refused?: boolean | undefined;
  readonly retryAfterMs?: number | undefined;
  /** The application itself said that it did not, or not yet: tried again by the policy, whatever the status. */
  readonly passing?: boolean | undefined;
  /** `RequestCredentials.id` of what was sent. */
  readonly credentialsId?: string | undefined;
}

/** How one try ended. */
export type TryResult = { readonly op: 'told'; readonly status: number } | TryFailure;

/** Whether the connection stood when it broke: only then may the target have heard us. */
export type Phase = 'connect' | 'read';

/** Nobody listens at a port; or at a unix socket, whose file is there from the last time, or not yet. */
const NOBODY: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOENT']);

const TLS_CODE = /CERT|SIGNED|UNABLE_TO_|^ERR_(TLS|SSL|OSSL)|^EPROTO$|^HOSTNAME_MISMATCH$/;

/**
 * Alerts with which a server answers a client certificate, or that there is none (RFC 8446, 6.2; 40 and 41 before TLS 1.3).
 * In TLS 1.3 they come when the connection already stands.
 */
const ALERTS_OF_CLIENTS: ReadonlySet<number> = new Set([40, 41, 42, 43, 44, 45, 46, 48, 49, 116]);

/**
 * An error of a socket or of the client as a failure. The code alone is told: messages of errors may quote what was received.
 * `request` is `POST http://host/path`.
 */
export function networkFailure(request: string, phase: Phase, error: unknown): TryFailure {
  if (error instanceof ProxyError)
    return { op: 'failed', kind: 'connect', message: `${request} failed: ${error.message}.` };
  const code = errnoOf(error) ?? 'unknown';
  const why = clientRefused(error) ?? (phase === 'connect' ? noConnection(code) : noAnswer(code));
  const message = `${request} failed: ${why}.`;
  return { op: 'failed', kind: phase, message, refused: phase === 'connect' && NOBODY.has(code) };
}

export function timeoutFailure(request: string, phase: Phase, timeoutMs: number): TryFailure {
  const what = phase === 'connect' ? 'no connection' : 'no whole answer';
  return { op: 'failed', kind: phase, message: `${request} failed: ${what} within ${timeoutMs} ms (REQ_TIMEOUT).` };
}

/** A bug must not end the stream; it stays owed like any other failure. */
export function unexpectedFailure(request: string, error: unknown): TryFailure {
  const name = error instanceof Error ? error.name : typeof error;
  return {
    op: 'failed',
    kind: 'unexpected',
    message: `${request} failed unexpectedly (${name}, ${errnoOf(error) ?? 'unknown'}).`,
  };
}

function noConnection(code: string): string {
  if (NOBODY.has(code)) return `nothing listens there (${code})`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `the host name cannot be resolved (${code})`;
  if (TLS_CODE.test(code)) {
    return `TLS failed (${code}); name its authority with REQ_CA_FILE or set REQ_SKIP_TLS_VERIFY`;
  }
  return `no connection (${code})`;
}

function noAnswer(code: string): string {
  return code.startsWith('HPE_')
    ? `the answer is not HTTP (${code})`
    : `the connection broke before the whole answer came (${code})`;
}

/** The number of the alert stands in the message alone, OpenSSL's words before it. */
function clientRefused(error: unknown): string | undefined {
  const [, digits] = /\bSSL alert number (\d{1,3})\b/.exec(error instanceof Error ? error.message : '') ?? [];
  if (digits === undefined || !ALERTS_OF_CLIENTS.has(Number(digits))) return undefined;
  return `the server ended TLS (alert ${digits}), most likely since it wants a client certificate, or another one; see REQ_CERT_FILE`;
}
