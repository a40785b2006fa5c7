import { Observable, type OperatorFunction } from 'rxjs';
import { SourceError } from '../model.js';

const NEWLINE = 0x0a;

/**
 * Splits bytes into lines, at 0x0A alone (a decoder of text would also split at U+2028), without it.
 *
 *     bytes    -(ab)-(c\n)-(d\n\ne\n)--|     a chunk may hold part of a line, or several
 *     lines    ------(abc)-(de)--------|     empty lines are passed over
 *
 * Errors with a `malformed` `SourceError` when a line is longer than `maxBytes`, and when the source completes in the middle
 * of a line: its end was cut off. Never holds more than one line; what it emits may share memory with the chunk.
 */
export function splitLines(maxBytes: number): OperatorFunction<Buffer, Buffer> {
  return (source$) =>
    new Observable((subscriber) => {
      let begun: Buffer[] = [];
      let begunBytes = 0;

      const take = (chunk: Buffer): void => {
        let from = 0;
        while (!subscriber.closed) {
          const end = chunk.indexOf(NEWLINE, from);
          const part = chunk.subarray(from, end === -1 ? chunk.length : end);
          begunBytes += part.length;
          if (begunBytes > maxBytes) {
            subscriber.error(new SourceError('malformed', `A line of a watch is longer than ${maxBytes} bytes.`));
            return;
          }
          if (part.length > 0) {
            begun.push(part);
          }
          if (end === -1) {
            return;
          }
          if (begun.length > 0) {
            const line = begun.length === 1 && begun[0] !== undefined ? begun[0] : Buffer.concat(begun);
            begun = [];
            begunBytes = 0;
            subscriber.next(line);
          }
          from = end + 1;
        }
      };

      return source$.subscribe({
        next: take,
        error: (error) => subscriber.error(error),
        complete: () =>
          begunBytes === 0
            ? subscriber.complete()
            : subscriber.error(new SourceError('malformed', 'A watch ended in the middle of a line.')),
      });
    });
}

/** `JSON.parse` whose error says nothing of the input: the parser's own message quotes it, Secrets included. */
export function parseJson(bytes: Buffer, what: string): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    // Deliberately without a cause, for the same reason.
    throw new SourceError('malformed', `${what} is not JSON (${bytes.length} bytes).`);
  }
}
