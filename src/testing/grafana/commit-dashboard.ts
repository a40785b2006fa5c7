import { isDeepStrictEqual } from 'node:util';
import { type Annotations, MESSAGE, provisioningOf } from './annotations.js';
import type { StoredDashboard } from './grafana-store.js';
import { type Author, type GrafanaWorld, newId, newObjectUid, newRevision } from './grafana-world.js';

/** A save that may be carried out. */
export interface DashboardSave {
  readonly orgId: number;
  readonly uid: string;
  /** Without `id`, `uid` and `version`. */
  readonly spec: Readonly<Record<string, unknown>>;
  readonly schema: 'classic' | 'v2';
  readonly folderUid: string;
  readonly message: string;
  /** Less what is computed: folder, message, who and when. */
  readonly annotations: Annotations;
  readonly labels: Annotations;
  readonly author: Author;
  /** The id that a new one asks for. */
  readonly id?: number | undefined;
  readonly pluginId?: string | undefined;
}

/**
 * Stores a dashboard, new or in place of `previous` (whose uid it may change), with a line in its history. Where the
 * version does not count every save, one that changes neither content nor folder leaves number and history alone, and
 * one that changes nothing at all the resourceVersion too.
 */
export function commitDashboard(
  world: GrafanaWorld,
  previous: StoredDashboard | undefined,
  save: DashboardSave,
): StoredDashboard {
  const { store, rules } = world;
  const { orgId, uid, spec, schema, folderUid, author, labels } = save;
  const annotations = { ...save.annotations, ...(save.message !== '' && { [MESSAGE]: save.message }) };
  const isChange = !previous || previous.folderUid !== folderUid || !isDeepStrictEqual(previous.spec, spec);
  const isVersion = isChange || rules.countsEverySave;
  const isWrite = isVersion || !isDeepStrictEqual([previous.annotations, previous.labels], [annotations, labels]);
  const time = world.now();
  const parentVersion = previous?.version ?? 0;
  const version = isVersion ? parentVersion + 1 : parentVersion;
  const line = {
    version,
    parentVersion,
    message: save.message,
    createdBy: author.name,
    created: time,
    folderUid,
    spec,
  };

  const stored: StoredDashboard = {
    orgId,
    uid,
    id: previous?.id ?? save.id ?? newId(world),
    title: String(spec['title']),
    spec,
    schema,
    folderUid,
    tags: tagsOf(spec),
    version,
    resourceVersion: isWrite || !previous ? newRevision(world) : previous.resourceVersion,
    annotations,
    labels,
    createdBy: previous?.createdBy ?? author.name,
    updatedBy: isVersion || !previous ? author.name : previous.updatedBy,
    provisioned: provisioningOf(annotations),
    history: isVersion ? [...(previous?.history ?? []), line] : previous.history,
    pluginId: save.pluginId ?? previous?.pluginId,
    objectUid: previous?.objectUid ?? newObjectUid(world),
    created: previous?.created ?? time,
    updated: isVersion || !previous ? time : previous.updated,
  };
  if (previous && previous.uid !== uid) store.dashboards.remove(previous);
  store.dashboards.put(stored);
  const { credential } = author;
  store.record({
    time,
    credential,
    verb: previous ? 'update' : 'create',
    kind: 'dashboard',
    orgId,
    uid,
    version,
    isChange,
  });
  return stored;
}

export function removeDashboard(world: GrafanaWorld, dashboard: StoredDashboard, credential: string): void {
  const { orgId, uid, version } = dashboard;
  world.store.dashboards.remove(dashboard);
  const time = world.now();
  world.store.record({ time, credential, verb: 'delete', kind: 'dashboard', orgId, uid, version, isChange: true });
}

function tagsOf({ tags }: Readonly<Record<string, unknown>>): readonly string[] {
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === 'string') : [];
}
