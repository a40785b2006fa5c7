import { methodNotAllowed, StatusError, unknownPath } from '../status.js';
import type { Accounts } from './accounts.js';
import type { ApisCall } from './apis-call.js';
import {
  createDashboard,
  deleteDashboard,
  listDashboards,
  readDashboard,
  replaceDashboard,
} from './apis-dashboards.js';
import { apiGroup, groupList, resourceList, type ServedGroup, servedGroups } from './apis-discovery.js';
import { notImplemented } from './apis-errors.js';
import { createFolder, deleteFolder, listFolders, readFolder, replaceFolder } from './apis-folders.js';
import { type GrafanaReply, ok } from './grafana-call.js';
import type { GrafanaWorld } from './grafana-world.js';
import type { GrafanaAsk } from './read-ask.js';
import { nowhere } from './refusal.js';

type Handler = (call: ApisCall) => GrafanaReply;

const ALL: Readonly<Record<ApisCall['resource']['plural'], Readonly<Record<string, Handler>>>> = {
  dashboards: { GET: listDashboards, POST: createDashboard },
  folders: { GET: listFolders, POST: createFolder },
};
const ONE: typeof ALL = {
  dashboards: { GET: readDashboard, PUT: replaceDashboard, DELETE: deleteDashboard },
  folders: { GET: readFolder, PUT: replaceFolder, DELETE: deleteFolder },
};

/**
 * Answers a request below /apis, from 11 on:
 *
 *     /apis    /apis/GROUP    /apis/GROUP/VERSION                             what there is
 *     /apis/GROUP/VERSION/namespaces/NAMESPACE/PLURAL[/NAME]                  dashboards and folders
 *
 * Throws a `StatusError`, and a `Refusal` for who is not let in.
 */
export function serveApis(world: GrafanaWorld, accounts: Accounts, ask: GrafanaAsk): GrafanaReply {
  const { rules } = world;
  if (!rules.apis) throw nowhere();
  const [group, version, namespaces, namespace = '', plural, name = '', ...more] = ask.pathname.split('/').slice(2);
  const namespaceOrg = namespaces === 'namespaces' ? orgOf(namespace) : undefined;
  const { hasMessageIds, namesServiceAccounts } = rules;
  // A namespace says the organisation, whatever the header says (orgIDFromNamespace of pkg/services/authn).
  const options = { orgId: namespaceOrg ?? ask.orgId, hasMessageIds, namesServiceAccounts };
  const caller = accounts.callerOf(ask.authorization, options);

  const served = servedGroups(rules).find(({ resource }) => resource.group === group);
  if (namespaces === undefined) return ok(discovery(world, served, { group, version, method: ask.method }));
  const isKnown = served && version !== undefined && served.versions.includes(version);
  if (!isKnown || namespaces !== 'namespaces' || plural !== served.resource.plural || more.length > 0) {
    throw unknownPath();
  }
  if (namespaceOrg === undefined) {
    // The status is [unverified].
    throw new StatusError(403, 'Forbidden', 'the namespace is neither default nor org-ID');
  }
  const handlers = name === '' ? ALL : ONE;
  const handle = handlers[served.resource.plural][ask.method];
  if (!handle) throw methodNotAllowed();
  if (ask.query.has('dryRun')) throw notImplemented('dry runs');
  const { query, body } = ask;
  return handle({
    world,
    caller,
    resource: served.resource,
    version,
    namespace,
    orgId: namespaceOrg,
    name,
    query,
    body,
  });
}

function discovery(
  { rules }: GrafanaWorld,
  served: ServedGroup | undefined,
  { group, version, method }: { group: string | undefined; version: string | undefined; method: string },
): object {
  if (method !== 'GET') throw methodNotAllowed();
  if (group === undefined) return groupList(rules);
  if (!served || (version !== undefined && !served.versions.includes(version))) throw unknownPath();
  return version === undefined ? apiGroup(served) : resourceList(served, version);
}

/** `default` is organisation 1, `org-ID` another (facts/grafana.md, 2). */
function orgOf(namespace: string): number | undefined {
  if (namespace === 'default') return 1;
  const [, id] = /^org-([1-9]\d{0,8})$/.exec(namespace) ?? [];
  return id === undefined || id === '1' ? undefined : Number(id);
}
