import type { Observable } from 'rxjs';
import type { WatchedKind } from '../model.js';

export type Verb = 'get' | 'list' | 'watch';

/** One GET. What it asks for is said in RBAC's words, since a 403 must be explained in them. */
export interface ApiRequest {
  readonly verb: Verb;
  readonly kind: WatchedKind;
  /** `undefined`: all namespaces; namespaces themselves are in none. */
  readonly namespace: string | undefined;
  /** Of the one object, with the verb `get`. */
  readonly name?: string | undefined;
  /** What is `undefined` is left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
}

/** The parts of an answer, in their order: `head` when the server has answered 2xx, then the body in pieces. */
export type ApiResponsePart = { readonly type: 'head' } | { readonly type: 'bytes'; readonly bytes: Buffer };

/** What the sources need of a Kubernetes API. */
export interface KubernetesApi {
  /**
   * Sends the request when subscribed to; completes at the clean end of the body; errors with a `SourceError` for every
   * answer but 2xx and for every fault of the connection. Unsubscribing aborts the request and closes its connection.
   *
   * The body is read only as fast as it is consumed: each part is handled before the next is taken from the socket. There
   * is no time limit here; the subscriber has one.
   */
  request(request: ApiRequest): Observable<ApiResponsePart>;
}

export function resourceOf(kind: WatchedKind): 'configmaps' | 'secrets' | 'namespaces' {
  return `${kind}s`;
}

/** `/api/v1/namespaces/default/configmaps?limit=100` */
export function pathOf({ kind, namespace, name, query = {} }: ApiRequest): string {
  const inNamespace = namespace === undefined ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const one = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  const pairs = Object.entries(query).filter(([, value]) => value !== undefined);
  const search = new URLSearchParams(pairs.map(([key, value]) => [key, String(value)])).toString();
  return `/api/v1${inNamespace}/${resourceOf(kind)}${one}${search === '' ? '' : `?${search}`}`;
}
