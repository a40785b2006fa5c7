import { isDeepStrictEqual } from 'node:util';
import { isRecord } from '../../../kubernetes/is-record.js';
import type { Json, JsonObject } from '../grafana-api.js';

/** `doubtful`: they differ only in what Grafana adds, leaves out or rewrites by itself. */
export type Sameness = 'same' | 'doubtful' | 'different';

/**
 * Whether what Grafana has is what it was given (facts/grafana.md, 8). A difference is `different` only where no Grafana makes it:
 *
 * 1. The contents were brought to a newer `schemaVersion`: everything may differ, so it is `doubtful`.
 * 2. What is only in Grafana is `doubtful`; ids of panels that had none, and the annotations that Grafana builds in, do not count.
 * 3. What is missing there is `doubtful` where it says nothing (`null`, `false`, `''`, `[]`, `{}`), else `different`.
 * 4. A panel from the library is filled in on read: only its place and which one it is count.
 * 5. `refresh` is raised to the least that is allowed, titles are trimmed, halves of a surrogate replaced.
 */
export function sameContent(wanted: JsonObject, found: JsonObject): Sameness {
  if (schemaVersion(found) > schemaVersion(wanted)) return 'doubtful';
  const [mine, theirs] = [comparable(wanted), comparable(found)];
  const { refresh, ...rest } = mine;
  const rewritten =
    typeof refresh === 'string' && typeof theirs['refresh'] === 'string'
      ? sameRefresh(refresh, theirs['refresh'])
      : same(refresh, theirs['refresh']);
  const { refresh: _refresh, ...others } = theirs;
  return worst([rewritten, sameObject(rest, others)]);
}

/** Less what is of one Grafana, or of none: rules 2 and 5. */
function comparable({ id: _id, uid: _uid, version: _version, title, annotations, ...rest }: JsonObject): JsonObject {
  const list = isObject(annotations) ? withoutBuiltIn(annotations) : annotations;
  return {
    ...rest,
    ...(typeof title === 'string' && { title: title.trim() }),
    ...(list !== undefined && !saysNothing(list) && { annotations: list }),
  };
}

function sameRefresh(wanted: string, found: string): Sameness {
  if (wanted === found) return 'same';
  // What is no duration is corrected as well, `auto` and none are left alone (refresh-interval.ts of the double).
  const isCorrected = wanted !== '' && wanted !== 'auto' && !(durationMs(wanted) >= durationMs(found));
  return isCorrected && !Number.isNaN(durationMs(found)) ? 'doubtful' : 'different';
}

function same(wanted: Json | undefined, found: Json | undefined): Sameness {
  if (wanted === undefined) return found === undefined ? 'same' : 'doubtful';
  if (found === undefined) return saysNothing(wanted) ? 'doubtful' : 'different';
  if (isList(wanted)) {
    if (!isList(found) || found.length !== wanted.length) return 'different';
    return worst(wanted.map((item, i) => same(item, found[i])));
  }
  if (isObject(wanted)) return isObject(found) ? sameObject(wanted, found) : 'different';
  // JSON has no Infinity: what was read from 1e999 was sent as null.
  if (wanted === found || (typeof wanted === 'number' && !Number.isFinite(wanted) && found === null)) return 'same';
  const isText = typeof wanted === 'string' && typeof found === 'string';
  return isText && wanted.toWellFormed() === found ? 'same' : 'different';
}

function sameObject(wanted: JsonObject, found: JsonObject): Sameness {
  const library = wanted['libraryPanel'];
  if (isRecord(library) && isRecord(found['libraryPanel'])) {
    const isPanel = library['uid'] === found['libraryPanel']['uid'];
    return isPanel && isDeepStrictEqual(wanted['gridPos'], found['gridPos']) ? 'same' : 'different';
  }
  const isExtra = (key: string) => !Object.hasOwn(wanted, key) && key !== 'id';
  return worst([
    ...Object.entries(wanted).map(([key, value]) => same(value, Object.hasOwn(found, key) ? found[key] : undefined)),
    Object.keys(found).some(isExtra) ? 'doubtful' : 'same',
  ]);
}

function worst(all: readonly Sameness[]): Sameness {
  if (all.includes('different')) return 'different';
  return all.includes('doubtful') ? 'doubtful' : 'same';
}

/** A dashboard without one is the oldest. */
function schemaVersion({ schemaVersion: version }: JsonObject): number {
  return typeof version === 'number' ? version : 0;
}

/** "Annotations & Alerts", which every save in the browser adds. */
function withoutBuiltIn(annotations: JsonObject): JsonObject {
  const { list, ...rest } = annotations;
  const others = isList(list) ? list.filter((one) => !isObject(one) || !one['builtIn']) : [];
  return others.length > 0 ? { ...rest, list: others } : rest;
}

function saysNothing(value: Json): boolean {
  if (isList(value)) return value.length === 0;
  return isObject(value) ? Object.keys(value).length === 0 : value === null || value === false || value === '';
}

const UNITS_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1e3,
  m: 6e4,
  h: 3.6e6,
  d: 8.64e7,
  w: 6.048e8,
  M: 2.592e9,
  y: 3.1536e10,
};

/** `NaN`: it is none. */
function durationMs(text: string): number {
  const [, count, unit = ''] = /^(\d+(?:\.\d+)?)(ms|[smhdwMy])$/.exec(text) ?? [];
  return Number(count) * (UNITS_MS[unit] ?? Number.NaN);
}

function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json | undefined): value is JsonObject {
  return isRecord(value);
}
