import { takeUntil } from 'rxjs';
import { type ApiCall, entryOf } from './api-call.js';
import { listOptions } from './list-options.js';
import { readList } from './read-list.js';
import { checkView, representList, representObject } from './represent.js';
import { mustBeReached, requiredRevision } from './resource-version.js';
import type { Reply } from './respond.js';
import { watchEvents } from './watch-events.js';
import { writeWatch } from './write-watch.js';

/** The API server's range of a watch without a timeout, in seconds: random, so that clients do not come back together. */
const MIN_TIMEOUT_SECONDS = 1800;

export function getCall(call: ApiCall): Reply {
  mustBeReached(requiredRevision(call.info.query.get('resourceVersion') ?? ''), call.context.store);
  return { status: 200, json: representObject(entryOf(call), call.spec, call.view) };
}

export function listCall({ context, info, spec, namespace, view }: ApiCall): Reply {
  const page = readList(context.store, spec.resource, namespace, listOptions(info.query, spec.resource));
  return { status: 200, json: representList(page, spec, view) };
}

/** Answers by itself, until the watch ends or the client goes. */
export function watchCall({ context, info, spec, namespace, name, view, answer }: ApiCall): void {
  const options = listOptions(info.query, spec.resource, true);
  checkView(view, spec);
  const seconds = options.timeoutSeconds || MIN_TIMEOUT_SECONDS * (1 + Math.random());
  const events$ = watchEvents(context.store, { resource: spec.resource, namespace, name }, options, {
    bookmarks$: context.bookmarks$,
    bookmarkIntervalMs: context.bookmarkIntervalMs,
    timeoutMs: seconds * 1000,
  });
  const watch = writeWatch(answer, events$.pipe(takeUntil(context.ended$)), spec, view);
  context.openWatches.count += 1;
  watch.add(() => {
    context.openWatches.count -= 1;
  });
}
