import type { Scope, WatchedObject } from '../model.js';
import { parseFieldSelector } from '../selectors/field-selector.js';
import { parseLabelSelector } from '../selectors/label-selector.js';

const FIELDS = ['metadata.name', 'metadata.namespace'];

/**
 * Whether an object belongs to a scope, decided here where no API server does it. Throws a `RangeError` or a `SelectorError` for
 * selectors that none would understand: of fields there are `metadata.name` and `metadata.namespace`.
 */
export function scopeMatcher(scope: Scope): (object: WatchedObject) => boolean {
  const { kind, namespace, labelSelector = '', fieldSelector = '' } = scope;
  const { matches } = parseLabelSelector(labelSelector);
  const { terms, mayMatch } = parseFieldSelector(fieldSelector);
  for (const { field } of terms) {
    if (!FIELDS.includes(field)) {
      throw new RangeError(`Expected a field selector on ${FIELDS.join(' or ')}, got ${field}.`);
    }
  }
  return (object) =>
    object.kind === kind &&
    (namespace === undefined || object.namespace === namespace) &&
    matches(object.labels) &&
    mayMatch({ 'metadata.name': object.name, 'metadata.namespace': object.namespace });
}
