import type { Server, Socket } from 'node:net';

/** The TCP connections of a server, below TLS where there is TLS. */
export interface Connections {
  /** With a reset, so that the other side sees an error and no end. What it has not received yet is lost. */
  reset(remotePort: number | undefined): void;
  /** What was written still arrives, and nothing behind it: neither the end of the answer nor that of TLS. */
  close(remotePort: number | undefined): void;
  resetAll(): void;
  closeAll(): void;
}

/** TLS sockets cannot be reset, and do not name the socket below them: it is known by the client's port. */
export function trackConnections(server: Server): Connections {
  const sockets = new Map<number | undefined, Socket>();
  server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    sockets.set(remotePort, socket);
    socket.once('close', () => {
      if (sockets.get(remotePort) === socket) sockets.delete(remotePort);
    });
  });
  return {
    reset: (remotePort) => void sockets.get(remotePort)?.resetAndDestroy(),
    close: (remotePort) => void sockets.get(remotePort)?.destroy(),
    resetAll() {
      for (const socket of sockets.values()) socket.resetAndDestroy();
    },
    closeAll() {
      for (const socket of sockets.values()) socket.destroy();
    },
  };
}
