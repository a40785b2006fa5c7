import { RESOURCES, type ResourceSpec } from './resources.js';

/** `/openapi/v3`: where the description of each group is. */
export const OPENAPI_PATHS = { paths: { 'api/v1': { serverRelativeURL: '/openapi/v3/api/v1' } } };

/**
 * `/openapi/v3/api/v1`, as far as kubectl needs it: that a patch takes `fieldValidation`, so that the server validates and
 * not kubectl, and which schema belongs to which kind. The schemas take anything.
 */
export const OPENAPI_V3 = {
  openapi: '3.0.0',
  info: { title: 'Kubernetes', version: 'v1.37.2' },
  paths: Object.fromEntries(RESOURCES.map((spec) => [pathOf(spec), { patch: patchOperation(spec) }])),
  components: { schemas: Object.fromEntries(RESOURCES.map((spec) => [schemaName(spec), schema(spec)])) },
};

function pathOf({ resource, namespaced }: ResourceSpec): string {
  return `/api/v1/${namespaced ? 'namespaces/{namespace}/' : ''}${resource}/{name}`;
}

function schemaName({ kind }: ResourceSpec): string {
  return `io.k8s.api.core.v1.${kind}`;
}

function groupVersionKind({ kind }: ResourceSpec) {
  return { group: '', version: 'v1', kind };
}

function patchOperation(spec: ResourceSpec): object {
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
    name,
    in: 'query',
    schema: { type: 'string', uniqueItems: true },
  }));
  return {
    operationId: `patchCoreV1${spec.kind}`,
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
