import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { fromEvent, map, type Observable, take } from 'rxjs';

/** What a fault does to an answer once so many bytes of its body are out. */
export interface BodyLimit {
  readonly afterBytes: number;
  readonly effect: 'cut' | 'silence';
}

/** Where an answer is written to. Once its client is gone, writing does nothing. */
export interface Answer {
  begin(status: number, headers: OutgoingHttpHeaders): void;
  /** Whether more can be taken at once; if not, `drained$` says when. */
  write(body: Buffer): boolean;
  end(body?: Buffer): void;
  /** The connection is gone in the middle of it, with what was not sent yet. */
  cut(): void;
  /** Nothing that is written arrives any more. */
  readonly isOver: boolean;
  readonly drained$: Observable<void>;
  /** Once, when it is over, however that came about. */
  readonly closed$: Observable<void>;
}

/** The connection that an answer goes over. */
export interface AnswerConnection {
  reset(): void;
  /** What was written still arrives. */
  close(): void;
}

/** A limit of more bytes than the body has does nothing. */
export function createAnswer(response: ServerResponse, connection: AnswerConnection, limit?: BodyLimit): Answer {
  let left = limit?.afterBytes ?? Number.POSITIVE_INFINITY;
  const isOver = () => response.destroyed || response.writableEnded;

  /** Closed and not reset: a reset would overtake the bytes that shall arrive. */
  const strike = (): void => {
    if (limit?.effect === 'cut') response.write('', () => connection.close());
  };
  const write = (body: Buffer): boolean => {
    if (isOver() || left < 0) return true;
    if (body.length <= left) {
      left -= body.length;
      return body.length === 0 || response.write(body);
    }
    const part = body.subarray(0, left);
    left = -1;
    if (part.length > 0) response.write(part);
    strike();
    return true;
  };

  return {
    begin(status, headers) {
      if (isOver()) return;
      response.writeHead(status, headers);
      response.flushHeaders();
    },
    write,
    end(body = Buffer.alloc(0)) {
      write(body);
      if (left >= 0 && !isOver()) response.end();
    },
    cut: () => connection.reset(),
    get isOver() {
      return isOver();
    },
    drained$: fromEvent(response, 'drain').pipe(map(() => undefined)),
    closed$: fromEvent(response, 'close').pipe(
      take(1),
      map(() => undefined),
    ),
  };
}
