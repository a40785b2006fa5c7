import { isRecord } from '../kubernetes/is-record.js';
import { StatusError } from './status.js';

type Json = Readonly<Record<string, unknown>>;

/**
 * Merges a list of a strategic merge patch into the list that stands there: scalars as a set, objects by their merge key.
 * What the patch names comes in the patch's order, in front of what it does not name wherever the old order leaves it open.
 */
export function mergeList(
  original: readonly unknown[],
  patch: readonly unknown[],
  mergeKey: string | undefined,
  mergeElement: (original: Json, patch: Json) => Json,
): readonly unknown[] {
  if (mergeKey === undefined) return reorderList([...new Set([...original, ...patch])], patch, original, undefined);
  const elements = patch.filter(isRecord);
  const keyOf = (element: Json): unknown => requiredKey(element, mergeKey);
  const plain = elements.filter((element) => element['$patch'] === undefined);
  if (elements.some((element) => element['$patch'] === 'replace')) return plain;
  const gone = new Set(elements.filter((element) => element['$patch'] === 'delete').map(keyOf));
  const unknown = elements.find(({ $patch }) => $patch !== undefined && $patch !== 'delete');
  if (unknown) throw new StatusError(500, undefined, `Unknown patch type: ${unknown['$patch']}`);

  const merged = original.filter(isRecord).filter((element) => !gone.has(element[mergeKey]));
  for (const element of plain) {
    const key = keyOf(element);
    const index = merged.findIndex((other) => other[mergeKey] === key);
    const other = merged[index];
    if (other) merged[index] = mergeElement(other, element);
    else merged.push(element);
  }
  return reorderList(merged, plain, original, mergeKey);
}

/**
 * Puts what `order` names in that order, and the rest in the server's; the two are interleaved so that elements which the
 * server knew keep their places to each other.
 */
export function reorderList(
  list: readonly unknown[],
  order: readonly unknown[],
  serverOrder: readonly unknown[],
  mergeKey: string | undefined,
): readonly unknown[] {
  const idOf = (element: unknown): unknown =>
    mergeKey !== undefined && isRecord(element) ? element[mergeKey] : element;
  const placeIn = (places: readonly unknown[]) => {
    const ids = places.map(idOf);
    return (element: unknown) => ids.indexOf(idOf(element));
  };
  const wanted = placeIn(order);
  const served = placeIn(serverOrder);
  const named = list.filter((element) => wanted(element) >= 0).sort((a, b) => wanted(a) - wanted(b));
  const rest = list.filter((element) => wanted(element) < 0).sort((a, b) => served(a) - served(b));

  const result: unknown[] = [];
  while (named.length > 0 || rest.length > 0) {
    const [left, right] = [served(rest[0]), served(named[0])];
    const isRestFirst = named.length === 0 || (rest.length > 0 && left >= 0 && right >= 0 && left < right);
    result.push(isRestFirst ? rest.shift() : named.shift());
  }
  return result;
}

function requiredKey(element: Json, mergeKey: string): unknown {
  if (Object.hasOwn(element, mergeKey)) return element[mergeKey];
  throw new StatusError(500, undefined, `map: an element does not contain declared merge key: ${mergeKey}`);
}
