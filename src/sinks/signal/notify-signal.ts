import { defer, type Observable, of } from 'rxjs';
import { errnoOf } from '../../errno-of.js';
import type { Notification, NotificationOutcome, Sink } from '../../model.js';
import { decideOwedRetry, NO_FAILURES, type Tally } from '../../operators/decide-owed-retry.js';
import { type FailedTry, notifyUntilTold, type TryEnd } from '../../operators/notify-until-told.js';
import { type SendSignalOptions, sendSignal } from './send-signal.js';
import { type VerifyResult, verifySignal } from './verify-signal.js';

export interface NotifySignalOptions extends SendSignalOptions {
  /** Asks the application whether it took the signal: one question, one result. @default it is not asked */
  readonly verify?: (() => Observable<VerifyResult>) | undefined;
  /** How long it is asked, from the signal on. @default 10_000, as for a request */
  readonly verifyWithinMs?: number | undefined;
  /** The longest wait between tries of what is owed (`NOTIFY_RETRY_INTERVAL`). @default 60_000 */
  readonly retryIntervalMs?: number | undefined;
  /** One try, and nothing is owed (`METHOD=LIST`). @default false */
  readonly once?: boolean | undefined;
}

/**
 * Tells an application that files changed by a signal, until it was sent: {@link notifyUntilTold}. With `verify` it counts as told
 * only when the application says so; otherwise it is signalled again.
 *
 * Whom: {@link findProcesses}, looked up anew at each try, so an application that restarts is found. Unsubscribing ends a
 * verification; a signal is sent in one turn.
 */
export function notifySignal(options: NotifySignalOptions): Sink<Notification, NotificationOutcome> {
  const { verify, verifyWithinMs = 10_000, retryIntervalMs, once = false } = options;
  const told$: Observable<VerifyResult> = of({ op: 'told' });
  const verified = verify === undefined ? () => told$ : verifySignal(verify, verifyWithinMs);
  return notifyUntilTold<Tally, FailedTry>({
    target: 'signal',
    send: (): Observable<TryEnd<FailedTry>> =>
      defer((): Observable<TryEnd<FailedTry>> => {
        const result = sendSignal(options);
        return 'fault' in result ? of({ op: 'failed', message: result.fault }) : verified();
      }),
    unexpected: (error) => ({
      op: 'failed',
      message: `The signal failed unexpectedly (${error instanceof Error ? error.name : typeof error}, ${errnoOf(error) ?? 'unknown'}).`,
    }),
    noFailures: NO_FAILURES,
    decideRetry: (before) => decideOwedRetry(before, { intervalMs: retryIntervalMs }),
    timeoutMs: verifyWithinMs,
    once,
  });
}
