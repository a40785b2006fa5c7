/** What a Grafana has, as far as it decides how it is asked. */
export interface GrafanaServer {
  /** `11.6.0`; `undefined` where it does not tell. */
  readonly version: string | undefined;
  /** `undefined`: the legacy family is used. */
  readonly apis: ApisServer | undefined;
}

/** Below `/apis`. */
export interface ApisServer {
  /** `default`, or `org-ID`. */
  readonly namespace: string;
  /** All that dashboard.grafana.app is served in: `v1`, `v2beta1`. */
  readonly versions: readonly string[];
  /** That of classic dashboards, one of `versions`. */
  readonly classicVersion: string;
  readonly folderVersion: string;
}

export function isSameServer(left: GrafanaServer, right: GrafanaServer): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
