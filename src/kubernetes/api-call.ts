import type { Observable } from 'rxjs';
import { type ApiRequest, pathOf, resourceOf } from './api.js';

/** What a request needs, in RBAC's words: a 403 is explained by the rule that would allow it. */
export interface Access {
  /** What was tried, such as `create`. */
  readonly verb: string;
  /** The empty string is the core group. */
  readonly group: string;
  /** In the plural, such as `events`. */
  readonly resource: string;
  /** `undefined`: all of them, or the resource is in none. */
  readonly namespace: string | undefined;
  /** All verbs that the feature needs: who lacks one usually lacks the others, and would come back for each. */
  readonly verbs: readonly string[];
}

/** A request that is no list or watch: one object is read, created, changed or deleted. */
export interface ApiCall {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server: `/apis/coordination.k8s.io/v1/namespaces/a/leases/b?dryRun=All`. Its parts are escaped already. */
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of the body; a PATCH says by it which kind of patch it is. @default application/json */
  readonly contentType?: string;
  readonly access: Access;
}

/** What sinks need of a Kubernetes API: Events and Leases are written with it. */
export interface KubernetesWriter {
  /**
   * Sends the call when subscribed to, emits the whole answer as JSON (`undefined` where it has no body), and completes. Errors with
   * a `SourceError` for every answer but 2xx, whose `status` tells a 404 and a 409 from other rejections, and for every fault of the
   * connection. Unsubscribing aborts the request. There is no time limit here; the subscriber has one.
   *
   * A call whose answer was lost may have been carried out: who tries again must expect its own effect.
   */
  send(call: ApiCall): Observable<unknown>;
}

export function accessOf(request: ApiRequest | ApiCall): Access {
  if ('access' in request) return request.access;
  const { verb, kind, namespace } = request;
  return { verb, group: '', resource: resourceOf(kind), namespace, verbs: ['get', 'list', 'watch'] };
}

/** The parts of a request as HTTP has them. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  /** With the headers that describe it. */
  readonly body: { readonly bytes: Buffer; readonly headers: Readonly<Record<string, string>> } | undefined;
}

/** Throws what `JSON.stringify` throws. */
export function httpRequestOf(request: ApiRequest | ApiCall): HttpRequest {
  if (!('method' in request)) return { method: 'GET', path: pathOf(request), body: undefined };
  const { method, path, body, contentType = 'application/json' } = request;
  if (body === undefined) return { method, path, body };
  const bytes = Buffer.from(JSON.stringify(body));
  const headers = { 'content-type': contentType, 'content-length': String(bytes.length) };
  return { method, path, body: { bytes, headers } };
}
