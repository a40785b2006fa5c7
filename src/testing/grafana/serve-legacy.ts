import type { Accounts } from './accounts.js';
import type { GrafanaReply } from './grafana-call.js';
import type { GrafanaWorld } from './grafana-world.js';
import { health } from './legacy-instance.js';
import { LEGACY_ROUTES, type LegacyRoute } from './legacy-routes.js';
import type { GrafanaAsk } from './read-ask.js';
import { accessDenied, nowhere } from './refusal.js';

/** Answers a request to /api. A method that a path does not know leads nowhere, as any other path. Throws a `Refusal`. */
export function serveLegacy(world: GrafanaWorld, accounts: Accounts, ask: GrafanaAsk): GrafanaReply {
  const { method, pathname, query, body } = ask;
  if (method === 'GET' && pathname === '/api/health') return health(world);
  const found = findRoute(world, method, pathname);
  if (!found) throw nowhere();
  const { hasMessageIds, namesServiceAccounts } = world.rules;
  const caller = accounts.callerOf(ask.authorization, { orgId: ask.orgId, hasMessageIds, namesServiceAccounts });
  const { needs, handle } = found.route;
  if (needs && !caller.may(...needs)) throw accessDenied(needs);
  return handle({ world, caller, method, params: found.params, query, body });
}

interface Found {
  readonly route: LegacyRoute;
  readonly params: Readonly<Record<string, string>>;
}

function findRoute({ rules }: GrafanaWorld, method: string, pathname: string): Found | undefined {
  for (const route of LEGACY_ROUTES) {
    const isThere = route.method === method && (route.isThere?.(rules) ?? true);
    const params = isThere ? paramsOf(route.path, pathname) : undefined;
    if (params) return { route, params };
  }
  return undefined;
}

function paramsOf(path: string, pathname: string): Readonly<Record<string, string>> | undefined {
  const wanted = path.split('/');
  const given = pathname.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const value = given[i] ?? '';
    if (!part.startsWith(':')) {
      if (part !== value) return undefined;
    } else if (value === '') return undefined;
    else params[part.slice(1)] = decoded(value);
  }
  return params;
}

/** A percent sign that begins no escape stands for itself. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
