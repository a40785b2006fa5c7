import { NEVER, type Observable } from 'rxjs';
import type { Notification, NotificationOutcome, Sink } from '../../model.js';
import { notifyUntilTold } from '../../operators/notify-until-told.js';
import { credentialsChange } from './credentials-change.js';
import { type HttpTarget, httpTarget } from './http-target.js';
import type { HttpTargetOptions } from './http-target-options.js';
import { decideRetry, NO_FAILURES, type RetryTally } from './retry-policy.js';
import { nameOf, sendRequest } from './send-request.js';
import { type TryFailure, type TryResult, unexpectedFailure } from './try-result.js';

/** What touches the network and the disk. */
export interface NotifyHttpParts {
  /** One try to tell of `notification`: gives one result. @default {@link sendRequest} */
  readonly send?: (
    target: HttpTarget,
    timeoutMs: number,
    notification: Notification,
    attempt: number,
  ) => Observable<TryResult>;
  /** @default {@link credentialsChange} */
  readonly credentialsChange?: typeof credentialsChange;
}

/**
 * Tells an application over HTTP that files changed, until it has heard: {@link notifyUntilTold} with requests, and with
 * the policy of `REQ_RETRY_*`.
 *
 * Refused credentials (401, 403) hold newer notifications too: one try in 15 minutes, and at once when a credential file has
 * other content. With `once` a notification is given up (`retryInMs: undefined`) when nobody listens, when the policy is
 * spent, or after `timeoutMs` in all.
 *
 * Unsubscribing aborts the request. Throws a `TypeError` or `RangeError` for options that cannot be used.
 */
export function notifyHttp(
  options: HttpTargetOptions,
  parts: NotifyHttpParts = {},
): Sink<Notification, NotificationOutcome> {
  const target = httpTarget(options);
  const send: Required<NotifyHttpParts>['send'] = parts.send ?? sendRequest;
  const changedCredentials = parts.credentialsChange ?? credentialsChange;
  return notifyUntilTold<RetryTally, TryFailure>({
    target: target.name,
    send: (notification, { timeoutMs, attempt }) => send(target, timeoutMs, notification, attempt),
    unexpected: (error) => unexpectedFailure(nameOf(target), error),
    noFailures: NO_FAILURES,
    decideRetry: (before, failure) => decideRetry(before, failure, target),
    timeoutMs: target.timeoutMs,
    once: target.once,
    isFinal: ({ refused }) => refused === true,
    mended: ({ kind, credentialsId }) =>
      kind === 'auth' || kind === 'credentials' ? changedCredentials(target.credentials, credentialsId) : NEVER,
  });
}
