import type { RemoteDashboard } from '../grafana-api.js';
import type { DesiredDashboard } from './desired-dashboard.js';
import { sameContent } from './same-content.js';

/** `equal`: nothing to write. `outdated`: we wrote another document. `drifted`: somebody else changed what we wrote. */
export type ContentState = 'equal' | 'outdated' | 'drifted';

/** What this life wrote last, and the version that Grafana gave it. */
export interface LastWrite {
  readonly version: string;
  readonly sha256: string;
}

/**
 * Whether a dashboard of ours has the content that is wanted; folders are compared elsewhere. So that no version is written
 * without a change (facts/grafana.md, 8), in this order:
 *
 * 1. The version is that of our last write: nobody was there since, whatever Grafana has made of the content.
 * 2. The stamp says of which document the content is: of another one than is wanted, it is `outdated`.
 * 3. The contents are compared. What only Grafana's own changes could explain is `drifted` where the version shows that somebody
 *    was there since our write, and `equal` where we know of no write (after a restart): then the stamp decides.
 *
 * A stamp that is gone, or a tag, is drift: without them the next life would not know the dashboard.
 */
export function contentState(
  desired: Pick<DesiredDashboard, 'spec' | 'sha256'>,
  remote: Pick<RemoteDashboard, 'spec' | 'stamp' | 'version'>,
  last: LastWrite | undefined,
): ContentState {
  if (last?.version === remote.version) return last.sha256 === desired.sha256 ? 'equal' : 'outdated'; // 1
  if (!remote.stamp?.sha256) return 'drifted';
  if (remote.stamp.sha256 !== desired.sha256) return last?.sha256 === desired.sha256 ? 'drifted' : 'outdated'; // 2
  const sameness = sameContent(desired.spec, remote.spec); // 3
  if (sameness === 'doubtful') return last === undefined ? 'equal' : 'drifted';
  return sameness === 'same' ? 'equal' : 'drifted';
}
