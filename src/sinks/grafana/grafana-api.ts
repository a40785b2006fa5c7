import type { Observable } from 'rxjs';

/** Any JSON. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/**
 * What we write beside a dashboard, so that a later life knows it without any volume. It counts only where `uid` is the
 * dashboard's own: a user's copy ("Save as") carries it, too, and is not ours.
 */
export interface Stamp {
  /** `GRAFANA_INSTANCE`. */
  readonly instance: string;
  /** `<namespace>/<kind>/<name>/<key>`. */
  readonly source: string;
  readonly uid: string;
  /** Of the document as we sent it, in a canonical form (see `dashboard-hash.ts`). */
  readonly sha256: string;
}

/** Who may write a dashboard, as Grafana has it. `provisioned`: from a file; `managed`: by another tool; `stamped`: by one of us; `nobody`: a user's. */
export type Management = 'nobody' | 'stamped' | 'provisioned' | 'managed';

/** A dashboard as it is in Grafana. */
export interface RemoteDashboard {
  readonly uid: string;
  readonly title: string;
  /** The empty string is the root. */
  readonly folderUid: string;
  /** Grows with each write: a number of the legacy family, the generation of `/apis`. Compared for equality alone. */
  readonly version: string;
  /** `/apis`: for optimistic locking. */
  readonly resourceVersion: string | undefined;
  readonly management: Management;
  readonly stamp: Stamp | undefined;
  /** `dashboard.grafana.app/v1beta1` and so on; `undefined` of the legacy family. */
  readonly apiVersion: string | undefined;
  /** The classic JSON without `id`, `version` and our stamp, or the `spec` of `/apis`. */
  readonly spec: JsonObject;
}

/** A dashboard of ours as a list names it, without its content. The legacy family's search knows neither version nor stamp. */
export interface ListedDashboard {
  readonly uid: string;
  readonly folderUid: string;
  readonly version: string | undefined;
  readonly stamp: Stamp | undefined;
}

/** What is to be written. */
export interface DashboardWrite {
  readonly uid: string;
  readonly title: string;
  /** The empty string is the root; `undefined`: where it is, a new one at the root. */
  readonly folderUid: string | undefined;
  /** `undefined`: a classic document. */
  readonly apiVersion: string | undefined;
  /** Without `id`, `version` and stamp. */
  readonly spec: JsonObject;
  readonly stamp: Stamp;
  /** At most 500 characters. */
  readonly message: string;
  /** What is overwritten: ours (or adopted), as it was read. `undefined`: it must not exist, and no other dashboard may be taken over. */
  readonly replaces: RemoteDashboard | undefined;
}

export interface SavedDashboard {
  readonly uid: string;
  readonly version: string;
  readonly folderUid: string | undefined;
}

/** A folder as an object names it. An id is deprecated, and gone in Grafana 13: it is resolved to a uid. `0` is the root. */
export type FolderReference = { readonly uid: string } | { readonly id: number };

/**
 * Why a call failed, by what to do about it:
 * `unauthorized` (401: stop, Grafana locks accounts) · `forbidden` (403: retry slowly) · `quota` (403, quota reached: slowly) ·
 * `provisioned` (400, or 403 of another manager: never ours, permanent until it changes there) · `folder-missing` · `exists` (409 or 412: somebody has
 * the uid, or before 11.3 the title) · `conflict` (409 or 412: changed since it was read: read again, once) ·
 * `rejected` (400, 413, 422 …: permanent until the source changes) · `pending` (202: taken, not applied) · `throttled` (429) · `server` (5xx) ·
 * `unreachable` (refused, reset, DNS, TLS, timeout, proxy) · `unsupported` (a document that this server has no API for) ·
 * `malformed` (an answer that cannot be read; no Grafana at this URL) · `credentials` (files of ours that cannot be used; nothing was sent)
 */
export type GrafanaErrorCode =
  | 'unauthorized'
  | 'forbidden'
  | 'quota'
  | 'provisioned'
  | 'folder-missing'
  | 'exists'
  | 'conflict'
  | 'rejected'
  | 'pending'
  | 'throttled'
  | 'server'
  | 'unreachable'
  | 'unsupported'
  | 'malformed'
  | 'credentials';

export class GrafanaError extends Error {
  override readonly name = 'GrafanaError';
  readonly code: GrafanaErrorCode;
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  /** `message`: one sentence: what was asked, what came, what to do. Never content, credentials or queries. */
  constructor(
    code: GrafanaErrorCode,
    message: string,
    options: { status?: number | undefined; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    this.status = options.status;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/**
 * One Grafana, whichever family of its API is used. Each call is made when it is subscribed to, gives its results and
 * completes, or errors with a {@link GrafanaError}; it is one try (and what discovery costs, remembered until an answer shows an upgrade).
 * Unsubscribing aborts it.
 */
export interface GrafanaApi {
  /** Dashboards that carry our mark, of any instance: one request on `/apis` (pages), one search on the legacy family (pages). */
  list(): Observable<ListedDashboard>;
  /** `undefined`: there is none. */
  get(uid: string): Observable<RemoteDashboard | undefined>;
  save(write: DashboardWrite): Observable<SavedDashboard>;
  /** Only as it was read: a dashboard that changed since is not removed (`conflict`) where the family can tell. One that is gone is a success. */
  remove(dashboard: RemoteDashboard): Observable<void>;
  /** The uid, `undefined` where there is no such folder; ids are remembered. */
  folderUid(folder: FolderReference): Observable<string | undefined>;
  /** With exactly this uid; one that exists already is a success. */
  createFolder(folder: { readonly uid: string; readonly title: string }): Observable<void>;
}
