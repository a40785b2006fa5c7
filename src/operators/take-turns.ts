import { finalize, Observable, type Subscriber, switchMap, take, tap } from 'rxjs';

/**
 * Lets at most `concurrency` of the works that are passed through it be under way at a time; the others begin in the
 * order of their subscription, as soon as one has completed.
 *
 *     first    aaa|            concurrency = 1
 *     second   ---bbb|
 *
 * Unlike `mergeMap`'s concurrency it limits parts of a stream, such as its tries without the waits between them. A work that
 * errors or is unsubscribed gives its turn to nobody: both happen only when all are about to end, and a work that began
 * then would be cut off at once.
 */
export function takeTurns(concurrency: number): <R>(work$: Observable<R>) => Observable<R> {
  const waiting = new Set<Subscriber<void>>();
  let underWay = 0;
  let starting = false;

  // A loop, not a recursion: thousands of works may complete synchronously one after the other.
  const start = () => {
    if (starting) {
      return;
    }
    starting = true;
    for (const turn of waiting) {
      if (underWay >= concurrency) {
        break;
      }
      waiting.delete(turn);
      underWay += 1;
      turn.next();
    }
    starting = false;
  };

  const turn$ = new Observable<void>((subscriber) => {
    waiting.add(subscriber);
    start();
    return () => waiting.delete(subscriber);
  });
  const end = () => {
    underWay -= 1;
    start();
  };
  return (work$) =>
    turn$.pipe(
      take(1),
      switchMap(() => {
        let completed = false;
        return work$.pipe(
          tap({
            complete: () => {
              completed = true;
            },
          }),
          // Not in `complete`: what the work holds is released first.
          finalize(() => completed && end()),
        );
      }),
    );
}
