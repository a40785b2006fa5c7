import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Observable } from 'rxjs';

/** One request that was answered with 200. Its query, headers and body may hold secrets: they are not looked at. */
export interface Reload {
  readonly type: 'reload';
  readonly method: string;
  readonly path: string;
}

/**
 * Stands in for the application: on a free port of the loopback, from subscribe to unsubscribe, it takes every request for a reload.
 * Errors when it cannot listen; never completes.
 */
export function receiveReloads(): Observable<{ readonly type: 'listening'; readonly url: string } | Reload> {
  return new Observable((subscriber) => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        const [path = '/'] = (request.url ?? '').split('?', 1);
        subscriber.next({ type: 'reload', method: request.method ?? '', path });
        response.end();
      });
    });
    server.on('error', (error) => subscriber.error(error));
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      subscriber.next({ type: 'listening', url: `http://127.0.0.1:${port}/` });
    });
    return () => {
      server.close();
      server.closeAllConnections();
    };
  });
}
