import type { EmbeddedResource } from './embedded-kubernetes.js';

/** One kind that is served. */
export interface ResourceSpec {
  readonly resource: EmbeddedResource;
  readonly kind: 'ConfigMap' | 'Secret' | 'Namespace';
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

export const CONFIG_MAPS: ResourceSpec = {
  resource: 'configmaps',
  kind: 'ConfigMap',
  singular: 'configmap',
  shortNames: ['cm'],
  namespaced: true,
  verbs: VERBS,
};

export const NAMESPACES: ResourceSpec = {
  resource: 'namespaces',
  kind: 'Namespace',
  singular: 'namespace',
  shortNames: ['ns'],
  namespaced: false,
  verbs: VERBS.filter((verb) => verb !== 'deletecollection'),
};

export const SECRETS: ResourceSpec = {
  resource: 'secrets',
  kind: 'Secret',
  singular: 'secret',
  shortNames: [],
  namespaced: true,
  verbs: VERBS,
};

/** By name, as discovery lists them. */
export const RESOURCES: readonly ResourceSpec[] = [CONFIG_MAPS, NAMESPACES, SECRETS];

export function resourceOfPlural(plural: string | undefined): ResourceSpec | undefined {
  return RESOURCES.find(({ resource }) => resource === plural);
}

export function resourceOfKind(kind: string): ResourceSpec | undefined {
  return RESOURCES.find((one) => one.kind === kind);
}
