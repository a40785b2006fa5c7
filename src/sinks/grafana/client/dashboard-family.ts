import type { Observable } from 'rxjs';
import type { GrafanaApi, ListedDashboard } from '../grafana-api.js';

/** Dashboards by one of Grafana's two families. Errors are `GrafanaError`s, and `LostRoute`s where the server has another one. */
export interface DashboardFamily extends Pick<GrafanaApi, 'get' | 'save' | 'remove'> {
  list(): Observable<readonly ListedDashboard[]>;
}

/** The root has two names. */
export function folderUidOf(uid: unknown): string {
  return typeof uid === 'string' && uid !== 'general' ? uid : '';
}
