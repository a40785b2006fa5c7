import type { Scope, WatchedObject } from '../model.js';
import { parseLabelSelector } from '../operators/label-selector.js';

const FIELDS: Readonly<Record<string, (object: WatchedObject) => string>> = {
  'metadata.name': (object) => object.name,
  'metadata.namespace': (object) => object.namespace,
};

/**
 * Whether an object belongs to a scope, decided here where no API server does it. Throws a `RangeError` or a `SelectorError` for
 * selectors that none would understand: of fields there are `metadata.name` and `metadata.namespace`.
 */
export function scopeMatcher(scope: Scope): (object: WatchedObject) => boolean {
  const { kind, namespace, labelSelector = '', fieldSelector = '' } = scope;
  const { matches } = parseLabelSelector(labelSelector);
  const fields = fieldSelector.split(',').filter((term) => term.trim() !== '');
  const conditions = fields.map((term) => {
    const [, field = '', operator, value] = /^\s*([\w.]+)\s*(==?|!=)\s*(.*?)\s*$/.exec(term) ?? [];
    const fieldOf = FIELDS[field];
    if (fieldOf === undefined) {
      throw new RangeError(`Expected a field selector on ${Object.keys(FIELDS).join(' or ')}, got ${term}.`);
    }
    return (object: WatchedObject) => (fieldOf(object) === value) === (operator !== '!=');
  });
  return (object) =>
    object.kind === kind &&
    (namespace === undefined || object.namespace === namespace) &&
    matches(object.labels) &&
    conditions.every((holds) => holds(object));
}
