import type { OperatorFunction } from 'rxjs';
import {
  type ObjectKey,
  objectKey,
  type Refusal,
  type Scope,
  type UrlFailed,
  type WatchedObject,
} from '../../model.js';
import { concatMapIterable } from '../../operators/concat-map-iterable.js';
import type { DesiredDashboard } from './documents/desired-dashboard.js';
import type { UrlDashboard } from './documents/desired-dashboards.js';
import type { DashboardEvent } from './grafana-event.js';
import type { PushInput } from './push-options.js';
import type { PushState } from './push-state.js';

/** Everything that an object says was said, and its documents are in hand. */
export interface ObjectRead {
  readonly type: 'read';
}

export type ReadObject = PushInput | Refusal | UrlFailed | DashboardEvent | ObjectRead;

/**
 * Reads the dashboards of each object: into memory what is wanted, into hand the documents. What passes on is without data.
 *
 * A state of an object that was read already (a relist; a fetch for the sake of one document) says nothing new, and is parsed only
 * where somebody waits for what is in it.
 */
export function readObjects(
  state: PushState,
  fetchUrl: (url: UrlDashboard) => void,
): OperatorFunction<PushInput, ReadObject> {
  const { memory, inHand, queue, options } = state;
  const read = (object: WatchedObject, scope: Scope): ReadObject[] => {
    const key = objectKey(object);
    const isKnown = memory.isKnown(object);
    const awaited = isKnown ? memory.wishesOf(key).filter(({ source }) => queue.isWanted(source)) : [];
    for (const { source, isUrl } of awaited) {
      const url = isUrl ? memory.urlOf(key, source) : undefined;
      if (url !== undefined) fetchUrl(url);
    }
    if (isKnown && awaited.every(({ isUrl }) => isUrl)) return [];
    const desired = options.desired(object);
    for (const document of desired.dashboards)
      inHand.set(document.source, { document, size: sizeOf(object, document) });
    if (isKnown) return [{ type: 'read' }];
    memory.apply(object, scope, desired);
    for (const url of desired.urls) fetchUrl(url);
    const light = { type: 'apply', scope, object: { ...object, data: {}, binaryData: {} } } as const;
    return [...desired.refusals, ...warnings(key, desired.dashboards), light, { type: 'read' }];
  };
  return concatMapIterable((event) => {
    inHand.clear();
    switch (event.type) {
      case 'apply':
        return read(event.object, event.scope);
      case 'delete':
        memory.delete(event.key);
        return [event, { type: 'read' }];
      default:
        return [event];
    }
  });
}

export function warnings(owner: ObjectKey, dashboards: readonly DesiredDashboard[]): DashboardEvent[] {
  return dashboards.flatMap(({ uid, source, warnings: messages }) =>
    messages.map((message): DashboardEvent => ({ type: 'dashboard', op: 'warned', uid, owner, source, message })),
  );
}

/** In characters of its JSON. */
function sizeOf({ data, binaryData }: WatchedObject, { entry }: DesiredDashboard): number {
  return (data[entry] ?? binaryData[entry] ?? '').length;
}
