import { once } from 'node:events';
import type { Server } from 'node:net';

/** Listens on a free port of 127.0.0.1, or on the one that is asked for; gives the port. */
export async function listening(server: Server, port = 0, host = '127.0.0.1'): Promise<number> {
  server.listen(port, host);
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

/** Closes it with all connections of HTTP that it has; others are their owner's to end. */
export async function closed(server: Server & { closeAllConnections?: () => void }): Promise<void> {
  const gone = once(server, 'close');
  server.close();
  server.closeAllConnections?.();
  await gone;
}
