import { once } from 'node:events';
import { createConnection, createServer, type Server, type Socket } from 'node:net';

interface Link {
  readonly client: Socket;
  readonly upstream: Socket;
}

/**
 * A TCP proxy on loopback that treats its connections as badly as it is told to. TLS goes through unbroken, so the
 * server's certificate must be valid for 127.0.0.1. What a method began, the function it returns ends.
 */
export class CuttingProxy {
  readonly #links = new Set<Link>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #targetPort: number;
  #server: Server | undefined;
  #port = 0;
  #accepted = 0;
  #delayMs = 0;
  #stalled = false;
  #bytesUntilCut = Number.POSITIVE_INFINITY;

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
  }

  /** On a free port of 127.0.0.1, before `targetPort` of the same. */
  static async start(targetPort: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(targetPort);
    await proxy.accept();
    return proxy;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `https://127.0.0.1:${this.#port}`;
  }

  /** Connections accepted so far. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Connections open now. */
  get open(): number {
    return this.#links.size;
  }

  /** Resets (RST) both ends of every open connection and says how many there were. */
  cut(): number {
    const count = this.#links.size;
    for (const link of this.#links) this.#reset(link);
    return count;
  }

  /** Cuts now and every `everyMs` from now on. */
  cutEvery(everyMs: number): () => void {
    this.cut();
    const timer = setInterval(() => this.cut(), everyMs);
    this.#timers.add(timer);
    return () => {
      clearInterval(timer);
      this.#timers.delete(timer);
    };
  }

  /** Resets each connection made from now on once `bytes` have gone to the client: an answer that ends half-way. */
  cutAfter(bytes: number): () => void {
    this.#bytesUntilCut = bytes;
    return () => {
      this.#bytesUntilCut = Number.POSITIVE_INFINITY;
    };
  }

  /** Ends (FIN) every open connection towards the client, whose own direction stays open. */
  halfClose(): void {
    for (const { client } of this.#links) client.end();
  }

  /** Lets nothing through in either direction and closes nothing; new connections are accepted, and as silent. */
  stall(): () => void {
    this.#stalled = true;
    for (const link of this.#links) for (const socket of [link.client, link.upstream]) socket.pause();
    return () => {
      this.#stalled = false;
      for (const link of this.#links) for (const socket of [link.client, link.upstream]) socket.resume();
    };
  }

  /** Holds each chunk back for `delayMs`, in both directions. */
  delay(delayMs: number): () => void {
    this.#delayMs = delayMs;
    return () => {
      this.#delayMs = 0;
    };
  }

  /** Closes the port and cuts: connections are refused until `accept`. */
  async refuse(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    this.cut();
    await closed;
  }

  /** Takes connections, on the same port as before. */
  async accept(): Promise<void> {
    if (this.#server) return;
    const options = { allowHalfOpen: true, noDelay: true };
    const server = createServer(options, (client) => this.#connect(client)).listen(this.#port, '127.0.0.1');
    await once(server, 'listening');
    this.#port = (server.address() as { port: number }).port;
    this.#server = server;
  }

  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    await this.refuse();
  }

  #connect(client: Socket): void {
    this.#accepted++;
    const options = { host: '127.0.0.1', port: this.#targetPort, allowHalfOpen: true, noDelay: true };
    const link: Link = { client, upstream: createConnection(options) };
    this.#links.add(link);
    this.#forward(link.client, link.upstream, link, Number.POSITIVE_INFINITY);
    this.#forward(link.upstream, link.client, link, this.#bytesUntilCut);
    for (const socket of [link.client, link.upstream]) {
      if (this.#stalled) socket.pause();
      // A reset of one end is a reset of the other: what the client sees is what the server did.
      socket.on('error', () => this.#reset(link));
      socket.on('close', () => {
        if (link.client.destroyed && link.upstream.destroyed) this.#links.delete(link);
      });
    }
  }

  /** By hand and not by `pipe`, which knows neither a delay nor a last byte, and resumes what a stall has paused. */
  #forward(from: Socket, to: Socket, link: Link, bytesUntilCut: number): void {
    let left = bytesUntilCut;
    /** The last chunk's turn: what is delayed keeps its order, also when the delay shrinks in between. */
    let turn: Promise<unknown> = Promise.resolve();
    const inTurn = (act: () => void) => {
      const delayMs = this.#delayMs;
      const due = delayMs > 0 && new Promise((resolve) => setTimeout(resolve, delayMs));
      turn = turn.then(() => due).then(act);
    };
    from.on('data', (chunk: Buffer) => {
      inTurn(() => {
        if (!to.writable || left <= 0) return;
        const taken = to.write(chunk.subarray(0, left));
        left -= chunk.length;
        // The bytes before the cut are to arrive: a reset too soon would overtake them.
        if (left <= 0) setTimeout(() => this.#reset(link), 20);
        else if (!taken) this.#untilDrained(from, to);
      });
    });
    from.on('end', () => inTurn(() => to.end()));
  }

  #untilDrained(from: Socket, to: Socket): void {
    from.pause();
    to.once('drain', () => {
      if (!this.#stalled) from.resume();
    });
  }

  #reset(link: Link): void {
    this.#links.delete(link);
    link.client.resetAndDestroy();
    link.upstream.resetAndDestroy();
  }
}
