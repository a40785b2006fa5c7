import type { DashboardRecord } from './dashboard-record.js';
import { contentState } from './documents/content-state.js';
import { dashboardHash } from './documents/dashboard-hash.js';
import type { DesiredDashboard } from './documents/desired-dashboard.js';
import { isOursToUpdate } from './documents/stamp.js';
import type { RemoteDashboard } from './grafana-api.js';
import type { GrafanaPolicies } from './push-options.js';
import type { Wish } from './wish.js';

/** What is to be done about a dashboard that is there. */
export type Verdict =
  | { readonly act: 'nothing' }
  /** It depends on the content that is wanted, which is not in hand. */
  | { readonly act: 'ask' }
  | { readonly act: 'save'; readonly op: 'updated' | 'moved' | 'adopted'; readonly drift: boolean }
  | { readonly act: 'leave'; readonly what: 'content' | 'folder' }
  | { readonly act: 'refuse'; readonly code: 'provisioned' | 'foreign'; readonly message: string };

export interface Comparison {
  readonly wish: Wish;
  /** Where it has to be; `undefined`: where it is. */
  readonly folderUid: string | undefined;
  /** `undefined`: not in hand. */
  readonly document: DesiredDashboard | undefined;
  readonly remote: RemoteDashboard;
  readonly last: DashboardRecord['last'];
}

/**
 * Compares a dashboard with what is wanted.
 *
 * 1. Whose it is: of a file, of another tool, of another instance, of a user: refused, the last one unless it is adopted.
 * 2. Its content: that of our last write, or of our stamp and untouched; else only the document can tell.
 * 3. Its folder, where one is wanted.
 *
 * A difference that we did not make, and did not want a moment ago, is drift, and the policy's.
 */
export function compareDashboard(comparison: Comparison, policies: GrafanaPolicies): Verdict {
  const { wish, folderUid, remote, last } = comparison;
  if (remote.management === 'provisioned' || remote.management === 'managed') {
    const by = remote.management === 'managed' ? 'by another tool' : 'from a file';
    const message = `The dashboard ${wish.uid} of ${wish.source} is not pushed: Grafana has it ${by}; give it another uid.`;
    return { act: 'refuse', code: 'provisioned', message };
  }
  if (!isOursToUpdate(remote, policies.instance)) return foreign(wish, remote, policies); // 1
  const state = contentOf(comparison, policies); // 2
  // A wish of ours that is new is no drift, whatever else was done to it.
  const isNew = last !== undefined && last.sha256 !== wish.sha256;
  const content = state === 'drifted' && isNew ? 'outdated' : state;
  if (content === 'unknown') return { act: 'ask' };
  const isMove = folderUid !== undefined && folderUid !== remote.folderUid; // 3
  const wasThere = last !== undefined && last.folderUid === folderUid;
  const isDrift = content === 'drifted' || (content === 'equal' && isMove && wasThere && last.sha256 === wish.sha256);
  if (content === 'equal' && !isMove) return { act: 'nothing' };
  if (isDrift && policies.drift !== 'enforce') {
    // A wish of ours is no drift: it is carried out, and the edit goes with it.
    if (!isMove || wasThere) return { act: 'leave', what: content === 'drifted' ? 'content' : 'folder' };
  }
  return { act: 'save', op: content === 'equal' ? 'moved' : 'updated', drift: isDrift };
}

function foreign(wish: Wish, remote: RemoteDashboard, { adopt }: GrafanaPolicies): Verdict {
  if (adopt && remote.stamp === undefined) return { act: 'save', op: 'adopted', drift: false };
  const whose =
    remote.stamp === undefined
      ? 'it is not of this sidecar; set GRAFANA_ADOPT=true to take it over'
      : `it is of another instance (${remote.stamp.instance})`;
  const message = `The dashboard ${wish.uid} of ${wish.source} is not pushed: one with this uid exists in Grafana, and ${whose}, or give it another uid.`;
  return { act: 'refuse', code: 'foreign', message };
}

function contentOf(
  { wish, document, remote, last }: Comparison,
  { drift }: GrafanaPolicies,
): 'equal' | 'outdated' | 'drifted' | 'unknown' {
  if (document !== undefined) return contentState(document, remote, last);
  const state = contentState({ spec: {}, sha256: wish.sha256 }, remote, last);
  const isDecided = last?.version === remote.version || remote.stamp?.sha256 !== wish.sha256;
  if (isDecided) return state;
  if (drift === 'ignore' || isUntouched(remote)) return 'equal';
  return 'unknown';
}

/** Exactly what was sent: true for certain, false perhaps only since Grafana rewrites what it is given. */
function isUntouched({ spec, stamp }: RemoteDashboard): boolean {
  const { id: _id, uid: _uid, version: _version, ...content } = spec;
  return dashboardHash(content) === stamp?.sha256;
}
