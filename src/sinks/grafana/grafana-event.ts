import type { ObjectKey, Refusal, UrlFailed } from '../../model.js';
import type { GrafanaErrorCode } from './grafana-api.js';

/** Everything that the push says of itself: logs, health and metrics are functions of it. No message holds content or credentials. */
export type GrafanaEvent = DashboardEvent | GrafanaStatus | GrafanaSynced | Refusal | UrlFailed;

interface OfDashboard {
  readonly type: 'dashboard';
  readonly uid: string;
}

interface OfSource extends OfDashboard {
  /** The object, and in it `<namespace>/<kind>/<name>/<key>`. */
  readonly owner: ObjectKey;
  readonly source: string;
}

/** What became of one dashboard. */
export type DashboardEvent =
  /** `drift`: it was ours and as we wanted it, and somebody had changed it. */
  | (OfSource & {
      readonly op: 'created' | 'updated' | 'moved' | 'adopted';
      readonly folderUid: string;
      readonly version: string;
      readonly drift: boolean;
    })
  /** Grafana had it already. */
  | (OfSource & { readonly op: 'unchanged' })
  | (OfDashboard & { readonly op: 'deleted'; readonly source: string })
  /** Somebody changed what is ours, and `GRAFANA_DRIFT` says to leave it so. Once for each such change. */
  | (OfSource & { readonly op: 'drift'; readonly message: string })
  /**
   * It is not pushed, or not deleted: looked at again at each resync, unless only another document helps (`rejected`). `foreign`: it
   * is somebody else's. Said once until it changes.
   */
  | (OfDashboard & {
      readonly op: 'refused';
      readonly source: string;
      readonly owner: ObjectKey | undefined;
      readonly code: GrafanaErrorCode | 'foreign';
      readonly message: string;
    })
  /** Something is to come first: a folder, the end of a list. Said once until it changes. */
  | (OfSource & { readonly op: 'waiting'; readonly message: string })
  /** A try failed and is made again. */
  | (OfDashboard & {
      readonly op: 'failed';
      readonly code: GrafanaErrorCode | 'unexpected';
      readonly status: number | undefined;
      readonly message: string;
      readonly retryInMs: number;
    })
  /** Two objects want one uid; `winner` has it. */
  | (OfDashboard & { readonly op: 'conflict'; readonly winner: ObjectKey; readonly loser: ObjectKey })
  /** It is pushed, but its object should be mended. Once for each state of the object. */
  | (OfSource & { readonly op: 'warned'; readonly message: string });

/** How Grafana as a whole is doing. */
export type GrafanaStatus =
  /** What it has was compared with what is wanted. `ours`: how many dashboards carry our stamp, or may. */
  | { readonly type: 'grafana'; readonly state: 'listed'; readonly ours: number; readonly wanted: number }
  /** It answers again. */
  | { readonly type: 'grafana'; readonly state: 'up' }
  /** Nothing is asked but one probe in `retryInMs`. `unauthorized`: earlier when a credential file changes. */
  | {
      readonly type: 'grafana';
      readonly state: 'down';
      readonly code: GrafanaErrorCode;
      readonly status: number | undefined;
      readonly message: string;
      readonly retryInMs: number;
    }
  /** The brake holds: nothing is deleted. Once until it lets go. */
  | {
      readonly type: 'grafana';
      readonly state: 'braked';
      readonly deletes: number;
      readonly ours: number;
      readonly message: string;
    }
  | { readonly type: 'grafana'; readonly state: 'unbraked' };

/** All lists are complete and each dashboard had its first try, good or bad; or the first try of Grafana failed, or another replica leads. Once. */
export interface GrafanaSynced {
  readonly type: 'grafana-synced';
}
