import { catchError, concatMap, type Observable, throwError } from 'rxjs';
import type { Access, KubernetesWriter } from '../../kubernetes/api-call.js';
import { isRecord } from '../../kubernetes/is-record.js';
import { SourceError } from '../../model.js';
import type { EventObject } from './event-object.js';

/**
 * Creates an Event, or repeats the one of this name: an earlier life, or another replica, has said the same.
 *
 *     POST   -201                      result   -x|
 *     POST   -409   PATCH -200 -200    result   ------x|     the first one says how often it was said before
 *     POST   -409   PATCH -404  POST…                        it has just expired
 *
 * Needs the right to create and to patch, as client-go's recorder does, and none to read. Two that repeat one Event at a time
 * count once: nobody needs that number exactly. Errors with a `SourceError`.
 */
export function writeEvent(api: KubernetesWriter, event: EventObject): Observable<unknown> {
  const { namespace, name } = event.metadata;
  const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/events`;
  const access = (verb: string): Access => ({
    verb,
    group: '',
    resource: 'events',
    namespace,
    verbs: ['create', 'patch'],
  });

  const create = () => api.send({ method: 'POST', path, body: event, access: access('create') });
  const patch = (body: Partial<EventObject> | { readonly count: number }) =>
    api.send({
      method: 'PATCH',
      path: `${path}/${encodeURIComponent(name)}`,
      body,
      contentType: 'application/merge-patch+json',
      access: access('patch'),
    });
  const repeat = () => {
    const { message, lastTimestamp, reportingInstance } = event;
    return patch({ message, lastTimestamp, reportingInstance }).pipe(
      concatMap((known) => patch({ count: countOf(known) + 1 })),
    );
  };
  return create().pipe(onStatus(409, () => repeat().pipe(onStatus(404, create))));
}

function onStatus(status: number, next: () => Observable<unknown>) {
  return catchError((error: unknown) =>
    error instanceof SourceError && error.status === status ? next() : throwError(() => error),
  );
}

function countOf(event: unknown): number {
  const count = isRecord(event) ? event['count'] : undefined;
  return typeof count === 'number' && Number.isSafeInteger(count) && count > 0 ? count : 1;
}
