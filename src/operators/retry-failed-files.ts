import {
  connect,
  defer,
  endWith,
  exhaustMap,
  filter,
  finalize,
  from,
  ignoreElements,
  mergeMap,
  type OperatorFunction,
  repeat,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import type { FileOutcome, ObjectKey } from '../model.js';
import { backoffMs } from './backoff.js';

export interface RetryFailedFilesOptions {
  /** @default 1_000 */
  readonly baseMs?: number;
  /** @default 30_000, as for the API */
  readonly maxMs?: number;
  /** How long a round's answers are waited for before it counts as one without success. @default 100 */
  readonly answerMs?: number;
  readonly random?: () => number;
}

/** Objects asked for in one round while nothing succeeds: the contents of so many are in memory at a time. */
const PROBE_SIZE = 8;
/** Once the disk takes files again, rounds grow up to this, so that thousands are through in seconds. */
const ROUND_SIZE_MAX = 256;

/**
 * Names the objects whose files could not be written or removed, to be tried again, after a wait that doubles
 * while nothing succeeds.
 *
 *     outcomes   -x--------|     x: a file of object A fails
 *     wait        ---|---        baseMs = 3, without jitter
 *     result     ----A---|       the source completes: nothing is waited for any more
 *
 * A full or read-only disk is probed with a few objects, in turn; as soon as one succeeds the others follow quickly.
 * Contents are not kept: who listens fetches the object. Errors with the source; unsubscribing ends the wait.
 */
export function retryFailedFiles(options: RetryFailedFilesOptions = {}): OperatorFunction<FileOutcome, ObjectKey> {
  const { baseMs = 1_000, maxMs = 30_000, answerMs = 100, random = Math.random } = options;
  return (source$) =>
    defer(() => {
      /** Whose file failed, by path: another object's success at the path counts too. In the order in which they are tried. */
      const failing = new Map<string, ObjectKey>();
      let attempt = 0;
      let roundSize = PROBE_SIZE;
      let recovering = false;
      const note = ({ op, path, owner }: FileOutcome) => {
        if (op === 'failed') {
          failing.set(path, owner);
        } else {
          recovering = failing.delete(path) || recovering;
        }
      };
      const waitMs = () => {
        attempt = recovering ? 1 : attempt + 1;
        roundSize = recovering ? Math.min(roundSize * 4, ROUND_SIZE_MAX) : PROBE_SIZE;
        return recovering ? 0 : backoffMs(attempt, { baseMs, maxMs, random });
      };
      const round = () => {
        recovering = false;
        const keys = new Set<ObjectKey>();
        for (const [path, owner] of [...failing]) {
          if (keys.has(owner) || keys.size < roundSize) {
            keys.add(owner);
            failing.delete(path);
            failing.set(path, owner);
          }
        }
        return from(keys);
      };
      const rounds$ = defer(() => timer(waitMs())).pipe(
        mergeMap(round),
        repeat({ delay: () => timer(answerMs).pipe(filter(() => failing.size > 0)) }),
        finalize(() => {
          attempt = 0;
          recovering = false;
        }),
      );
      return source$.pipe(
        tap(note),
        connect((outcomes$) =>
          outcomes$.pipe(
            filter(() => failing.size > 0),
            exhaustMap(() => rounds$),
            takeUntil(outcomes$.pipe(ignoreElements(), endWith(undefined))),
          ),
        ),
      );
    });
}
