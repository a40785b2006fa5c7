import { catchError, EMPTY, expand, map, type Observable, of, reduce, switchMap } from 'rxjs';
import { BodyError } from '../../../http/read-body.js';
import { isRecord } from '../../../kubernetes/is-record.js';
import { GrafanaError, type ListedDashboard } from '../grafana-api.js';
import { answerError, malformed } from './answer-error.js';
import { type ListedItem, readItem } from './apis-object.js';
import type { AskGrafana } from './ask-grafana.js';
import { type GrafanaAnswer, isSuccess, recordOf } from './grafana-answer.js';
import { searchOurs } from './search-pages.js';

const PAGE_ITEMS = 100;
/** Dashboards have up to 16 MiB, though nearly all have some ten KiB: a page that has more is asked for in smaller ones. */
const PAGE_BYTES = 4 * 1_024 * 1_024;
/** Names, stamps and versions are all that is wanted (k8s.io/apiserver); a server that does not know it gives everything. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/**
 * All dashboards of `/apis` that carry our mark, in pages. Without their contents the ones that were stamped by the legacy family show
 * nothing: then the search for our tag tells them. It does all of it where the server cannot give the list (501, 406: one
 * of its dashboards has no form in this version); v2 dashboards are not among those.
 */
export function listOurs(ask: AskGrafana, path: string): Observable<readonly ListedDashboard[]> {
  return pages(ask, path).pipe(
    reduce((all: ListedItem[], { items }) => {
      for (const item of items) if (item.isOurs !== false) all.push(item);
      return all;
    }, []),
    switchMap((items) => withTagged(ask, items)),
    catchError((error) => {
      const isUnconvertible = error instanceof GrafanaError && (error.status === 501 || error.status === 406);
      if (isUnconvertible) return searchAll(ask);
      throw error;
    }),
  );
}

function withTagged(ask: AskGrafana, items: readonly ListedItem[]): Observable<readonly ListedDashboard[]> {
  if (items.every(({ isOurs }) => isOurs)) return of(items.map(({ listed }) => listed));
  return searchAll(ask).pipe(
    map((found) => {
      const tagged = new Set(found.map(({ uid }) => uid));
      return items.filter(({ isOurs, listed }) => isOurs || tagged.has(listed.uid)).map(({ listed }) => listed);
    }),
  );
}

function searchAll(ask: AskGrafana): Observable<readonly ListedDashboard[]> {
  return searchOurs(ask).pipe(reduce((all: readonly ListedDashboard[], found) => [...all, ...found], []));
}

interface Page {
  readonly items: readonly ListedItem[];
  readonly next: string;
  readonly limit: number;
}

function pages(ask: AskGrafana, path: string): Observable<Page> {
  const page = (from: string, limit: number): Observable<Page> =>
    ask({
      method: 'GET',
      path,
      query: { limit: `${limit}`, ...(from !== '' && { continue: from }) },
      accept: METADATA_ONLY,
      ...(limit > 1 && { maxAnswerBytes: PAGE_BYTES }),
    }).pipe(
      map((answer) => readPage(answer, from, limit)),
      catchError((error) => {
        if (isTooLarge(error) && limit > 1) return page(from, Math.ceil(limit / 4));
        throw error;
      }),
    );
  return page('', PAGE_ITEMS).pipe(expand(({ next, limit }) => (next === '' ? EMPTY : page(next, limit))));
}

function readPage(answer: GrafanaAnswer, from: string, limit: number): Page {
  if (!isSuccess(answer)) throw answerError(answer);
  const { items, metadata } = recordOf(answer);
  const token = isRecord(metadata) ? metadata['continue'] : undefined;
  const next = typeof token === 'string' ? token : '';
  // An empty list of Go is null. The same token twice would never end.
  const isList = Array.isArray(items) || (items === null && isRecord(metadata));
  if (!isList || (next !== '' && next === from)) throw malformed(answer);
  const read = (Array.isArray(items) ? items : []).map((json: unknown) => {
    const item = readItem(json);
    if (item === undefined) throw malformed(answer);
    return item;
  });
  return { items: read, next, limit };
}

function isTooLarge(error: unknown): boolean {
  return error instanceof GrafanaError && error.cause instanceof BodyError && error.cause.code === 'TOO_LARGE';
}
