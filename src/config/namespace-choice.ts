import { matchesGlob } from '../selectors/name-glob.js';
import { namespaceItems } from './namespace-items.js';
import type { Config } from './options.js';

/** Which namespaces are read. */
export interface NamespaceChoice {
  /** These, whether they are there or not; `undefined` is all of them at once. */
  readonly fixed: readonly (string | undefined)[];
  /** Those of the cluster for which this is true, as they come and go; `undefined`: nobody needs to know which there are. */
  readonly follows: ((name: string) => boolean) | undefined;
}

/**
 * What `NAMESPACE` and `NAMESPACE_SELECTOR` choose, under one name for the state of this selection.
 *
 * - A name is read without a look at the cluster's namespaces, which needs no right on them.
 * - A glob, exclusions alone, and `NAMESPACE_SELECTOR` choose among those that there are. With the selector all that `NAMESPACE`
 *   names must have the labels too; without `NAMESPACE` it chooses among all.
 * - An exclusion wins over everything, whatever the order.
 */
export function chooseNamespaces(
  { namespace, namespaceSelector }: Pick<Config, 'namespace' | 'namespaceSelector'>,
  ownNamespace: string,
): NamespaceChoice & { readonly identity: string } {
  const bySelector = namespaceSelector !== undefined;
  if (namespace === undefined || namespace === 'ALL') {
    const isAll = namespace === 'ALL' || bySelector;
    return {
      fixed: bySelector ? [] : [namespace === 'ALL' ? undefined : ownNamespace],
      follows: bySelector ? () => true : undefined,
      identity: isAll ? '*' : ownNamespace,
    };
  }
  const { names, globs, isExcluded } = namespaceItems(namespace);
  const fixed = bySelector ? [] : names.filter((name) => !isExcluded(name));
  const isAny = names.length + globs.length === 0;
  const isChosen = (name: string) => isAny || names.includes(name) || globs.some((glob) => matchesGlob(glob, name));
  const mustFollow = bySelector || isAny || globs.length > 0;
  return {
    fixed,
    follows: mustFollow ? (name) => isChosen(name) && !isExcluded(name) && !fixed.includes(name) : undefined,
    identity: [...namespace].sort().join(','),
  };
}
