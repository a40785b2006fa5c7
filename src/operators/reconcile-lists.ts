import { defer, type OperatorFunction } from 'rxjs';
import {
  type ListMark,
  type ObjectChange,
  objectKey,
  type ResourceEvent,
  type Scope,
  type SourceStatus,
} from '../model.js';
import { concatMapIterable } from './concat-map-iterable.js';
import { ListedKeys } from './listed-keys.js';

/**
 * Makes lists and live events one: each object's newest state, and a `delete` for each that a complete list no longer has.
 *
 *     source   -(iabj)----(iaj)-|     i: init, a and b: init-apply, j: init-done
 *     result   -(iabj)----(iaBj)|     B: the delete of b, before the init-done that proves it
 *
 * A list that is abandoned (another `init` comes without an `init-done`) removes nothing. Scopes know nothing of each
 * other. `init`, `init-done` and statuses pass. Remembers keys only, and none that is gone. Completes and errors with
 * the source.
 *
 * @example
 * watchObjects(options).pipe(reconcileLists(), filter((event) => event.type === 'delete'));
 */
export function reconcileLists(): OperatorFunction<ResourceEvent, ObjectChange | ListMark | SourceStatus> {
  return (source$) =>
    defer(() => {
      const scopes = new WeakMap<Scope, ListedKeys>();
      return source$.pipe(
        concatMapIterable((event): (ObjectChange | ListMark | SourceStatus)[] => {
          const { scope } = event;
          const known = scopes.get(scope) ?? new ListedKeys();
          scopes.set(scope, known);
          switch (event.type) {
            case 'init':
              known.begin();
              return [event];
            case 'init-done':
              return [...known.complete().map((key) => ({ type: 'delete', scope, key }) as const), event];
            case 'init-apply':
            case 'apply':
              known.add(objectKey(event.object));
              return [{ type: 'apply', scope, object: event.object }];
            case 'delete':
              known.delete(event.key);
              return [event];
            default:
              return [event];
          }
        }),
      );
    });
}
