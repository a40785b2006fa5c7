import { asyncScheduler, type GroupedObservable, Subject, type Subscription } from 'rxjs';
import type { ObjectChange, ObjectKey } from '../model.js';

/** The changes of one object while it is not quiet. */
export class ObjectGroup extends Subject<ObjectChange> implements GroupedObservable<ObjectKey, ObjectChange> {
  readonly key: ObjectKey;
  lastChangeAt = 0;

  constructor(key: ObjectKey) {
    super();
    this.key = key;
  }
}

/** The groups that are open, and one timer for all of them. */
export class OpenGroups {
  readonly #idleMs: number;
  /** In the order of their last change: the one that was quiet longest is the first. */
  readonly #groups = new Map<ObjectKey, ObjectGroup>();
  #timer: Subscription | undefined;

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  get(key: ObjectKey): ObjectGroup | undefined {
    return this.#groups.get(key);
  }

  touch(group: ObjectGroup): void {
    group.lastChangeAt = asyncScheduler.now();
    this.#groups.delete(group.key);
    this.#groups.set(group.key, group);
    this.#timer ??= asyncScheduler.schedule(() => this.#endIdle(), this.#idleMs);
  }

  /** The group is forgotten before it completes: what a consumer feeds back then belongs to a new one. */
  end(group: ObjectGroup): void {
    if (this.#groups.get(group.key) === group) {
      this.#groups.delete(group.key);
    }
    if (this.#groups.size === 0) {
      this.#stopTimer();
    }
    group.complete();
  }

  /** One after the other: what a consumer feeds back meanwhile meets no group that is about to end. */
  endAll(): void {
    for (const group of [...this.#groups.values()]) {
      this.end(group);
    }
  }

  takeAll(): readonly ObjectGroup[] {
    const open = [...this.#groups.values()];
    this.clear();
    return open;
  }

  clear(): void {
    this.#groups.clear();
    this.#stopTimer();
  }

  #endIdle(): void {
    this.#timer = undefined;
    for (const group of this.#groups.values()) {
      // The clock is the wall's, and may be set back meanwhile: without `abs` the wait would grow by as much.
      const restMs = this.#idleMs - Math.abs(asyncScheduler.now() - group.lastChangeAt);
      if (restMs > 0) {
        this.#stopTimer();
        this.#timer = asyncScheduler.schedule(() => this.#endIdle(), restMs);
        return;
      }
      this.end(group);
    }
  }

  #stopTimer(): void {
    this.#timer?.unsubscribe();
    this.#timer = undefined;
  }
}
