import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { closed, listening } from './loopback-server.js';

export interface ForwardProxy {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** `POST http://host/path`, or `CONNECT host:port`. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** A proxy that answers requests itself, and leads every tunnel to one port of loopback whatever host it is for. */
export async function startForwardProxy(tunnelPort = 0): Promise<ForwardProxy> {
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    request.resume();
    response.end();
  });
  server.on('connect', (request, client: Socket) => {
    asked.push(`CONNECT ${request.url}`);
    const upstream = connect(tunnelPort, '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
    }
  });
  const port = await listening(server);
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    async close() {
      for (const socket of sockets) socket.destroy();
      await closed(server);
    },
  };
}
