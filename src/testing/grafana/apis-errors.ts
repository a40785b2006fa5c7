import { StatusError } from '../status.js';
import type { Refusal } from './refusal.js';

/** What a path of /apis names. */
export interface ApisResource {
  readonly group: string;
  readonly plural: 'dashboards' | 'folders';
  readonly kind: 'Dashboard' | 'Folder';
}

export const DASHBOARDS: ApisResource = { group: 'dashboard.grafana.app', plural: 'dashboards', kind: 'Dashboard' };
export const FOLDERS: ApisResource = { group: 'folder.grafana.app', plural: 'folders', kind: 'Folder' };

export function resourceNotFound({ group, plural }: ApisResource, name: string): StatusError {
  const message = `${plural}.${group} ${JSON.stringify(name)} not found`;
  return new StatusError(404, 'NotFound', message, { name, group, kind: plural });
}

export function resourceExists({ group, plural }: ApisResource, name: string): StatusError {
  const message = `${plural}.${group} ${JSON.stringify(name)} already exists`;
  return new StatusError(409, 'AlreadyExists', message, { name, group, kind: plural });
}

export function resourceConflict({ group, plural }: ApisResource, name: string, why: string): StatusError {
  const message = `Operation cannot be fulfilled on ${plural}.${group} ${JSON.stringify(name)}: ${why}`;
  return new StatusError(409, 'Conflict', message, { name, group, kind: plural });
}

export function resourceForbidden(
  { group, plural }: ApisResource,
  { verb, name, user, namespace }: { verb: string; name: string; user: string; namespace: string },
): StatusError {
  const what = name === '' ? `${plural}.${group}` : `${plural}.${group} ${JSON.stringify(name)}`;
  const who = `User ${JSON.stringify(user)} cannot ${verb} resource ${JSON.stringify(plural)}`;
  const where = `in API group ${JSON.stringify(group)} in the namespace ${JSON.stringify(namespace)}`;
  return new StatusError(403, 'Forbidden', `${what} is forbidden: ${who} ${where}`, { group, kind: plural });
}

/** What the double leaves out: said, rather than answered wrongly. */
export function notImplemented(what: string): StatusError {
  return new StatusError(501, 'NotImplemented', `The Grafana double does not know ${what}.`);
}

/** The same rule, found below /apis: its admission answers a Status (pkg/registry/apis/dashboard/register.go). */
export function statusOf({ status, message }: Refusal): StatusError {
  return new StatusError(status, status === 403 ? 'Forbidden' : 'BadRequest', message);
}
