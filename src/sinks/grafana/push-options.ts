import type { Observable } from 'rxjs';
import type { Leadership } from '../../leadership.js';
import type {
  ListMark,
  ObjectChange,
  ObjectKey,
  Scope,
  ScopeMark,
  SourceStatus,
  UrlSource,
  WatchedObject,
} from '../../model.js';
import type { UrlAnswer } from '../../request/url-answer.js';
import type { DesiredDashboards } from './documents/desired-dashboards.js';

/** What `reconcileLists` gives. */
export type PushInput = ObjectChange | ListMark | ScopeMark | SourceStatus;

/** What is done about what others do in Grafana. */
export interface GrafanaPolicies {
  /** `GRAFANA_INSTANCE`: whose stamp. */
  readonly instance: string;
  /** `GRAFANA_DRIFT` */
  readonly drift: 'enforce' | 'warn' | 'ignore';
  /** `GRAFANA_ADOPT` */
  readonly adopt: boolean;
  /** `GRAFANA_CREATE_FOLDERS` */
  readonly createFolders: boolean;
  /** `GRAFANA_DELETE` */
  readonly delete: boolean;
  /** `GRAFANA_MAX_DELETE_PERCENT` */
  readonly maxDeletePercent: number;
}

/** What a URL gave. Reasons are clauses without userinfo, path, query and content. */
export type FetchedDashboard =
  | { readonly op: 'fetched'; readonly bytes: Uint8Array }
  | Extract<UrlAnswer, { readonly op: 'failed' | 'refused' }>;

export interface PushDashboardsOptions extends GrafanaPolicies {
  /** As for `claimPaths`: every scope that will send `init-done`; others may join. */
  readonly scopes: readonly Scope[];
  /** What is read in a namespace, where namespaces are followed. @default nothing */
  readonly scopesOf?: ((namespace: string) => readonly Scope[]) | undefined;
  /** `desiredDashboards` with its options. */
  readonly desired: (object: WatchedObject) => DesiredDashboards;
  /** One object as it is now, where its content is needed again. */
  readonly fetch: (key: ObjectKey) => Observable<WatchedObject | undefined>;
  /** One fetch of a `.json.url` key: gives one answer. @default each fails */
  readonly fetchUrl?:
    | ((request: { readonly owner: ObjectKey; readonly url: UrlSource }) => Observable<FetchedDashboard>)
    | undefined;
  /** `GRAFANA_RESYNC`; 0: never. */
  readonly resyncMs: number;
  /** Emits when the credentials in the files have changed. @default never */
  readonly credentialsChange$?: Observable<unknown> | undefined;
  /** Ends with `grafana-synced` (`METHOD=LIST`). @default false */
  readonly once?: boolean | undefined;
  /** Who may write. @default we, always */
  readonly leadership$?: Observable<Leadership> | undefined;
  /** In [0, 1). @default Math.random */
  readonly random?: (() => number) | undefined;
}
