import type { Caller } from './accounts.js';
import { type ApisResource, resourceForbidden } from './apis-errors.js';
import type { GrafanaPermission } from './grafana-options.js';
import type { GrafanaWorld } from './grafana-world.js';

/** One request for resources that was let in. */
export interface ApisCall {
  readonly world: GrafanaWorld;
  readonly caller: Caller;
  readonly resource: ApisResource;
  readonly version: string;
  readonly namespace: string;
  readonly orgId: number;
  /** `''` for all. */
  readonly name: string;
  readonly query: URLSearchParams;
  readonly body: Buffer;
}

/** Throws the 403 of who may not. */
export function mustBeAllowed(call: ApisCall, verb: string, permission: GrafanaPermission): void {
  const { caller, resource, name, namespace } = call;
  if (!caller.may(permission)) throw resourceForbidden(resource, { verb, name, user: caller.name, namespace });
}
