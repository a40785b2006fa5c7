/** One request that the server has received. Never a password, a token or a body. */
export interface GrafanaRequest {
  /** Milliseconds since 1970, when its head had come. */
  readonly time: number;
  /** When its answer was over; `undefined` before that. */
  readonly endTime: number | undefined;
  readonly method: string;
  /** With the query. */
  readonly path: string;
  /** `undefined` where none was sent (yet). */
  readonly status: number | undefined;
  /** `user:LOGIN`, `token:NAME`, `anonymous` without any, `unknown` for what nobody has. */
  readonly credential: string;
}

/** One write that was carried out. */
export interface GrafanaChange {
  readonly time: number;
  /** As in the request log; `grafana` for what the test did itself. */
  readonly credential: string;
  readonly verb: 'create' | 'update' | 'delete';
  readonly kind: 'dashboard' | 'folder';
  readonly orgId: number;
  readonly uid: string;
  /** After it; the last one for a delete. */
  readonly version: number;
  /** False for a save that left content and folder as they were. */
  readonly isChange: boolean;
}

/** One line of a dashboard's history. */
export interface GrafanaDashboardVersion {
  readonly version: number;
  readonly parentVersion: number;
  readonly message: string;
  readonly createdBy: string;
  readonly created: number;
  readonly folderUid: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** What is stored of a dashboard. */
export interface GrafanaDashboard {
  readonly orgId: number;
  readonly uid: string;
  readonly id: number;
  readonly title: string;
  /** Without `id`, `uid` and `version`. */
  readonly spec: Readonly<Record<string, unknown>>;
  /** `classic`, or the elements of v2. */
  readonly schema: 'classic' | 'v2';
  /** `''`: the root, which is called General. */
  readonly folderUid: string;
  readonly tags: readonly string[];
  /** `metadata.generation` on /apis. */
  readonly version: number;
  readonly resourceVersion: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdBy: string;
  readonly updatedBy: string;
  /** By a file; `undefined` for all others. */
  readonly provisioned: GrafanaProvisioning | undefined;
  /** The oldest first, all of them. */
  readonly history: readonly GrafanaDashboardVersion[];
}

export interface GrafanaProvisioning {
  /** Of the provider. */
  readonly name: string;
  /** The file. */
  readonly externalId: string;
  readonly allowUiUpdates: boolean;
}

export interface GrafanaFolder {
  readonly orgId: number;
  readonly uid: string;
  readonly id: number;
  readonly title: string;
  readonly parentUid: string;
  readonly version: number;
}
