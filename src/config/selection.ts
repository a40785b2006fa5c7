import type { ResourceKind, Scope } from '../model.js';
import type { NameSelector } from './kubernetes-names.js';
import type { Config } from './options.js';

/** What a configuration selects. */
export interface Selection {
  readonly scopes: readonly Scope[];
  /** What each object must match; `undefined` where objects are selected by name instead. */
  readonly labelSelector: string | undefined;
  /** Everything that selects, and the folder: two sidecars on one volume differ in it, so their state does. */
  readonly identity: readonly string[];
}

const KINDS: Record<Config['resource'], readonly ResourceKind[]> = {
  configmap: ['configmap'],
  secret: ['secret'],
  both: ['configmap', 'secret'],
};

/**
 * The lists and watches that a configuration asks for: one for each kind and namespace, or, with `RESOURCE_NAME`, one for each
 * named object, with the field selector under which RBAC's `resourceNames` grants list and watch.
 */
export function selectionOf(config: Config, ownNamespace: string): Selection {
  const namespaces = config.namespace === 'ALL' ? [undefined] : (config.namespace ?? [ownNamespace]);
  const { label, labelValue, resource, resourceName = [], folder } = config;
  const kinds = KINDS[resource];
  const identity = [
    label,
    labelValue ?? '',
    resource,
    [...namespaces]
      .map((namespace) => namespace ?? '*')
      .sort()
      .join(','),
    resourceName
      .map(({ kind = '', namespace = '', name }) => `${namespace}/${kind}/${name}`)
      .sort()
      .join(','),
    folder,
  ];
  if (resourceName.length > 0) {
    const scopes = kinds.flatMap((kind) => namedScopes(kind, namespaces, resourceName));
    return { scopes, labelSelector: undefined, identity };
  }
  const labelSelector = labelValue === undefined ? label : `${label}=${labelValue}`;
  const scopes = kinds.flatMap((kind) => namespaces.map((namespace) => ({ kind, namespace, labelSelector })));
  return { scopes, labelSelector, identity };
}

function namedScopes(
  kind: ResourceKind,
  namespaces: readonly (string | undefined)[],
  selectors: readonly NameSelector[],
): readonly Scope[] {
  const wanted = new Map<string, { readonly namespace: string | undefined; readonly name: string }>();
  for (const namespace of namespaces) {
    for (const selector of selectors) {
      const elsewhere = namespace !== undefined && selector.namespace !== undefined && selector.namespace !== namespace;
      if (!elsewhere && (selector.kind ?? kind) === kind) {
        const where = namespace ?? selector.namespace;
        wanted.set(`${where ?? '*'}/${selector.name}`, { namespace: where, name: selector.name });
      }
    }
  }
  return [...wanted.values()]
    .filter(({ namespace, name }) => namespace === undefined || !wanted.has(`*/${name}`))
    .map(({ namespace, name }) => ({ kind, namespace, fieldSelector: `metadata.name=${name}` }));
}
