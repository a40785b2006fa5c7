import { type GrafanaCall, type GrafanaReply, ok } from './grafana-call.js';
import type { GrafanaWorld } from './grafana-world.js';
import { Refusal } from './refusal.js';

/** GET /api/health: for everybody. */
export function health({ rules }: GrafanaWorld): GrafanaReply {
  return ok({ database: 'ok', version: rules.version, commit: '0000000000000000000000000000000000000000' });
}

export function getOrg({ caller }: GrafanaCall): GrafanaReply {
  return ok({ id: caller.orgId, name: caller.orgId === 1 ? 'Main Org.' : `Org ${caller.orgId}` });
}

/** GET /api/user. A token is nobody's: that it gets 404 is [unverified]. */
export function getUser({ caller }: GrafanaCall): GrafanaReply {
  if (caller.isServiceAccount) throw new Refusal(404, 'user not found');
  const { name, orgId, isServerAdmin } = caller;
  return ok({ login: name, name, email: `${name}@localhost`, orgId, isGrafanaAdmin: isServerAdmin, isDisabled: false });
}

/** What a reload is answered with (pkg/api/admin_provisioning.go). */
const RELOADED: Readonly<Record<string, string>> = {
  dashboards: 'Dashboards config reloaded',
  datasources: 'Datasources config reloaded',
  plugins: 'Plugins config reloaded',
  'access-control': 'Accesscontrol config reloaded',
  alerting: 'Alerting config reloaded',
};

/** POST /api/admin/provisioning/:what/reload: for administrators of the server, by basic authentication (facts/grafana.md, 10 and 11). */
export function reloadProvisioning({ caller, params }: GrafanaCall): GrafanaReply {
  const what = params['what'] ?? '';
  const message = RELOADED[what];
  if (message === undefined) throw new Refusal(404, 'Not found');
  if (!caller.isServerAdmin) {
    const text = "You'll need additional permissions to perform this action. Permissions needed: provisioning:reload";
    throw new Refusal(403, text, { title: 'Access denied', accessErrorId: 'ACE0000000000' });
  }
  return ok({ message });
}
