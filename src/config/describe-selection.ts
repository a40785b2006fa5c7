import { scopeName } from '../model.js';
import type { Config } from './options.js';
import type { Selection } from './selection.js';

/** What is selected, in a few words for the log. */
export function describeSelection(
  { scopes, scopesOf, labelSelector, fieldSelector }: Selection,
  { resource, namespace, namespaceSelector }: Pick<Config, 'resource' | 'namespace' | 'namespaceSelector'>,
): string {
  const kinds = resource === 'both' ? 'configmaps and secrets' : `${resource}s`;
  const chosen = [namespace ?? 'ALL', namespaceSelector].flat().filter((part) => part !== undefined);
  const fields = fieldSelector === undefined ? '' : ` (${fieldSelector})`;
  const where = [
    ...scopes.filter(({ kind }) => kind !== 'namespace').map(scopeName),
    ...(scopesOf ? [`${kinds} in each namespace of ${chosen.join(', ')}${fields}`] : []),
  ].join(', ');
  return labelSelector === undefined ? where : `${labelSelector}: ${where}`;
}
