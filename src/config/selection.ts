import type { ResourceKind, Scope } from '../model.js';
import type { NameSelector } from './kubernetes-names.js';
import { chooseNamespaces } from './namespace-choice.js';
import type { Config } from './options.js';

/** What a configuration selects. */
export interface Selection {
  /** What is listed whatever the cluster holds; with `scopesOf` one of them is that of namespaces. */
  readonly scopes: readonly Scope[];
  /** What to read in a namespace that came: new scopes at each call, none where the namespace is not wanted. */
  readonly scopesOf: ((namespace: string) => readonly Scope[]) | undefined;
  /** What each object must match; `undefined` where objects are selected by name instead. */
  readonly labelSelector: string | undefined;
  readonly fieldSelector: string | undefined;
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
  const { resource, resourceName = [], fieldSelector, namespaceSelector } = config;
  const { fixed, follows, identity: namespaces } = chooseNamespaces(config, ownNamespace);
  const isByName = resourceName.length > 0;
  const labelSelector = isByName ? undefined : labelSelectorOf(config);
  const scopesIn = (where: readonly (string | undefined)[]) =>
    KINDS[resource].flatMap((kind): readonly Scope[] =>
      isByName
        ? namedScopes(kind, where, resourceName, fieldSelector)
        : where.map((namespace) => ({ kind, namespace, labelSelector, fieldSelector })),
    );
  const cluster: Scope = { kind: 'namespace', namespace: undefined, labelSelector: namespaceSelector };
  return {
    scopes: [...scopesIn(fixed), ...(follows ? [cluster] : [])],
    scopesOf: follows && ((namespace) => (follows(namespace) ? scopesIn([namespace]) : [])),
    labelSelector,
    fieldSelector,
    identity: identityOf(config, namespaces),
  };
}

function labelSelectorOf({ label, labelValue, labelSelector }: Config): string | undefined {
  const established = labelValue === undefined ? label : `${label}=${labelValue}`;
  const parts = [established, labelSelector].filter((part) => part !== undefined);
  return parts.length > 0 ? parts.join(',') : undefined;
}

/** What is not set adds nothing, so that the state of an older release, which did not know it, is still ours. */
function identityOf(config: Config, namespaces: string): readonly string[] {
  const { label = '', labelValue = '', resource, resourceName = [], folder = '' } = config;
  const names = resourceName.map(({ kind = '', namespace = '', name }) => `${namespace}/${kind}/${name}`);
  const { labelSelector, fieldSelector, namespaceSelector } = config;
  const selectors = Object.entries({ labelSelector, fieldSelector, namespaceSelector });
  return [
    label,
    labelValue,
    resource,
    namespaces,
    names.sort().join(','),
    folder,
    ...selectors.flatMap(([key, selector]) => (selector === undefined ? [] : [`${key}: ${selector}`])),
  ];
}

function namedScopes(
  kind: ResourceKind,
  namespaces: readonly (string | undefined)[],
  selectors: readonly NameSelector[],
  fieldSelector: string | undefined,
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
  const more = fieldSelector === undefined ? '' : `,${fieldSelector}`;
  return [...wanted.values()]
    .filter(({ namespace, name }) => namespace === undefined || !wanted.has(`*/${name}`))
    .map(({ namespace, name }) => ({ kind, namespace, fieldSelector: `metadata.name=${name}${more}` }));
}
