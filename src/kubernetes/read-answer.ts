import { defer, endWith, filter, ignoreElements, map, type OperatorFunction, tap } from 'rxjs';
import { SourceError } from '../model.js';
import type { ApiResponsePart } from './api.js';
import { parseJson } from './json-lines.js';

/**
 * The whole answer as JSON when it is complete; `undefined` where it is empty.
 *
 *     parts    -head-({"a")-(:1})-|
 *     result   -------------------({a: 1}|)
 *
 * Errors with a `malformed` `SourceError` when it is longer than `maxBytes`, at once, and when it is no JSON. `what` names the
 * request, for that message.
 */
export function readAnswer(maxBytes: number, what: string): OperatorFunction<ApiResponsePart, unknown> {
  return (parts$) =>
    defer(() => {
      const chunks: Buffer[] = [];
      let size = 0;
      return parts$.pipe(
        filter((part) => part.type === 'bytes'),
        tap(({ bytes }) => {
          size += bytes.length;
          if (size > maxBytes) {
            throw new SourceError('malformed', `The answer to our ${what} is longer than ${maxBytes} bytes.`);
          }
          chunks.push(bytes);
        }),
        ignoreElements(),
        endWith(undefined),
        map(() => (size === 0 ? undefined : parseJson(Buffer.concat(chunks), `The answer to our ${what}`))),
      );
    });
}
