import { asapScheduler, Observable, type OperatorFunction, type Subscription } from 'rxjs';
import type { PathPlan } from '../model.js';

export interface BatchPlansOptions {
  /** A batch that holds so much content is given at once. @default 262_144 */
  readonly maxBytes?: number;
}

type Write = PathPlan['writes'][number];

/**
 * Makes one plan of those that only write and come in one turn: a list brings them a dozen at a time, and each plan costs
 * the sink a look at the folder and a line to its journal.
 *
 *     source   -(abc)-(dmR)-e|     a to e: plans that write, m: an event that is no plan, R: a plan that removes
 *     result   -(A)---(dmR)-e|     A: a, b and c in one
 *
 * Whatever else comes keeps its place: what waits is given before it. A second write to a path waits for the first too. Given at
 * the end of the turn, before the next bytes are read, so nothing is held for longer than the chunk that it came with.
 */
export function batchPlans<E extends { readonly type: string }>(
  options: BatchPlansOptions = {},
): OperatorFunction<E | PathPlan, E | PathPlan> {
  const { maxBytes = 256 * 1024 } = options;
  return (source$) =>
    new Observable((subscriber) => {
      let writes = new Map<string, Write>();
      let bytes = 0;
      let endOfTurn: Subscription | undefined;
      const give = (): void => {
        endOfTurn?.unsubscribe();
        endOfTurn = undefined;
        if (writes.size > 0) {
          const plan: PathPlan = { type: 'plan', writes: [...writes.values()], removes: [] };
          writes = new Map();
          bytes = 0;
          subscriber.next(plan);
        }
      };
      const add = (plan: PathPlan): void => {
        if (plan.writes.some(({ file }) => writes.has(file.path))) {
          give();
        }
        for (const write of plan.writes) {
          writes.set(write.file.path, write);
          bytes += 'bytes' in write.file ? write.file.bytes.length : 0;
        }
        if (bytes >= maxBytes) {
          give();
        } else {
          endOfTurn ??= asapScheduler.schedule(give);
        }
      };
      subscriber.add(() => endOfTurn?.unsubscribe());
      subscriber.add(
        source$.subscribe({
          next: (event) => {
            if (isPlan(event) && event.removes.length === 0 && event.writes.length > 0) {
              add(event);
            } else {
              give();
              subscriber.next(event);
            }
          },
          error: (error) => subscriber.error(error),
          complete: () => {
            give();
            subscriber.complete();
          },
        }),
      );
    });
}

function isPlan(event: { readonly type: string }): event is PathPlan {
  return event.type === 'plan';
}
