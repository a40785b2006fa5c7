import { apiVersionOf, GROUPS, type ResourceSpec, resourcesOfGroup } from './resources.js';

/** What `/version` says: of the API server that this one is held to. */
export const VERSION = {
  major: '1',
  minor: '37',
  emulationMajor: '1',
  emulationMinor: '37',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '36',
  gitVersion: 'v1.37.2+embedded',
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: '',
};

export const AGGREGATED_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** `/api`. */
export function apiVersions(serverAddress: string): object {
  const serverAddressByClientCIDRs = [{ clientCIDR: '0.0.0.0/0', serverAddress }];
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs };
}

/** `/apis`. */
export const API_GROUPS = { kind: 'APIGroupList', apiVersion: 'v1', groups: GROUPS.map(groupVersions) };

/** `/apis/GROUP`. */
export function apiGroup(group: string): object {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupVersions(group) };
}

/** `/api/v1`, and `/apis/GROUP/v1`. */
export function apiResources(group: string): object {
  return {
    kind: 'APIResourceList',
    ...(group !== '' && { apiVersion: 'v1' }),
    groupVersion: apiVersionOf({ group }),
    resources: resourcesOfGroup(group).map(({ resource, singular, namespaced, kind, verbs, shortNames }) => ({
      name: resource,
      singularName: singular,
      namespaced,
      kind,
      verbs,
      ...(shortNames.length > 0 && { shortNames }),
    })),
  };
}

/** `/api` and `/apis` for those who want to know everything with one request. */
export function aggregatedDiscovery(path: '/api' | '/apis'): object {
  const groups = path === '/api' ? [''] : GROUPS;
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: 'apidiscovery.k8s.io/v2',
    metadata: {},
    items: groups.map((group) => ({
      metadata: group === '' ? {} : { name: group },
      versions: [{ version: 'v1', resources: resourcesOfGroup(group).map(aggregated), freshness: 'Current' }],
    })),
  };
}

function groupVersions(group: string): object {
  const version = { groupVersion: apiVersionOf({ group }), version: 'v1' };
  return { name: group, versions: [version], preferredVersion: version };
}

function aggregated({ resource, kind, namespaced, singular, verbs, shortNames }: ResourceSpec): object {
  return {
    resource,
    responseKind: { group: '', version: '', kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
  };
}
