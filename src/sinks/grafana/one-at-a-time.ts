import { Observable, Subscription } from 'rxjs';

/**
 * Lets one work at a time pass, in the order of their subscription.
 *
 *     first    aaa#           fails
 *     second   ---bbb|
 *
 * Unlike `takeTurns` it gives the turn on however a work ends: an error, or an end of its subscription, is that work's alone.
 */
export function oneAtATime(): <T>(work$: Observable<T>) => Observable<T> {
  const waiting = new Set<() => void>();
  let isTaken = false;

  const next = (): void => {
    const [begin] = waiting;
    if (isTaken || begin === undefined) return;
    waiting.delete(begin);
    isTaken = true;
    begin();
  };
  return <T>(work$: Observable<T>) =>
    new Observable<T>((subscriber) => {
      const work = new Subscription();
      let hasTurn = false;
      const end = (): void => {
        waiting.delete(begin);
        if (!hasTurn) return;
        hasTurn = false;
        isTaken = false;
        next();
      };
      const begin = (): void => {
        hasTurn = true;
        work.add(
          work$.subscribe({
            next: (value) => subscriber.next(value),
            error: (error: unknown) => subscriber.error(error),
            complete: () => subscriber.complete(),
          }),
        );
      };
      waiting.add(begin);
      next();
      return () => {
        // The next begins when this one has let go.
        work.unsubscribe();
        end();
      };
    });
}
