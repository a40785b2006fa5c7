import { type ObjectKey, objectKey, type ResourceEvent, type Scope } from '../model.js';
import { type Reached, reached, type Step } from './run-source.js';
import type { WatchEvent } from './watch-event.js';
import type { WatchState } from './watch-state.js';

type Change = Exclude<WatchEvent, { readonly type: 'error' }>;

/**
 * What an event means within a streamed list. Only the bookmark that ends the list gives a resourceVersion: the objects
 * before it come in no order (client-go takes none of theirs either).
 *
 * `deleted` are the objects that went meanwhile: within a list there are no deletes, so they are said after `init-done`.
 */
export function listedSteps(event: Change, scope: Scope, deleted: Set<ObjectKey>): readonly Step<WatchState>[] {
  switch (event.type) {
    case 'applied':
      deleted.delete(objectKey(event.object));
      return [{ type: 'init-apply', scope, object: event.object }];
    case 'deleted':
      deleted.add(objectKey(event.object));
      return [];
    case 'bookmark': {
      if (!event.initialEventsEnd) {
        return [];
      }
      const deletes = [...deleted].map((key): ResourceEvent => ({ type: 'delete', scope, key }));
      return [{ type: 'init-done', scope }, ...deletes, watching(event.resourceVersion, false)];
    }
  }
}

/**
 * What an event means after the list, at `resourceVersion`. The new one is reached after the event was handed on, never before:
 * whoever is cut in between gets the event again, which is harmless, instead of never.
 */
export function changeSteps(event: Change, scope: Scope, resourceVersion: string): readonly Step<WatchState>[] {
  switch (event.type) {
    case 'applied': {
      const { object } = event;
      return [{ type: 'apply', scope, object }, watching(object.resourceVersion, true)];
    }
    case 'deleted':
      return [{ type: 'delete', scope, key: objectKey(event.object) }, watching(event.object.resourceVersion, true)];
    case 'bookmark':
      // The same one again and again is no progress: a server may send it and drop us each time.
      return [watching(event.resourceVersion, event.resourceVersion !== resourceVersion)];
  }
}

function watching(resourceVersion: string, progress: boolean): Reached<WatchState> {
  return reached<WatchState>({ type: 'watching', resourceVersion }, progress);
}
