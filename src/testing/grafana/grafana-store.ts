import type { GrafanaChange, GrafanaDashboard, GrafanaFolder } from './grafana-views.js';

export interface StoredDashboard extends GrafanaDashboard {
  readonly pluginId: string | undefined;
  /** `metadata.uid` */
  readonly objectUid: string;
  /** Milliseconds since 1970. */
  readonly created: number;
  readonly updated: number;
}

export interface StoredFolder extends GrafanaFolder {
  readonly description: string;
  readonly objectUid: string;
  readonly resourceVersion: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly created: number;
  readonly updated: number;
  readonly createdBy: string;
  readonly updatedBy: string;
}

/** Dashboards and folders of all organisations. What is stored is never changed, but replaced. */
export interface GrafanaStore {
  readonly dashboards: GrafanaTable<StoredDashboard>;
  readonly folders: GrafanaTable<StoredFolder>;
  readonly changes: readonly GrafanaChange[];
  record(change: GrafanaChange): void;
  /** A number that is given once: for ids, uids and revisions. */
  next(): number;
  clear(): void;
}

export interface GrafanaTable<T> {
  /** By uid. */
  list(orgId: number): readonly T[];
  get(orgId: number, uid: string): T | undefined;
  withId(orgId: number, id: number): T | undefined;
  put(row: T): void;
  remove(row: T): void;
}

const MAX_CHANGES = 100_000;
/** Forgotten together, so that a full log does not move at each write. */
const SURPLUS = 10_000;

export function createGrafanaStore(): GrafanaStore {
  let last = 0;
  const changes: GrafanaChange[] = [];
  const dashboards = createTable<StoredDashboard>();
  const folders = createTable<StoredFolder>();
  return {
    dashboards,
    folders,
    get changes() {
      return changes.slice(-MAX_CHANGES);
    },
    record(change) {
      changes.push(change);
      if (changes.length >= MAX_CHANGES + SURPLUS) changes.splice(0, changes.length - MAX_CHANGES);
    },
    next() {
      last += 1;
      return last;
    },
    clear() {
      dashboards.clear();
      folders.clear();
    },
  };
}

interface Row {
  readonly orgId: number;
  readonly uid: string;
  readonly id: number;
}

function createTable<T extends Row>(): GrafanaTable<T> & { clear(): void } {
  const orgs = new Map<number, Map<string, T>>();
  const rows = (orgId: number): Map<string, T> => {
    const known = orgs.get(orgId) ?? new Map<string, T>();
    orgs.set(orgId, known);
    return known;
  };
  return {
    list: (orgId) => [...rows(orgId).values()].sort((a, b) => (a.uid < b.uid ? -1 : 1)),
    get: (orgId, uid) => rows(orgId).get(uid),
    withId(orgId, id) {
      for (const row of rows(orgId).values()) if (row.id === id) return row;
      return undefined;
    },
    put: (row) => void rows(row.orgId).set(row.uid, row),
    remove: (row) => void rows(row.orgId).delete(row.uid),
    clear: () => orgs.clear(),
  };
}
