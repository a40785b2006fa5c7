import { type Observable, type Subscription, takeUntil } from 'rxjs';
import type { Answer } from './answer.js';
import { goJson } from './go-json.js';
import { representObject, type View } from './represent.js';
import { apiVersionOf, type ResourceSpec } from './resources.js';
import { COMMON_HEADERS } from './respond.js';
import type { WatchEvent } from './watch-events.js';

/** A client that leaves so many events unread is dropped, as the API server drops it: nothing is queued without end. */
const MAX_PENDING_EVENTS = 10_000;
/** Events are written together up to this size: enough for the socket, and little to hold beside the store. */
const BATCH_BYTES = 64 * 1024;

/**
 * Writes a watch: one line of JSON for each event, as fast as the client reads. What waits is a reference to what the store
 * and its history hold, not bytes. Ends the answer when the events end, and the subscription when the client goes.
 */
export function writeWatch(
  answer: Answer,
  events$: Observable<WatchEvent>,
  spec: ResourceSpec,
  view: View,
): Subscription {
  const pending: WatchEvent[] = [];
  let isFull = false;
  let isStarted = false;
  let isEnded = false;
  let withColumns = true;
  let maxPending = Number.POSITIVE_INFINITY;

  const line = (event: WatchEvent): string => {
    const object =
      event.type === 'ERROR' ? goJson(event.status) : representObject(written(event, spec), spec, view, withColumns);
    withColumns = false;
    return `{"type":"${event.type}","object":${object}}\n`;
  };
  const flush = (): void => {
    let next = 0;
    while (next < pending.length && !isFull && !answer.isOver) {
      const lines: string[] = [];
      let size = 0;
      for (; next < pending.length && size < BATCH_BYTES; next += 1) {
        const text = line(pending[next] as WatchEvent);
        lines.push(text);
        size += text.length;
      }
      isFull = !answer.write(Buffer.from(lines.join('')));
    }
    pending.splice(0, answer.isOver ? pending.length : next);
    if (pending.length === 0) maxPending = MAX_PENDING_EVENTS;
    if (isEnded && pending.length === 0) answer.end();
  };

  answer.begin(200, { ...COMMON_HEADERS, 'content-type': 'application/json' });
  const subscription = events$.pipe(takeUntil(answer.closed$)).subscribe({
    next: (event) => {
      pending.push(event);
      if (pending.length > maxPending) answer.cut();
      else if (isStarted && !isFull) flush();
    },
    complete: () => {
      isEnded = true;
      if (isStarted && !isFull) flush();
    },
  });
  subscription.add(
    answer.drained$.pipe(takeUntil(answer.closed$)).subscribe(() => {
      isFull = false;
      flush();
    }),
  );
  // The first events come all at once, so that batches can be made of them; the store bounds them, no limit counts.
  isStarted = true;
  maxPending = pending.length + MAX_PENDING_EVENTS;
  flush();
  return subscription;
}

function written(event: Exclude<WatchEvent, { type: 'ERROR' }>, spec: ResourceSpec) {
  if (event.type !== 'BOOKMARK') return event.entry;
  const annotations = event.endsInitialEvents && { annotations: { 'k8s.io/initial-events-end': 'true' } };
  const metadata = { resourceVersion: String(event.revision), ...annotations };
  const object = { kind: spec.kind, apiVersion: apiVersionOf(spec), metadata };
  return { object, json: goJson(object) };
}
