import { type Observable, ReplaySubject } from 'rxjs';
import type { GrafanaSynced } from './grafana-event.js';
import type { PushState } from './push-state.js';
import type { Progress } from './push-while-leading.js';

/**
 * When the start is over: everything was listed, and each dashboard had its first try. A Grafana that is down has had it for all of them,
 * and so has a replica that does not lead: neither holds us up.
 */
export class FirstTries implements Progress {
  readonly #state: PushState;
  readonly #untried = new Set<string>();
  readonly #synced$ = new ReplaySubject<GrafanaSynced>(1);
  /** Once, then completes. */
  readonly synced$: Observable<GrafanaSynced> = this.#synced$;
  #isListed = false;
  #isDown = false;
  #isLeading: boolean | undefined;
  #isOver = false;

  constructor(state: PushState) {
    this.#state = state;
  }

  get isListed(): boolean {
    return this.#isListed;
  }

  listed(): void {
    this.#isListed = true;
    this.#check();
  }

  lead(isLeading: boolean): void {
    this.#isLeading = isLeading;
    this.#check();
  }

  begin(uid: string): void {
    if (!this.#isOver) this.#untried.add(uid);
  }

  end(uid: string): void {
    const source = this.#state.table.get(uid)?.wish?.source;
    // It comes again, with its document.
    if (source !== undefined && this.#state.queue.isWanted(source)) return;
    this.#untried.delete(uid);
    this.#check();
  }

  fail(isDown: boolean): void {
    this.#isDown = isDown;
    this.#check();
  }

  compared(): void {
    for (const uid of this.#untried) if (this.#state.table.get(uid) === undefined) this.#untried.delete(uid);
    this.#check();
  }

  #check(): void {
    if (this.#isOver || !this.#isListed || this.#isLeading === undefined) return;
    const isDone = this.#state.table.isListed && this.#untried.size === 0;
    if (this.#isLeading && !this.#isDown && !isDone) return;
    this.#isOver = true;
    this.#untried.clear();
    this.#synced$.next({ type: 'grafana-synced' });
    this.#synced$.complete();
  }
}
