import { isRecord } from '../kubernetes/is-record.js';
import { decodeBase64 } from './base64.js';
import { DecodeError } from './decode-error.js';
import { parseMicroTime, parseTime } from './go-time.js';
import { type GoStruct, type GoType, goTypeName } from './go-type.js';

export interface Decoded {
  /** The fields in the order of the struct, empty ones left out as `omitempty` does. */
  readonly value: Readonly<Record<string, unknown>>;
  /** Paths of fields that the struct does not have. */
  readonly unknownFields: readonly string[];
}

/**
 * Brings JSON into the form of a Go struct: wrong types are errors, unknown fields are dropped and reported, `null` is
 * the zero value, maps are sorted by key. Throws a `DecodeError`.
 */
export function decodeStruct(json: unknown, type: GoStruct): Decoded {
  const unknownFields: string[] = [];
  const value = decode(json, type, { struct: type.name, path: [], real: [] }, unknownFields);
  return { value: (value ?? {}) as Record<string, unknown>, unknownFields };
}

interface Place {
  /** The struct that holds the field. */
  readonly struct: string;
  /** Names of fields, as Go's message gives them: without the keys of maps and the indexes of lists. */
  readonly path: readonly string[];
  /** With both. */
  readonly real: readonly string[];
}

/** `undefined` where the value is the zero value, which is not written. */
function decode(json: unknown, type: GoType, place: Place, unknown: string[]): unknown {
  if (json === null || json === undefined || type.is === 'ignored') return undefined;
  switch (type.is) {
    case 'string':
      expect(typeof json === 'string', json, type, place);
      return json === '' && !type.isPointer ? undefined : json;
    case 'bool':
      // Those of the structs here are pointers: false is written.
      expect(typeof json === 'boolean', json, type, place);
      return json;
    case 'int64':
      expect(Number.isSafeInteger(json), json, type, place);
      return json === 0 && !type.isPointer ? undefined : json;
    case 'int32':
      expect(Number.isInteger(json) && (json as number) === ((json as number) | 0), json, type, place);
      return json === 0 && !type.isPointer ? undefined : json;
    case 'microTime':
      expect(typeof json === 'string', json, type, place);
      return parseMicroTime(json as string);
    case 'time':
      expect(typeof json === 'string', json, type, place);
      return parseTime(json as string);
    case 'bytes':
      expect(typeof json === 'string', json, type, place);
      return decodeBase64(json as string);
    case 'list': {
      expect(Array.isArray(json), json, type, place);
      const items = (json as unknown[]).map((item, index) => {
        const decoded = decode(item, type.of, at(place, `[${index}]`), unknown);
        return decoded ?? zero(type.of);
      });
      return items.length === 0 ? undefined : items;
    }
    case 'map': {
      expect(isRecord(json), json, type, place);
      const entries = Object.entries(json as object).map(([key, value]) => {
        const decoded = decode(value, type.of, at(place, `.${key}`), unknown);
        return [key, decoded ?? zero(type.of)] as const;
      });
      return entries.length === 0 ? undefined : Object.fromEntries(entries.sort(byKey));
    }
    case 'struct':
      return decodeFields(json, type, place, unknown);
  }
}

function decodeFields(json: unknown, type: GoStruct, place: Place, unknown: string[]): unknown {
  expect(isRecord(json), json, type, place);
  const given = json as Readonly<Record<string, unknown>>;
  const prefix = place.real.join('');
  const decoded = new Map<string, unknown>();
  for (const [name, value] of Object.entries(given)) {
    const of = Object.hasOwn(type.fields, name) ? type.fields[name] : undefined;
    if (of) {
      const struct = type.name.replace('v1.', '');
      const inside = { struct, path: [...place.path, name], real: [...place.real, `.${name}`] };
      decoded.set(name, decode(value, of, inside, unknown));
    } else {
      unknown.push(`${prefix}.${name}`.replace(/^\./, ''));
    }
  }
  const fields = Object.keys(type.fields).map((name) => [name, decoded.get(name)] as const);
  const present = fields.filter(([, value]) => value !== undefined);
  return present.length === 0 && place.path.length > 0 ? undefined : Object.fromEntries(present);
}

function at(place: Place, step: string): Place {
  return { ...place, real: [...place.real, step] };
}

function zero(type: GoType): unknown {
  return type.is === 'struct' ? {} : '';
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1;
}

function expect(fits: boolean, json: unknown, type: GoType, place: Place): void {
  if (fits) return;
  const where = place.path.length === 0 ? 'value' : `struct field ${place.struct}.${place.path.join('.')}`;
  const isInteger = type.is === 'int64' || type.is === 'int32';
  const what = isInteger && typeof json === 'number' ? `number ${json}` : jsonKind(json);
  throw new DecodeError(`json: cannot unmarshal ${what} into Go ${where} of type ${goTypeName(type)}`);
}

function jsonKind(json: unknown): string {
  if (Array.isArray(json)) return 'array';
  return typeof json === 'boolean' ? 'bool' : typeof json;
}
