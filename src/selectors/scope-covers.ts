import type { ObjectKey, Scope } from '../model.js';
import { parseFieldSelector } from './field-selector.js';

/** Whether an object of this key may be in the scope: by kind, namespace and name. Its labels, or its type, may still say no. */
export function scopeCovers(scope: Scope, key: ObjectKey): boolean {
  const [kind, namespace = '', name = ''] = key.split('/');
  return (
    scope.kind === kind &&
    (scope.namespace === undefined || scope.namespace === namespace) &&
    (scope.fieldSelector === undefined ||
      parseFieldSelector(scope.fieldSelector).mayMatch({ 'metadata.name': name, 'metadata.namespace': namespace }))
  );
}
