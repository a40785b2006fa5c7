import { isRecord } from '../kubernetes/is-record.js';
import { StatusError } from './status.js';
import { mergeList, reorderList } from './strategic-lists.js';

type Json = Readonly<Record<string, unknown>>;

const DELETE_PREFIX = '$deleteFromPrimitiveList/';
const ORDER_PREFIX = '$setElementOrder/';

/** Lists that merge instead of being replaced, and by what their elements are told apart. Others are not in these kinds. */
const MERGED_LISTS: Readonly<Record<string, string | undefined>> = {
  'metadata.finalizers': undefined,
  'metadata.ownerReferences': 'uid',
};

/**
 * Kubernetes' own patch, as apimachinery 0.37 applies it (pkg/util/strategicpatch): objects merge, `null` takes away,
 * and directives say what a merge cannot:
 *
 *     $patch: replace | delete               of an object, or of one element of a merging list
 *     $retainKeys: [a, b]                    what else the object has goes
 *     $deleteFromPrimitiveList/x: [a]        takes values out of the list x
 *     $setElementOrder/x: [a, b]             the order of the list x afterwards
 *
 * Changes neither argument. Throws the 500 that the API server answers a broken directive with.
 */
export function strategicMergePatch(original: unknown, patch: Json): Json {
  return mergeObject(isRecord(original) ? original : {}, patch, '');
}

function mergeObject(original: Json, patch: Json, path: string): Json {
  if (Object.hasOwn(patch, '$patch')) return directed(patch);
  const merged = new Map(Object.entries(retained(original, patch)));
  for (const [key, value] of Object.entries(patch)) {
    if (key === '$retainKeys' || key.startsWith(ORDER_PREFIX)) continue;
    const isDeletion = key.startsWith(DELETE_PREFIX);
    const name = isDeletion ? key.slice(DELETE_PREFIX.length) : key;
    const field = path === '' ? name : `${path}.${name}`;
    const old = merged.get(name);
    if (isDeletion) {
      if (Array.isArray(old))
        merged.set(
          name,
          old.filter((one) => !(value as unknown[]).includes(one)),
        );
    } else if (value === null) {
      merged.delete(name);
    } else if (isRecord(old) && isRecord(value)) {
      merged.set(name, mergeObject(old, value, field));
    } else if (Array.isArray(old) && Array.isArray(value) && Object.hasOwn(MERGED_LISTS, field)) {
      merged.set(name, mergeList(old, value, MERGED_LISTS[field], mergeElement));
    } else {
      const kept = withoutDirectives(value);
      if (kept === undefined) merged.delete(name);
      else merged.set(name, kept);
    }
  }
  for (const [key, order] of Object.entries(patch)) {
    if (!key.startsWith(ORDER_PREFIX)) continue;
    const name = key.slice(ORDER_PREFIX.length);
    const list = merged.get(name);
    const field = path === '' ? name : `${path}.${name}`;
    if (Array.isArray(list) && Array.isArray(order)) {
      const old = original[name];
      merged.set(name, reorderList(list, order, Array.isArray(old) ? old : [], MERGED_LISTS[field]));
    }
  }
  return Object.fromEntries(merged);
}

function mergeElement(original: Json, patch: Json): Json {
  return mergeObject(original, patch, 'element');
}

function directed({ $patch: directive, ...rest }: Json): Json {
  if (directive === 'replace') return rest;
  if (directive === 'delete') return {};
  throw new StatusError(500, undefined, `Unknown patch type: ${directive}`);
}

function retained(original: Json, patch: Json): Json {
  const keys = patch['$retainKeys'];
  if (!Array.isArray(keys)) return original;
  return Object.fromEntries(Object.entries(original).filter(([key]) => keys.includes(key)));
}

/** What stands where nothing was: nulls and directives mean nothing there. `undefined`: it is itself a directive. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDirectives).filter((one) => one !== undefined);
  if (!isRecord(value)) return value;
  if (Object.hasOwn(value, '$patch')) return undefined;
  const kept = Object.entries(value)
    .filter(([, part]) => part !== null)
    .map(([key, part]) => [key, withoutDirectives(part)] as const)
    .filter(([, part]) => part !== undefined);
  return Object.fromEntries(kept);
}
