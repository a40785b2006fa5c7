import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { WatchEvent } from './api-body.js';

/** Generous: it is paid only where an event never comes. */
const nextWithinMs = 15_000;

/** An open watch, read line by line. What arrives before somebody asks for it waits. */
export class WatchConnection {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly #answer: IncomingMessage;
  readonly #arrived: WatchEvent[] = [];
  #line = '';
  #over: 'ended' | Error | undefined;
  #wake: () => void = () => undefined;

  constructor(answer: IncomingMessage) {
    this.#answer = answer;
    this.status = answer.statusCode ?? 0;
    this.headers = answer.headers;
    answer.setEncoding('utf8');
    answer.on('data', (text: string) => this.#read(text));
    answer.on('end', () => this.#finish('ended'));
    answer.on('error', (error: Error) => this.#finish(error));
  }

  /** The next event; an error where the watch ends instead. */
  async next(): Promise<WatchEvent> {
    const event = await this.#nextOrEnd();
    if (!event) throw new Error('Expected one more event, but the watch has ended.');
    return event;
  }

  /** The next `count` events. */
  async take(count: number): Promise<readonly WatchEvent[]> {
    const events: WatchEvent[] = [];
    while (events.length < count) events.push(await this.next());
    return events;
  }

  /** All that is still to come, once the server has ended the watch. */
  async rest(): Promise<readonly WatchEvent[]> {
    const events: WatchEvent[] = [];
    for (let event = await this.#nextOrEnd(); event; event = await this.#nextOrEnd()) events.push(event);
    return events;
  }

  /** Cuts the connection. */
  close(): void {
    this.#finish('ended');
    this.#answer.destroy();
  }

  async #nextOrEnd(): Promise<WatchEvent | undefined> {
    const event = this.#arrived.shift();
    if (event) return event;
    if (this.#over instanceof Error) throw this.#over;
    if (this.#over) return undefined;
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`Expected an event within ${nextWithinMs} ms.`)), nextWithinMs);
      this.#wake = () => {
        clearTimeout(late);
        resolve();
      };
    });
    return this.#nextOrEnd();
  }

  #read(text: string): void {
    const lines = `${this.#line}${text}`.split('\n');
    this.#line = lines.pop() ?? '';
    for (const line of lines) this.#arrived.push(JSON.parse(line) as WatchEvent);
    if (lines.length > 0) this.#wake();
  }

  #finish(over: 'ended' | Error): void {
    this.#over ??= over;
    this.#wake();
  }
}
