import { timingSafeEqual } from 'node:crypto';
import type { RequestInfo } from './request-info.js';
import { NAMESPACES } from './resources.js';
import { StatusError } from './status.js';

/** What somebody unknown may ask for: RBAC's system:public-info-viewer. */
const PUBLIC = /^\/(healthz|livez|readyz|version)$/;
const VERBS_OF_METHODS: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/**
 * Lets in who has the token, as the API server does: nobody with a wrong one (401), and somebody unknown with none, who
 * may do next to nothing (403). Throws these.
 */
export function authenticate(authorization: string | undefined, info: RequestInfo, token: string): void {
  const [scheme = '', given = ''] = (authorization ?? '').trim().split(' ');
  if (scheme.toLowerCase() === 'bearer' && given !== '') {
    if (isEqual(given, token)) return;
    throw new StatusError(401, 'Unauthorized', 'Unauthorized');
  }
  if (!PUBLIC.test(info.pathname)) throw unknownUser(info);
}

function isEqual(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function unknownUser({ spec, namespace, name, verb, method, pathname }: RequestInfo): StatusError {
  const asked = verb === 'other' ? (VERBS_OF_METHODS[method] ?? 'get') : verb;
  const who = 'User "system:anonymous" cannot';
  if (!spec) return new StatusError(403, 'Forbidden', `forbidden: ${who} get path ${JSON.stringify(pathname)}`, {});
  const what = name === undefined ? spec.resource : `${spec.resource} ${JSON.stringify(name)}`;
  const place = spec === NAMESPACES ? name : namespace;
  const where = place === undefined ? 'at the cluster scope' : `in the namespace ${JSON.stringify(place)}`;
  const message = `${what} is forbidden: ${who} ${asked} resource ${JSON.stringify(spec.resource)} in API group "" ${where}`;
  return new StatusError(403, 'Forbidden', message, { ...(name !== undefined && { name }), kind: spec.resource });
}
