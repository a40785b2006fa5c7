import { isRecord } from '../../../kubernetes/is-record.js';

/** The versions of a group by the answer to GET /apis, the preferred one first; none where it is not served. */
export function versionsOf(groupList: unknown, group: string): readonly string[] {
  const groups = isRecord(groupList) && Array.isArray(groupList['groups']) ? groupList['groups'] : [];
  const found = groups.find((one) => isRecord(one) && one['name'] === group);
  if (!isRecord(found)) return [];
  const listed = Array.isArray(found['versions']) ? found['versions'] : [];
  const versions = [found['preferredVersion'], ...listed].map((one) => (isRecord(one) ? one['version'] : undefined));
  return [...new Set(versions.filter((version) => typeof version === 'string'))];
}

/** `v1` and `v1beta1`, and not `v1alpha1`, which is off by default and may go. */
export function isLasting(version: string): boolean {
  return /^v\d+(?:beta\d+)?$/.test(version);
}

/** Versions 0 and 1 speak the classic schema, in all their stages. */
export function isClassic(version: string): boolean {
  return /^v[01](?!\d)/.test(version);
}

/** The server's own choice where it will last, else what comes next to it: `v1` before `v1beta1` before `v1alpha1`. */
export function bestVersion(versions: readonly string[]): string | undefined {
  const [preferred] = versions;
  if (preferred === undefined || isLasting(preferred)) return preferred;
  return [...versions].sort(byStage)[0];
}

function byStage(left: string, right: string): number {
  const [a, b] = [stageOf(left), stageOf(right)];
  return b.stage - a.stage || b.major - a.major || b.minor - a.minor;
}

function stageOf(version: string): { stage: number; major: number; minor: number } {
  const [, major = '0', stage, minor = '0'] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
  return { stage: stage === undefined ? 2 : stage === 'beta' ? 1 : 0, major: Number(major), minor: Number(minor) };
}
