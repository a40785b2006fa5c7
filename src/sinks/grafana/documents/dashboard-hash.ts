import { createHash, type Hash } from 'node:crypto';
import type { Json, JsonObject } from '../grafana-api.js';

/** Of what was not yet given to the hash: a dashboard of 1 MiB is never a second text of that size. */
const CHUNK = 65_536;

/** More levels than any dashboard has, few enough for the stack: Grafana's own limit is 10,000 (Go's encoding/json). */
const MAX_DEPTH = 500;

/**
 * The hex SHA-256 of a document, the same however its keys are ordered and its text is laid out; `undefined` for more than
 * {@link MAX_DEPTH} levels. It is that of the JSON without blanks, with the keys of each object in the order of their UTF-16 units,
 * and each value as `JSON.stringify` writes it: so `1.0` is `1`, and a number that no double can hold is what is sent for it.
 *
 * The caller leaves out what is no content: `id`, `version`, `uid`, the stamp.
 */
export function dashboardHash(spec: JsonObject): string | undefined {
  const sink = { hash: createHash('sha256'), text: '' };
  if (!write(spec, sink, MAX_DEPTH)) return undefined;
  return sink.hash.update(sink.text).digest('hex');
}

function write(value: Json, sink: { readonly hash: Hash; text: string }, depth: number): boolean {
  if (typeof value !== 'object' || value === null) {
    sink.text += JSON.stringify(value);
    if (sink.text.length > CHUNK) {
      sink.hash.update(sink.text);
      sink.text = '';
    }
    return true;
  }
  if (depth === 0) return false;
  let separator = '';
  if (isList(value)) {
    sink.text += '[';
    for (const item of value) {
      sink.text += separator;
      separator = ',';
      if (!write(item, sink, depth - 1)) return false;
    }
    sink.text += ']';
    return true;
  }
  sink.text += '{';
  for (const key of Object.keys(value).sort()) {
    sink.text += `${separator}${JSON.stringify(key)}:`;
    separator = ',';
    if (!write(value[key] as Json, sink, depth - 1)) return false;
  }
  sink.text += '}';
  return true;
}

/** `Array.isArray` does not narrow a readonly array. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
