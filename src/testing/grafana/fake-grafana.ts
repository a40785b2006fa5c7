import type { Fault, FaultOptions } from '../embedded-kubernetes.js';
import type { FakeGrafanaOptions } from './grafana-options.js';
import type { GrafanaChange, GrafanaDashboard, GrafanaFolder, GrafanaRequest } from './grafana-views.js';

/** A dashboard that the test puts in, as somebody who may do anything. */
export interface PutDashboard {
  /** Classic JSON with `uid` and `title`; `id` and `version` are left out. */
  readonly dashboard: Readonly<Record<string, unknown>>;
  /** @default where it is, else the root */
  readonly folderUid?: string;
  readonly message?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  /** Of the plugin that it came with. */
  readonly pluginId?: string;
  /** @default 1 */
  readonly orgId?: number;
}

export interface ProvisionDashboard extends PutDashboard {
  /** Of the provider. @default 'default' */
  readonly provider?: string;
  /** @default false */
  readonly allowUiUpdates?: boolean;
}

export interface PutFolder {
  readonly uid: string;
  readonly title: string;
  readonly parentUid?: string;
  /** @default 1 */
  readonly orgId?: number;
}

/** Which requests a fault strikes: all that is given must hold. */
export interface GrafanaMatch {
  readonly method?: string;
  /** How the path begins, or a pattern for the path with its query. */
  readonly path?: string | RegExp;
  /** As in the request log. */
  readonly credential?: string;
}

/** A Grafana in this process, as strict as a real one of that version. */
export interface FakeGrafana {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** PEM; `undefined` without TLS. */
  readonly ca: string | undefined;
  /** `13.2.3` */
  readonly version: string;
  /** What was asked so far, the oldest first; the last 100,000. */
  readonly requests: readonly GrafanaRequest[];
  /** Every write that was carried out, the oldest first; the last 100,000. */
  readonly changes: readonly GrafanaChange[];
  /** By uid. */
  dashboards(orgId?: number): readonly GrafanaDashboard[];
  dashboard(uid: string, orgId?: number): GrafanaDashboard | undefined;
  /** By uid. */
  folders(orgId?: number): readonly GrafanaFolder[];
  /** Somebody saves it in Grafana: made, or overwritten, or moved. */
  putDashboard(put: PutDashboard): GrafanaDashboard;
  /** Somebody edits it in Grafana. A title, say: `editDashboard('a', (spec) => ({ ...spec, title: 'b' }))`. */
  editDashboard(
    uid: string,
    edit: (spec: Record<string, unknown>) => Readonly<Record<string, unknown>>,
    orgId?: number,
  ): GrafanaDashboard;
  /** A file provider brings it: the API refuses to save and to delete it. */
  provisionDashboard(put: ProvisionDashboard): GrafanaDashboard;
  /** Whether there was such a dashboard. */
  removeDashboard(uid: string, orgId?: number): boolean;
  /** Made, or renamed, or moved. */
  putFolder(put: PutFolder): GrafanaFolder;
  /** With all that is in it. Whether there was such a folder. */
  removeFolder(uid: string, orgId?: number): boolean;
  /** How many dashboards an organisation may have; `undefined`: no limit. */
  setQuota(dashboards: number | undefined): void;
  /** Passwords were changed, tokens rotated: these, and no others, from now on. */
  setCredentials(credentials: Pick<FakeGrafanaOptions, 'users' | 'tokens'>): void;
  /** Comes back without its database: no dashboard, no folder, no failed login. Users and tokens stay. */
  empty(): void;
  /** Closes its port, with all connections. */
  stop(): Promise<void>;
  /** Listens again, on the same port, with what it had. */
  start(): Promise<void>;
  /** `stop`, then `start`. */
  restart(): Promise<void>;
  /** Restarts as another version, with what it had. Rejects for an older one. */
  upgrade(version: string): Promise<void>;
  /** Lets matching requests fail; the result lifts the fault. Of several that match, the newest strikes. */
  fail(match: GrafanaMatch, fault: Fault, options?: FaultOptions): () => void;
  /** Resets all open connections. */
  cutConnections(): void;
  /** Ends connections and frees the port. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
