import {
  catchError,
  defer,
  finalize,
  type Observable,
  of,
  ReplaySubject,
  share,
  switchMap,
  tap,
  throwError,
} from 'rxjs';
import { LostRoute } from './answer-error.js';
import { type GrafanaServer, isSameServer } from './grafana-server.js';

export interface RememberedServer {
  /** Makes a call to the server as it is known; discovers it before the first one, once for all that wait. */
  call<T>(make: (server: GrafanaServer) => Observable<T>): Observable<T>;
  /** The same, after its version was looked at: it may have been upgraded. */
  callAnew<T>(make: (server: GrafanaServer) => Observable<T>): Observable<T>;
}

/**
 * Remembers what was discovered, until an answer shows that it is no longer so: a {@link LostRoute} of a call has the server
 * discovered from the ground up, and the call is made once more if that gave something else. What comes out are other errors only.
 *
 * `discover` is given what is known, where that may be trusted as long as the version is the same.
 */
export function rememberServer(
  discover: (known: GrafanaServer | undefined) => Observable<GrafanaServer>,
): RememberedServer {
  let known: GrafanaServer | undefined;
  let underWay$: Observable<GrafanaServer> | undefined;

  const renew = (trusted: GrafanaServer | undefined): Observable<GrafanaServer> =>
    defer(() => {
      underWay$ ??= discover(trusted).pipe(
        tap((server) => {
          known = server;
        }),
        finalize(() => {
          underWay$ = undefined;
        }),
        share({ connector: () => new ReplaySubject(1) }),
      );
      return underWay$;
    });

  const calling = <T>(server$: Observable<GrafanaServer>, make: (server: GrafanaServer) => Observable<T>) =>
    server$.pipe(
      switchMap((server) =>
        make(server).pipe(
          catchError((error) => {
            if (!(error instanceof LostRoute)) throw error;
            return renew(undefined).pipe(
              switchMap((next) => (isSameServer(next, server) ? throwError(() => error) : make(next))),
            );
          }),
        ),
      ),
      catchError((error) => {
        throw error instanceof LostRoute ? error.fault : error;
      }),
    );

  return {
    call: (make) =>
      calling(
        defer(() => (known === undefined ? renew(undefined) : of(known))),
        make,
      ),
    callAnew: (make) =>
      calling(
        defer(() => renew(known)),
        make,
      ),
  };
}
