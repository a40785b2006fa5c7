import { catchError, defer, filter, map, type Observable, throwError } from 'rxjs';
import type { KubernetesApi } from '../kubernetes/api.js';
import { parseObject } from '../kubernetes/parse-object.js';
import { type ObjectKey, type ResourceKind, type Scope, SourceError, type WatchedObject } from '../model.js';
import { parseFieldSelector } from '../selectors/field-selector.js';
import { parseLabelSelector } from '../selectors/label-selector.js';
import { pageOf } from './list-page.js';
import { type Json, readJson } from './read-json.js';
import { type SourceOptions, sourceLimits } from './source-options.js';

export interface FetchOptions extends SourceOptions {
  /** What the object must match to exist for us, as in a {@link Scope}. @default anything does */
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/**
 * One object as it is now; `undefined` when it does not exist, or is not selected. Then completes.
 *
 *     GET   -200         result   -(a|)
 *     GET   -403 or 404, list with metadata.name=…   -200    result   -(a|), or -(undefined|)
 *
 * `get` is often not granted where `list` is, hence the list after a 403. After a 404 too: any proxy in between can say 404,
 * and what is believed gone is removed; a complete list that lacks the object says it for certain. Where fields are selected that
 * we do not read (the `type` of a Secret), only a list can tell, so there is no GET.
 * Errors with a `SourceError`: wrap it in `retryWithBackoff`. Unsubscribing aborts the request.
 */
export function fetchObject(
  api: KubernetesApi,
  key: ObjectKey,
  options: FetchOptions = {},
): Observable<WatchedObject | undefined> {
  const limits = sourceLimits(options);
  const { labelSelector } = options;
  const [kind, namespace, name] = key.split('/') as [ResourceKind, string, string];
  const labels = parseLabelSelector(labelSelector ?? '');
  const fields = parseFieldSelector(options.fieldSelector ?? '');
  const known = { 'metadata.name': name, 'metadata.namespace': namespace };
  const fieldSelector = [`metadata.name=${name}`, ...(fields.text === '' ? [] : [fields.text])].join(',');
  const scope: Scope = { kind, namespace, fieldSelector };
  const get = () =>
    readJson(api, { verb: 'get', kind, namespace, name }, scope, limits).pipe(
      filter(isJson),
      map(({ body }): WatchedObject | undefined => parseObject(body, kind)),
    );
  const list = () =>
    readJson(api, { verb: 'list', kind, namespace, query: { labelSelector, fieldSelector } }, scope, limits).pipe(
      filter(isJson),
      map(({ body }) =>
        pageOf(body)
          .items.map((item) => parseObject(item, kind))
          .find((object) => object.name === name),
      ),
    );
  const onlyListsTell = fields.terms.some(({ field }) => !Object.hasOwn(known, field));
  return defer(onlyListsTell ? list : get).pipe(
    catchError((error: unknown) =>
      !onlyListsTell && error instanceof SourceError && (error.status === 403 || error.status === 404)
        ? list()
        : throwError(() => error),
    ),
    map((object) => (object && labels.matches(object.labels) && fields.mayMatch(known) ? object : undefined)),
  );
}

function isJson(part: { readonly type: string }): part is Json {
  return part.type === 'json';
}
