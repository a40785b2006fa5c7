import type { GrafanaRules } from './grafana-rules.js';
import type { GrafanaStore } from './grafana-store.js';

/** What all requests of one server share. The version and the quota may change while it runs. */
export interface GrafanaWorld {
  readonly store: GrafanaStore;
  readonly now: () => number;
  rules: GrafanaRules;
  /** Dashboards an organisation may have; `undefined`: as many as it likes. */
  quota: number | undefined;
}

/** Who writes: as the request log and as the history name them. */
export interface Author {
  readonly credential: string;
  readonly name: string;
}

/** Ids of 13 are masked to 52 bits (facts/grafana.md, 5): large, and safe in JavaScript. */
const FIRST_LARGE_ID = 2 ** 51;
/** Revisions are strings to clients: these are no safe numbers, as those of unified storage. */
const FIRST_REVISION = 1_760_000_000_000_000_000n;

export function newId({ store, rules }: GrafanaWorld): number {
  return rules.savesThroughApis ? FIRST_LARGE_ID + store.next() : store.next();
}

/** A real one draws lots. */
export function newUid({ store }: GrafanaWorld): string {
  return `a${store.next().toString(36).padStart(13, '0')}`;
}

export function newObjectUid({ store }: GrafanaWorld): string {
  return `00000000-0000-4000-8000-${store.next().toString(16).padStart(12, '0')}`;
}

export function newRevision({ store }: GrafanaWorld): string {
  return String(FIRST_REVISION + BigInt(store.next()));
}

/** Dashboards alone count (Count in database.go), of the organisation. */
export function isQuotaReached({ store, quota }: GrafanaWorld, orgId: number): boolean {
  return quota !== undefined && store.dashboards.list(orgId).length >= quota;
}

/** The root has two names (IsRootFolderUID of pkg/services/folder). */
export function folderUidOf(uid: string): string {
  return uid === 'general' ? '' : uid;
}
