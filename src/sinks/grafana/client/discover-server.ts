import { map, type Observable, of, switchMap } from 'rxjs';
import { isRecord } from '../../../kubernetes/is-record.js';
import { GrafanaError } from '../grafana-api.js';
import { answerError, LostRoute } from './answer-error.js';
import { bestVersion, isClassic, isLasting, versionsOf } from './api-versions.js';
import type { AskGrafana } from './ask-grafana.js';
import { type GrafanaAnswer, isSuccess, recordOf } from './grafana-answer.js';
import type { ApisServer, GrafanaServer } from './grafana-server.js';
import type { GrafanaTarget } from './grafana-target.js';

/**
 * Asks what a Grafana has:
 *
 *  1. GET /api/health for its version. Where that is the one of `known`, nothing else has changed.
 *  2. GET /apis. `auto` takes it where dashboards (classic ones among them) and folders are in a version that will last.
 *  3. GET /api/org for the organisation, where none is configured: it is in every path of /apis.
 *
 * A family is left on Grafana's own word alone: not because a proxy answers 404 while Grafana restarts.
 */
export function discoverServer(
  ask: AskGrafana,
  target: Pick<GrafanaTarget, 'api' | 'orgId' | 'base'>,
  known?: GrafanaServer,
): Observable<GrafanaServer> {
  return ask({ method: 'GET', path: '/api/health' }).pipe(
    switchMap((health) => {
      const version = versionIn(health); // 1
      if (target.api === 'legacy') return of({ version, apis: undefined });
      if (known !== undefined && version !== undefined && version === known.version) return of(known);
      return ask({ method: 'GET', path: '/apis' }).pipe(
        switchMap((answer) => {
          if (answer.status === 403 && known?.apis !== undefined) return of({ version, apis: known.apis });
          const found = apisIn(groupsIn(answer, isGrafana(health)), target, version); // 2
          if (found === undefined) return of({ version, apis: undefined });
          return namespaceOf(ask, target).pipe(map((namespace) => ({ version, apis: { namespace, ...found } }))); // 3
        }),
      );
    }),
  );
}

/** `undefined` where it does not say (`hide_version`), or where a proxy keeps it from us: then the rest will tell. */
function versionIn(health: GrafanaAnswer): string | undefined {
  if (!isSuccess(health)) mustBePassable(health);
  const { version } = recordOf(health);
  return isSuccess(health) && typeof version === 'string' && version !== '' ? version : undefined;
}

function isGrafana(health: GrafanaAnswer): boolean {
  return isSuccess(health) && 'database' in recordOf(health);
}

/** The answer to GET /apis; `undefined` where there is none. */
function groupsIn(answer: GrafanaAnswer, isGrafanas: boolean): unknown {
  if (isSuccess(answer) && Array.isArray(recordOf(answer)['groups'])) return answer.json;
  const fault = mustBePassable(answer);
  if (isGrafanas || isRecord(answer.json)) return undefined;
  throw fault;
}

/** Throws what is no word about paths: credentials, load, trouble. */
function mustBePassable(answer: GrafanaAnswer): GrafanaError {
  const error = answerError(answer);
  const fault = error instanceof LostRoute ? error.fault : error;
  if (['unauthorized', 'throttled', 'server', 'unreachable'].includes(fault.code)) throw fault;
  return fault;
}

function apisIn(
  groups: unknown,
  { api, base }: Pick<GrafanaTarget, 'api' | 'base'>,
  version: string | undefined,
): Omit<ApisServer, 'namespace'> | undefined {
  const isWanted = api === 'apis' ? () => true : isLasting;
  const versions = versionsOf(groups, 'dashboard.grafana.app');
  const classicVersion = bestVersion(versions.filter(isClassic).filter(isWanted));
  const folderVersion = bestVersion(versionsOf(groups, 'folder.grafana.app').filter(isWanted));
  if (classicVersion !== undefined && folderVersion !== undefined) return { versions, classicVersion, folderVersion };
  if (api === 'auto') return undefined;
  const what = `Grafana ${version ?? ''}`.trim();
  const why = `${what} does not offer dashboard.grafana.app and folder.grafana.app there; set GRAFANA_API=auto`;
  throw new GrafanaError('malformed', `GET ${base}/apis failed: ${why}.`);
}

/** A token may belong to any organisation. Who may not ask is in the first one, as nearly everybody. */
function namespaceOf(ask: AskGrafana, { orgId }: Pick<GrafanaTarget, 'orgId'>): Observable<string> {
  const orgId$ =
    orgId !== undefined
      ? of(orgId)
      : ask({ method: 'GET', path: '/api/org' }).pipe(
          map((answer) => {
            if (!isSuccess(answer)) mustBePassable(answer);
            const { id } = recordOf(answer);
            return isSuccess(answer) && Number.isSafeInteger(id) ? (id as number) : 1;
          }),
        );
  return orgId$.pipe(map((id) => (id === 1 ? 'default' : `org-${id}`)));
}
