import { exhaustMap, ignoreElements, map, type Observable, Subject, takeWhile, timer } from 'rxjs';

/** What a start or a resync may ask of Grafana's legacy family: one GET for each dashboard, ten in a second (issue 6). */
const INTERVAL_MS = 100;

export interface PacedVisitsOptions {
  /** Whether there is still something to look at. */
  readonly isDue: (uid: string) => boolean;
  /** Grafana answers: what is put off until it does would come all at once. */
  readonly isUp: () => boolean;
  readonly visit: (uid: string) => void;
  /** Somebody was quicker. */
  readonly skip: (uid: string) => void;
}

/** Visits that nobody hurries for, one after the other at a steady pace, each uid once. */
export class PacedVisits {
  readonly #options: PacedVisitsOptions;
  readonly #queue = new Set<string>();
  readonly #added$ = new Subject<void>();
  /** Works while it is subscribed to; gives nothing. */
  readonly run$: Observable<never>;

  constructor(options: PacedVisitsOptions) {
    this.#options = options;
    this.run$ = this.#added$.pipe(
      exhaustMap(() =>
        timer(0, INTERVAL_MS).pipe(
          map(() => this.#step()),
          takeWhile((goesOn) => goesOn),
        ),
      ),
      ignoreElements(),
    );
  }

  get size(): number {
    return this.#queue.size;
  }

  add(uid: string): void {
    this.#queue.add(uid);
    this.#added$.next();
  }

  #step(): boolean {
    if (!this.#options.isUp()) return this.#queue.size > 0;
    for (const uid of this.#queue) {
      this.#queue.delete(uid);
      if (!this.#options.isDue(uid)) {
        this.#options.skip(uid);
        continue;
      }
      this.#options.visit(uid);
      return true;
    }
    return false;
  }
}
