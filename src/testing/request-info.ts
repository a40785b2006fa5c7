import type { IncomingMessage } from 'node:http';
import type { ReceivedRequest } from './embedded-kubernetes.js';
import { GROUPS, NAMESPACES, type ResourceSpec, resourceOfPlural } from './resources.js';

/** A request and what its path and query say. */
export interface RequestInfo extends ReceivedRequest {
  /** Without the query, and without a slash at the end. */
  readonly pathname: string;
  readonly query: URLSearchParams;
  readonly spec: ResourceSpec | undefined;
}

const VERBS_OF_ONE: Readonly<Record<string, ReceivedRequest['verb']>> = {
  GET: 'get',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};
const VERBS_OF_ALL: Readonly<Record<string, ReceivedRequest['verb']>> = {
  GET: 'list',
  POST: 'create',
  DELETE: 'deletecollection',
};

/**
 * What is asked, by the path:
 *
 *     /api/v1/namespaces[/NAME]                  /api/v1/configmaps                   of all namespaces: list and watch
 *     /api/v1/namespaces/NS/configmaps[/NAME]    /api/v1/watch/…                      the old form of a watch
 *     /apis/coordination.k8s.io/v1/…             the same with leases
 *
 * A method that the path does not know, and any other path, is `other`.
 */
export function requestInfo({ method = '', url = '/', headers }: IncomingMessage): RequestInfo {
  const { pathname, searchParams: query } = new URL(url, 'http://embedded');
  const parts = pathname.replace(/\/$/, '').split('/').slice(1).map(decoded);
  const [group, rest] = groupOf(parts);
  const isWatchPath = rest[0] === 'watch';
  const place = placeOf(group, isWatchPath ? rest.slice(1) : rest);
  const verb = place ? verbOf(method, place, isWatchPath, isTrue(query.get('watch'))) : 'other';
  return {
    verb,
    method,
    path: url,
    pathname: pathname.replace(/(.)\/$/, '$1'),
    query,
    spec: place?.spec,
    resource: place?.spec.resource,
    namespace: place?.namespace,
    name: place?.name,
    userAgent: headers['user-agent'],
  };
}

interface Place {
  readonly spec: ResourceSpec;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
}

/** The group, and what stands below its version; nothing where there is no such group. */
function groupOf(parts: readonly string[]): readonly [string, readonly string[]] {
  const [root, first = '', second] = parts;
  if (root === 'api' && first === 'v1') return ['', parts.slice(2)];
  return root === 'apis' && GROUPS.includes(first) && second === 'v1' ? [first, parts.slice(3)] : ['', []];
}

function placeOf(group: string, parts: readonly string[]): Place | undefined {
  const [first, second, third, fourth, ...more] = parts;
  if (more.length > 0 || parts.includes('')) return undefined;
  if (group === '' && first === 'namespaces' && third === undefined) {
    return { spec: NAMESPACES, namespace: undefined, name: second };
  }
  const inNamespace = first === 'namespaces';
  const spec = resourceOfPlural(group, inNamespace ? third : first);
  if (!spec?.namespaced || (!inNamespace && second !== undefined)) return undefined;
  return { spec, namespace: inNamespace ? second : undefined, name: fourth };
}

function verbOf(
  method: string,
  { spec, namespace, name }: Place,
  isWatchPath: boolean,
  isWatch: boolean,
): ReceivedRequest['verb'] {
  const isAcrossNamespaces = spec.namespaced && namespace === undefined;
  if (isWatchPath) return method === 'GET' ? 'watch' : 'other';
  const verb = name === undefined ? VERBS_OF_ALL[method] : VERBS_OF_ONE[method];
  if (verb === undefined || (isAcrossNamespaces && verb !== 'list')) return 'other';
  if (verb === 'deletecollection' && !spec.verbs.includes(verb)) return 'other';
  return verb === 'list' && isWatch ? 'watch' : verb;
}

function isTrue(text: string | null): boolean {
  return text !== null && text.toLowerCase() !== 'false' && text !== '0';
}

/** A percent sign that begins no escape stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
