import {
  connect,
  defer,
  endWith,
  filter,
  ignoreElements,
  map,
  merge,
  type Observable,
  type OperatorFunction,
  pipe,
  tap,
  throttleTime,
} from 'rxjs';
import type { ApiRequest, ApiResponsePart, KubernetesApi } from '../kubernetes/api.js';
import { parseJson } from '../kubernetes/json-lines.js';
import { type Scope, SourceError, type SourceStatus, scopeName } from '../model.js';
import { failWhenSilent } from './fail-when-silent.js';
import { HEARTBEAT_MS, PROMISE_MARGIN_MS, type SourceLimits } from './source-options.js';

export type Json = { readonly type: 'json'; readonly body: unknown };

/** One answer that is read whole: signs of life while it comes, then what it says. */
export function readJson(
  api: KubernetesApi,
  request: ApiRequest,
  scope: Scope,
  { listSilenceMs, maxPageBytes }: Pick<SourceLimits, 'listSilenceMs' | 'maxPageBytes'>,
): Observable<SourceStatus | Json> {
  const what = `the ${request.verb} of ${scopeName(scope)}`;
  return api.request(request).pipe(
    failWhenSilent(() => listSilenceMs, what),
    connect((parts$) =>
      merge(
        parts$.pipe(signsOfLife(scope, () => listSilenceMs)),
        parts$.pipe(
          bytesOf(),
          collect(maxPageBytes, what),
          map((bytes): Json => ({ type: 'json', body: parseJson(bytes, `The answer to ${what}`) })),
        ),
      ),
    ),
  );
}

export function bytesOf(): OperatorFunction<ApiResponsePart, Buffer> {
  return pipe(
    filter((part) => part.type === 'bytes'),
    map(({ bytes }) => bytes),
  );
}

/**
 * `alive` when the answer begins, and while it goes on, with the promise of the next one. Each byte is contact, but a busy
 * stream says so once in five seconds only.
 */
export function signsOfLife(scope: Scope, silenceMs: () => number): OperatorFunction<ApiResponsePart, SourceStatus> {
  return pipe(
    throttleTime(HEARTBEAT_MS),
    map(() => ({ type: 'alive', scope, nextWithinMs: HEARTBEAT_MS + silenceMs() + PROMISE_MARGIN_MS })),
  );
}

function collect(maxBytes: number, what: string): OperatorFunction<Buffer, Buffer> {
  return (source$) =>
    defer(() => {
      const chunks: Buffer[] = [];
      let size = 0;
      return source$.pipe(
        tap((chunk) => {
          size += chunk.length;
          if (size > maxBytes) {
            throw new SourceError('malformed', `The answer to ${what} is longer than ${maxBytes} bytes.`);
          }
          chunks.push(chunk);
        }),
        ignoreElements(),
        endWith(undefined),
        map(() => Buffer.concat(chunks)),
      );
    });
}
