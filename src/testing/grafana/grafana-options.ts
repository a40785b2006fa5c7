export type GrafanaRole = 'Viewer' | 'Editor' | 'Admin';

/** What RBAC grants here; the scope is always everything. */
export type GrafanaPermission =
  | `dashboards:${'read' | 'create' | 'write' | 'delete'}`
  | `folders:${'read' | 'create' | 'write' | 'delete'}`;

/** Somebody who logs in by basic authentication. */
export interface GrafanaUser {
  readonly login: string;
  readonly password: string;
  /** @default 'Admin' */
  readonly role?: GrafanaRole;
  /** Instead of those of the role. */
  readonly permissions?: readonly GrafanaPermission[];
  /** Whether it administers the server: the reload endpoints ask for it. @default false */
  readonly serverAdmin?: boolean;
  /** The first is where it works unless it says another. @default [1] */
  readonly orgIds?: readonly number[];
}

/** A token of a service account: it belongs to one organisation. */
export interface GrafanaToken {
  /** In the request log: `token:NAME`. */
  readonly name: string;
  readonly token: string;
  /** @default 'Editor' */
  readonly role?: GrafanaRole;
  readonly permissions?: readonly GrafanaPermission[];
  /** @default 1 */
  readonly orgId?: number;
}

export interface FakeGrafanaOptions {
  /** `9.0` to `13.3`; `12.x` is the newest of 12, and a missing patch is the newest known. @default '13.2' */
  readonly version?: string;
  /** @default `admin` with the password `admin`, as a new Grafana has it */
  readonly users?: readonly GrafanaUser[];
  /** @default none */
  readonly tokens?: readonly GrafanaToken[];
  /** Beside 1, which is always there. */
  readonly orgs?: readonly number[];
  /** `true` makes a certificate for `host` at each start. @default false */
  readonly tls?: boolean | { readonly cert: string; readonly key: string; readonly ca: string };
  /** @default 0 (any free port) */
  readonly port?: number;
  /** @default '127.0.0.1' */
  readonly host?: string;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}
