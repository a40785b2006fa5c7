import type { ObjectKey } from '../../../model.js';
import type { FolderReference, JsonObject } from '../grafana-api.js';

/** A dashboard as an object wants it. */
export interface DesiredDashboard {
  readonly uid: string;
  readonly title: string;
  /** `dashboard.grafana.app/v1beta1` and so on; `undefined`: a classic document. */
  readonly apiVersion: string | undefined;
  /** Without `id`, `uid`, `version` and stamp: of a Kubernetes-style document what is in its `spec`. */
  readonly spec: JsonObject;
  /** Of `spec`, by `dashboardHash`. */
  readonly sha256: string;
  /** `undefined`: where it is, a new one at the root. An empty uid is the root. */
  readonly folder: FolderReference | undefined;
  /** Of a folder that has to be made. */
  readonly folderTitle: string | undefined;
  /** `<namespace>/<kind>/<name>/<key>`. */
  readonly source: string;
  /** The key as it is in the object: for messages. */
  readonly entry: string;
  /** In Grafana's history. */
  readonly message: string;
  /** Sentences on what is pushed, and hardly meant so. Never content. */
  readonly warnings: readonly string[];
}

/** All that a dashboard has from its object, whatever is in it: what stands before its content was fetched. */
export interface DashboardPlace {
  readonly key: ObjectKey;
  readonly entry: string;
  readonly source: string;
  /** Of a document that has none. */
  readonly uid: string;
  /** By annotation or label of the object. */
  readonly folder: FolderReference | undefined;
  /** `GRAFANA_FOLDER_UID`: where neither the object nor the document names one. */
  readonly defaultFolderUid: string | undefined;
  readonly folderTitle: string | undefined;
  readonly message: string;
}
