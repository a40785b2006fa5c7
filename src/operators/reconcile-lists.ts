import { defer, type OperatorFunction } from 'rxjs';
import {
  type ListMark,
  type ObjectChange,
  objectKey,
  type ResourceEvent,
  type Scope,
  type ScopeMark,
  type SourceStatus,
} from '../model.js';
import { concatMapIterable } from './concat-map-iterable.js';
import { ListedKeys } from './listed-keys.js';

/** What lists and changes say, made one. */
export type Reconciled = ObjectChange | ListMark | ScopeMark | SourceStatus;

/**
 * Makes lists and live events one: each object's newest state, and a `delete` for each that a complete list no longer has.
 *
 *     source   -(iabj)----(iaj)-|     i: init, a and b: init-apply, j: init-done
 *     result   -(iabj)----(iaBj)|     B: the delete of b, before the init-done that proves it
 *
 *     source   -(ab)--l---b-|     a, b: apply, l: the scope left
 *     result   -(ab)--(ABl)-|     and what still comes of it is dropped
 *
 * A list that is abandoned (another `init` comes without an `init-done`) removes nothing. Scopes know nothing of each
 * other. Marks and statuses pass. Remembers keys only, and none that is gone. Completes and errors with
 * the source.
 *
 * @example
 * watchObjects(options).pipe(reconcileLists(), filter((event) => event.type === 'delete'));
 */
export function reconcileLists(): OperatorFunction<ResourceEvent, Reconciled> {
  return (source$) =>
    defer(() => {
      const scopes = new WeakMap<Scope, ListedKeys>();
      const left = new WeakSet<Scope>();
      return source$.pipe(
        concatMapIterable((event): Reconciled[] => {
          const { scope } = event;
          if (left.has(scope)) {
            return [];
          }
          const known = scopes.get(scope) ?? new ListedKeys();
          scopes.set(scope, known);
          switch (event.type) {
            case 'init':
              known.begin();
              return [event];
            case 'init-done':
              return [...known.complete().map((key) => ({ type: 'delete', scope, key }) as const), event];
            case 'left':
              // Nothing is in it any more, which is what an empty list says.
              left.add(scope);
              known.begin();
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
