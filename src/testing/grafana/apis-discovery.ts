import { type ApisResource, DASHBOARDS, FOLDERS } from './apis-errors.js';
import type { GrafanaRules } from './grafana-rules.js';

/** A group that is there, its preferred version first. */
export interface ServedGroup {
  readonly resource: ApisResource;
  readonly versions: readonly string[];
}

export function servedGroups({ apis }: GrafanaRules): readonly ServedGroup[] {
  const groups = [
    { resource: DASHBOARDS, versions: apis?.dashboards ?? [] },
    { resource: FOLDERS, versions: apis?.folders ?? [] },
  ];
  return groups.filter(({ versions }) => versions.length > 0);
}

/** GET /apis */
export function groupList(rules: GrafanaRules): object {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: servedGroups(rules).map(groupOf) };
}

/** GET /apis/GROUP */
export function apiGroup(group: ServedGroup): object {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) };
}

/** GET /apis/GROUP/VERSION */
export function resourceList({ resource }: ServedGroup, version: string): object {
  const { group, plural, kind } = resource;
  const verbs = ['create', 'delete', 'get', 'list', 'update'];
  const one = { name: plural, singularName: kind.toLowerCase(), namespaced: true, kind, verbs };
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/${version}`, resources: [one] };
}

function groupOf({ resource: { group }, versions }: ServedGroup): object {
  const all = versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
  return { name: group, versions: all, preferredVersion: all[0] };
}
