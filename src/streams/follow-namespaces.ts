import { concat, defer, EMPTY, from, merge, mergeMap, type Observable, of, Subject, takeUntil } from 'rxjs';
import type { ResourceEvent, Scope } from '../model.js';
import { reconcileLists } from '../operators/reconcile-lists.js';

export interface FollowNamespacesOptions {
  /** Of kind `namespace`: which of them there are. */
  readonly scope: Scope;
  /** What to read in a namespace, as new scopes at each call; none: it is not wanted. */
  readonly scopesOf: (namespace: string) => readonly Scope[];
  /** One scope's events, of namespaces too: a watch, a poll or a list. */
  readonly source: (scope: Scope) => Observable<ResourceEvent>;
}

/** A namespace that is read now. */
interface Joined {
  readonly scopes: readonly Scope[];
  readonly left$: Subject<void>;
}

/**
 * Reads the namespaces that there are, as they come and go.
 *
 *     namespaces   -(iabj)---B----c------     i, j: init and init-done; a, b, c: namespaces a, b and b again; B: b is gone
 *     in a          -------o--------o
 *     in b          ------p----
 *     result       -(iJKj)po-L----K-o---p     J, K: a and b joined; L: b left; o, p: what is said there
 *
 * The namespaces' own list is a scope like others: its `init-done` comes behind `joined` for all that it had, and `left` for all that
 * it no longer has, so that a list which failed ends nothing. A namespace that comes or goes touches no other's source. One that
 * comes again has new scopes. Only the objects of namespaces stay here, everything else passes. Nothing is remembered of a
 * namespace that left. Completes when the namespaces' source and all others have; unsubscribing ends all.
 */
export function followNamespaces(options: FollowNamespacesOptions): Observable<ResourceEvent> {
  const { scope, scopesOf, source } = options;
  return defer(() => {
    const here = new Map<string, Joined>();

    const join = (name: string): Observable<ResourceEvent> => {
      const scopes = here.has(name) ? [] : scopesOf(name);
      if (scopes.length === 0) {
        return EMPTY;
      }
      const left$ = new Subject<void>();
      here.set(name, { scopes, left$ });
      return concat(marks('joined', scopes), merge(...scopes.map(source))).pipe(takeUntil(left$));
    };

    const leave = (name: string): Observable<ResourceEvent> => {
      const joined = here.get(name);
      here.delete(name);
      joined?.left$.next();
      return marks('left', joined?.scopes ?? []);
    };

    return source(scope).pipe(
      reconcileLists(),
      mergeMap((event) => {
        switch (event.type) {
          case 'apply':
            return join(event.object.name);
          case 'delete':
            return leave(event.key.slice(event.key.lastIndexOf('/') + 1));
          default:
            return of(event);
        }
      }),
    );
  });
}

function marks(type: 'joined' | 'left', scopes: readonly Scope[]): Observable<ResourceEvent> {
  return from(scopes.map((scope): ResourceEvent => ({ type, scope })));
}
