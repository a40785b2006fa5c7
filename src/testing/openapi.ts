import { GROUPS, goKind, type ResourceSpec, resourcesOfGroup } from './resources.js';

/** `/openapi/v3`: where the description of each group is. */
export const OPENAPI_PATHS = {
  paths: Object.fromEntries(
    ['', ...GROUPS].map(rootOf).map((root) => [root.slice(1), { serverRelativeURL: `/openapi/v3${root}` }]),
  ),
};

/**
 * `/openapi/v3/api/v1` and `/openapi/v3/apis/GROUP/v1`, as far as kubectl needs it: that a patch takes `fieldValidation`, so that the server validates and
 * not kubectl, and which schema belongs to which kind. The schemas take anything.
 */
export function openApiV3(group: string): object {
  const specs = resourcesOfGroup(group);
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.37.2' },
    paths: Object.fromEntries(specs.map((spec) => [pathOf(spec), { patch: patchOperation(spec) }])),
    components: { schemas: Object.fromEntries(specs.map((spec) => [schemaName(spec), schema(spec)])) },
  };
}

function rootOf(group: string): string {
  return group === '' ? '/api/v1' : `/apis/${group}/v1`;
}

function pathOf({ group, resource, namespaced }: ResourceSpec): string {
  return `${rootOf(group)}/${namespaced ? 'namespaces/{namespace}/' : ''}${resource}/{name}`;
}

/** `io.k8s.api.core.v1.ConfigMap` */
function schemaName(spec: ResourceSpec): string {
  return `io.k8s.api.${goKind(spec).replace('.', '.v1.')}`;
}

function groupVersionKind({ group, kind }: ResourceSpec) {
  return { group, version: 'v1', kind };
}

function patchOperation(spec: ResourceSpec): object {
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
    name,
    in: 'query',
    schema: { type: 'string', uniqueItems: true },
  }));
  return {
    operationId: `patch${spec.group === '' ? 'Core' : 'Coordination'}V1${spec.kind}`,
    parameters,
    responses: { 200: { description: 'OK' } },
    'x-kubernetes-action': 'patch',
    'x-kubernetes-group-version-kind': groupVersionKind(spec),
  };
}

function schema(spec: ResourceSpec): object {
  return {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    'x-kubernetes-group-version-kind': [groupVersionKind(spec)],
  };
}
