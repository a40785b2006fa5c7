/** `min_refresh_interval` of a Grafana that was not configured. */
export const MIN_REFRESH = '5s';

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
  M: 30 * 86_400_000,
  y: 365 * 86_400_000,
};

/**
 * Whether a dashboard may refresh as often as it says (ValidateDashboardRefreshInterval of dashboard_service.go). None,
 * `auto` and what is no text may; what is no duration may not.
 */
export function isRefreshAllowed(refresh: unknown): boolean {
  if (typeof refresh !== 'string' || refresh === '' || refresh === 'auto') return true;
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)(ms|[smhdwMy])$/.exec(refresh) ?? [];
  return count !== undefined && Number(count) * (UNITS_MS[unit] ?? 0) >= 5 * 1000;
}
