export interface GrafanaVersion {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** The newest that facts/grafana.md knows (October 2026), and the first whose rules are here. */
const NEWEST_MINORS: Readonly<Record<number, number>> = { 9: 5, 10: 4, 11: 6, 12: 4, 13: 3 };
/** Those whose number matters: CVE-2026-13720 is fixed in them (facts/grafana.md, 7). */
const NEWEST_PATCHES: Readonly<Record<string, number>> = { '13.1': 7, '13.2': 3 };

/** `13.2.3`, `13.2` or `13.x`. Throws a `RangeError` for what is no Grafana of 9 to 13. */
export function parseGrafanaVersion(text: string): GrafanaVersion {
  const [, first = '', second = 'x', third] = /^(\d{1,2})(?:\.(\d{1,2}|x)(?:\.(\d{1,3}))?)?$/.exec(text) ?? [];
  const major = Number(first);
  const newest = NEWEST_MINORS[major];
  const minor = second === 'x' ? newest : Number(second);
  if (newest === undefined || minor === undefined || minor > newest || (second === 'x' && third !== undefined)) {
    throw new RangeError(`Expected \`version\` to be a Grafana of 9.0 to 13.3, like 11.2 or 12.x, got ${text}.`);
  }
  return { major, minor, patch: third === undefined ? (NEWEST_PATCHES[`${major}.${minor}`] ?? 0) : Number(third) };
}

export function formatGrafanaVersion({ major, minor, patch }: GrafanaVersion): string {
  return `${major}.${minor}.${patch}`;
}

/** `isAtLeast(version, 11, 3)` */
export function isAtLeast(version: GrafanaVersion, major: number, minor = 0, patch = 0): boolean {
  if (version.major !== major) return version.major > major;
  return version.minor === minor ? version.patch >= patch : version.minor > minor;
}
