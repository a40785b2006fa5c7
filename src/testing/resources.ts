import type { EmbeddedResource } from './embedded-kubernetes.js';

/** One kind that is served. */
export interface ResourceSpec {
  /** The empty string is the core group. All are of its version v1. */
  readonly group: string;
  readonly resource: EmbeddedResource;
  readonly kind: 'ConfigMap' | 'Lease' | 'Secret' | 'Namespace';
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** A PUT makes what is not there, and one that names no resourceVersion replaces nothing. @default the other way round */
  readonly isLock?: true;
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

export const CONFIG_MAPS: ResourceSpec = {
  group: '',
  resource: 'configmaps',
  kind: 'ConfigMap',
  singular: 'configmap',
  shortNames: ['cm'],
  namespaced: true,
  verbs: VERBS,
};

export const LEASES: ResourceSpec = {
  group: 'coordination.k8s.io',
  resource: 'leases',
  kind: 'Lease',
  singular: 'lease',
  shortNames: [],
  namespaced: true,
  verbs: VERBS,
  isLock: true,
};

export const NAMESPACES: ResourceSpec = {
  group: '',
  resource: 'namespaces',
  kind: 'Namespace',
  singular: 'namespace',
  shortNames: ['ns'],
  namespaced: false,
  verbs: VERBS.filter((verb) => verb !== 'deletecollection'),
};

export const SECRETS: ResourceSpec = {
  group: '',
  resource: 'secrets',
  kind: 'Secret',
  singular: 'secret',
  shortNames: [],
  namespaced: true,
  verbs: VERBS,
};

/** By name, as discovery lists those of a group. */
export const RESOURCES: readonly ResourceSpec[] = [CONFIG_MAPS, LEASES, NAMESPACES, SECRETS];

/** Groups besides the core group. */
export const GROUPS: readonly string[] = [...new Set(RESOURCES.map(({ group }) => group))].filter(Boolean);

export function resourcesOfGroup(group: string): readonly ResourceSpec[] {
  return RESOURCES.filter((spec) => spec.group === group);
}

export function resourceOfPlural(group: string, plural: string | undefined): ResourceSpec | undefined {
  return RESOURCES.find((spec) => spec.group === group && spec.resource === plural);
}

/** `v1`, or `coordination.k8s.io/v1`. */
export function apiVersionOf({ group }: Pick<ResourceSpec, 'group'>): string {
  return group === '' ? 'v1' : `${group}/v1`;
}

/** As Go calls the type in a message: `core.ConfigMap`. */
export function goKind({ group, kind }: ResourceSpec): string {
  return `${group === '' ? 'core' : group.replace(/\..*$/, '')}.${kind}`;
}

export function resourceOfKind(kind: string): ResourceSpec | undefined {
  return RESOURCES.find((one) => one.kind === kind);
}
