import { defer, EMPTY, type Observable, of, repeat, retry, timer, toArray } from 'rxjs';
import { backoffMs, DEFAULT_BACKOFF } from '../../operators/backoff.js';
import { GrafanaError, type ListedDashboard } from './grafana-api.js';
import type { GrafanaStatus } from './grafana-event.js';
import { isSlow } from './outcome.js';
import type { PushTerm } from './push-term.js';
import { TargetDown } from './target-gate.js';

export interface ResyncOptions {
  readonly term: PushTerm;
  /** Between the end of one and the next; 0: once. */
  readonly resyncMs: number;
  readonly random: () => number;
  readonly said: (status: GrafanaStatus) => void;
}

/** Each a tenth at most, so that many pushers do not come together. */
const JITTER = 0.1;
/** Where there are no resyncs, what is refused is tried again after this. */
const SLOW_MS = 300_000;

/**
 * Lists what Grafana has of ours: at once, and then each resync.
 *
 *     lists    -x--o-----o-----o---      x: failed, and tried again after a backoff
 *     result   ----L-----L-----L---
 *
 * Never completes but where there are no resyncs; never errors.
 */
export function resync(options: ResyncOptions): Observable<readonly ListedDashboard[]> {
  const { term, resyncMs, random, said } = options;
  const jittered = (ms: number): number => ms * (1 - JITTER + 2 * JITTER * random());
  return defer(() => term.gate.run('the list', term.api.list().pipe(toArray()))).pipe(
    retry({
      delay: (error: unknown, attempt) => {
        if (error instanceof TargetDown) return of(undefined);
        const known = error instanceof GrafanaError ? error : undefined;
        const retryInMs =
          known !== undefined && isSlow(known)
            ? jittered(resyncMs || SLOW_MS)
            : backoffMs(attempt, { ...DEFAULT_BACKOFF, random });
        const { code = 'malformed', status, message = 'The list of dashboards failed unexpectedly.' } = known ?? {};
        said({ type: 'grafana', state: 'down', code, status, message, retryInMs });
        return timer(retryInMs);
      },
      resetOnSuccess: true,
    }),
    repeat({ delay: () => (resyncMs > 0 ? timer(jittered(resyncMs)) : EMPTY) }),
  );
}
