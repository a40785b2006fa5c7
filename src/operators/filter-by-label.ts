import { defer, type MonoTypeOperatorFunction } from 'rxjs';
import { objectKey, type ResourceEvent, type Scope } from '../model.js';
import { type LabelSelector, parseLabelSelector } from '../selectors/label-selector.js';
import { concatMapIterable } from './concat-map-iterable.js';
import { ListedKeys } from './listed-keys.js';

/**
 * Lets through what the API server would send for this label selector.
 *
 *     source   -a-b-c-d-|     a, c, d: one object, without the label in c and d; b: an object without it
 *     result   -a---x---|     x: the object's delete
 *
 * An object that ceases to match becomes a `delete`; in a list it is dropped, since `init-done` tells as much. A delete
 * of an object that never passed is dropped. `init`, `init-done` and statuses pass. Of what passed, the keys are
 * remembered until they are gone. Completes and errors with the source. Throws a `SelectorError` at once when the
 * selector is none.
 *
 * @example
 * watchObjects(options).pipe(filterByLabel('app in (loki, mimir), !paused'));
 */
export function filterByLabel(selector: string | LabelSelector): MonoTypeOperatorFunction<ResourceEvent> {
  const { matches } = typeof selector === 'string' ? parseLabelSelector(selector) : selector;
  return (source$) =>
    defer(() => {
      const scopes = new WeakMap<Scope, ListedKeys>();
      return source$.pipe(
        concatMapIterable((event): ResourceEvent[] => {
          const passed = scopes.get(event.scope) ?? new ListedKeys();
          scopes.set(event.scope, passed);
          switch (event.type) {
            case 'init':
              passed.begin();
              return [event];
            case 'init-done':
              passed.complete();
              return [event];
            case 'delete':
              return passed.delete(event.key) ? [event] : [];
            case 'init-apply':
            case 'apply': {
              const key = objectKey(event.object);
              if (matches(event.object.labels)) {
                passed.add(key);
                return [event];
              }
              const wasThere = event.type === 'apply' && passed.delete(key);
              return wasThere ? [{ type: 'delete', scope: event.scope, key }] : [];
            }
            default:
              return [event];
          }
        }),
      );
    });
}
