import { formatGrafanaVersion, type GrafanaVersion, isAtLeast } from './grafana-version.js';

/** All that differs between versions. Whatever is not here is the same in all of them. */
export interface GrafanaRules {
  /** `13.2.3` */
  readonly version: string;
  /** What may not be twice in a folder. */
  readonly uniqueTitles: 'slug' | 'title' | 'no';
  readonly hasNestedFolders: boolean;
  /** GET /api/folders/id/:id, and `folderId` in a save. */
  readonly knowsFolderIds: boolean;
  readonly searchesFolderUids: boolean;
  /** Whether POST /api/dashboards/db is a client of the store below /apis. */
  readonly savesThroughApis: boolean;
  /** Whether a save that changes nothing is a version nevertheless. */
  readonly countsEverySave: boolean;
  /** A save with `apiVersion` and `spec` on the legacy family. */
  readonly refusesWrapped: boolean;
  /** Of a save into a folder that is not there, on the legacy family. */
  readonly missingFolder: 400 | 404;
  /** Of one whose `folderId` leads nowhere. */
  readonly missingFolderId: 400 | 404;
  readonly wrapsVersions: boolean;
  readonly sameFolderUid: 409 | 412;
  readonly namesServiceAccounts: boolean;
  readonly deletesSayId: boolean;
  readonly hasMessageIds: boolean;
  /** Whether nobody but Grafana may call itself `classic-file-provisioning`. */
  readonly guardsFileProvisioning: boolean;
  /** `undefined`: there is no /apis; else the preferred version first, none where the group is not served. */
  readonly apis: { readonly dashboards: readonly string[]; readonly folders: readonly string[] } | undefined;
}

export function grafanaRules(version: GrafanaVersion): GrafanaRules {
  const since = (major: number, minor?: number, patch?: number) => isAtLeast(version, major, minor, patch);
  return {
    version: formatGrafanaVersion(version),
    // facts/grafana.md 1.2: free since 11.3 (#90687). By slug until 10.1 (changelog of 10.1, #70961; the query in
    // pkg/services/dashboards/database/database.go).
    uniqueTitles: since(11, 3) ? 'no' : since(10, 1) ? 'title' : 'slug',
    // facts/grafana.md 2: parentUid and move only with nested folders. On by default since 11.0 [unverified].
    hasNestedFolders: since(11),
    // facts/grafana.md 1.1 and 2: gone in 13.
    knowsFolderIds: !since(13),
    // pkg/api/search.go at 03b26ef0 (9.4) reads folderIds alone; where folderUIDs begins is [unverified].
    searchesFolderUids: since(10),
    // facts/grafana.md 3; saveDashboardViaK8s in 13's pkg/api/dashboard.go.
    savesThroughApis: since(13),
    // saveDashboard in database.go adds a version each time; unified storage only where spec or folder differ
    // (pkg/storage/unified/apistore/prepare.go). That 12 still counts as 11 (its storage is the old one) is [unverified].
    countsEverySave: !since(13),
    // facts/grafana.md 3: 12 rejects Kubernetes-style JSON and asks for the spec alone, 13 takes it.
    refusesWrapped: since(12) && !since(13),
    // facts/grafana.md 4. The newest pkg/api/apierrors/dashboard.go maps it back to 400; since when is [unverified].
    missingFolder: since(13) && !since(13, 2) ? 404 : 400,
    // 404 of database.go (ErrDashboardFolderNotFound), 400 once the folder service is asked (dashboard_service.go of 12).
    missingFolderId: since(12) ? 400 : 404,
    // 13's GetDashboardVersions answers {versions, continueToken}, that of 0036b0de (11.5) an array; 12 is [unverified].
    wrapsVersions: since(12),
    // facts/grafana.md 4; pkg/api/apierrors/folder.go: 409 of the old service, 412 of an AlreadyExists of /apis.
    sameFolderUid: since(12) ? 412 : 409,
    // getIdentityName in 13's pkg/api/dashboard.go, getUserLogin before.
    namesServiceAccounts: since(13),
    // {title, message, uid} in 0036b0de; `id` beside them until 11 [unverified].
    deletesSayId: !since(11),
    // pkg/services/authn is there for everybody since 10 [unverified]; before, a body is a message alone.
    hasMessageIds: since(10),
    // facts/grafana.md 7: CVE-2026-13720, fixed in 13.1.7 and 13.2.3.
    guardsFileProvisioning: since(13, 2, 3) || (since(13, 1, 7) && !since(13, 2)),
    // facts/grafana.md 2, the last row of its table. That 11 lists other groups than these is [unverified].
    apis: apisOf(since),
  };
}

function apisOf(since: (major: number) => boolean): GrafanaRules['apis'] {
  if (since(13)) return { dashboards: ['v1', 'v1beta1', 'v2', 'v0alpha1'], folders: ['v1', 'v1beta1'] };
  if (since(12)) return { dashboards: ['v1beta1', 'v0alpha1', 'v2alpha1'], folders: ['v1beta1'] };
  return since(11) ? { dashboards: [], folders: [] } : undefined;
}
