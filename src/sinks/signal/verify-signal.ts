import {
  asyncScheduler,
  catchError,
  defaultIfEmpty,
  defer,
  first,
  type Observable,
  of,
  repeat,
  switchMap,
  takeLast,
  takeUntil,
  takeWhile,
  tap,
  timer,
} from 'rxjs';

/** How one question whether the application took a signal ended, such as a `TryResult` of a request. */
export type VerifyResult =
  | { readonly op: 'told'; readonly status?: number }
  | { readonly op: 'failed'; readonly message: string; readonly status?: number | undefined };

/** A signal is handled behind our back: asked at once, an application still answers from before. */
const FIRST_AFTER_MS = 500;
const AGAIN_AFTER_MS = 1_000;
/** An account that is asked for with wrong credentials again and again gets locked (Grafana after five in five minutes). */
const REFUSED_FOR_MS = 15 * 60_000;

/**
 * Asks after a signal until the application says that it took it, or `withinMs` are over: gives one result and completes.
 *
 *     verify   ---f--o        withinMs = 9; f: not yet, o: it did
 *     result   ------(o|)
 *
 * Never errors. Unsubscribing ends the question. After a 401 or 403 it is not asked again for 15 minutes: the answer stands, to
 * later signals too.
 */
export function verifySignal(verify: () => Observable<VerifyResult>, withinMs: number): () => Observable<VerifyResult> {
  let refused: { readonly result: VerifyResult; readonly untilMs: number } | undefined;
  const seconds = withinMs / 1_000;
  const late: VerifyResult = {
    op: 'failed',
    message: `The signal was sent, but SIGNAL_VERIFY_URL gave no answer within ${seconds} s.`,
  };
  const failed: VerifyResult = {
    op: 'failed',
    message: 'The signal was sent, but SIGNAL_VERIFY_URL could not be asked.',
  };
  return () =>
    defer(() => {
      if (refused !== undefined && asyncScheduler.now() < refused.untilMs) return of(refused.result);
      return timer(FIRST_AFTER_MS).pipe(
        switchMap(() =>
          defer(verify).pipe(
            first(),
            catchError(() => of(failed)),
          ),
        ),
        tap((result) => {
          refused = isRefused(result) ? { result, untilMs: asyncScheduler.now() + REFUSED_FOR_MS } : undefined;
        }),
        repeat({ delay: () => timer(AGAIN_AFTER_MS - FIRST_AFTER_MS) }),
        takeWhile((result) => result.op === 'failed' && !isRefused(result), true),
        takeUntil(timer(withinMs)),
        takeLast(1),
        defaultIfEmpty(late),
      );
    });
}

function isRefused(result: VerifyResult): boolean {
  return result.op === 'failed' && (result.status === 401 || result.status === 403);
}
