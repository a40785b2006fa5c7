import { formatTime } from './go-time.js';
import { type FieldType, MESSAGES, type Message, UNKNOWN } from './protobuf-messages.js';

const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);

/**
 * An object in Kubernetes' protobuf form, as the JSON that says the same: `kubectl create` and Go's typed clients write
 * so. Bytes become base64. Of a kind that is not served only the kind comes out. Throws a `RangeError` where it is torn.
 */
export function decodeProtobuf(bytes: Buffer): unknown {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC))
    throw new RangeError('It does not begin as protobuf of Kubernetes.');
  const { typeMeta, raw = '' } = decodeMessage(bytes.subarray(MAGIC.length), UNKNOWN) as {
    typeMeta?: { apiVersion?: string; kind?: string };
    raw?: string;
  };
  const message = MESSAGES[typeMeta?.kind ?? ''] ?? {};
  return { ...typeMeta, ...decodeMessage(Buffer.from(raw, 'base64'), message) };
}

function decodeMessage(bytes: Buffer, message: Message): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { field, value } of fieldsOf(bytes)) {
    const known = message[field];
    if (!known) continue;
    const [name, type, repeated] = known;
    const decoded = decodeValue(value, type);
    if (repeated) result[name] = [...((result[name] as unknown[]) ?? []), decoded];
    else if (type === 'texts' || type === 'byteMap')
      result[name] = { ...(result[name] as object), ...(decoded as object) };
    else result[name] = decoded;
  }
  return result;
}

function decodeValue(value: Buffer | bigint, type: FieldType): unknown {
  const isNumber = type === 'bool' || type === 'int64';
  if (isNumber !== (typeof value === 'bigint'))
    throw new RangeError('A field of a protobuf message is of another type.');
  if (typeof value === 'bigint') return type === 'bool' ? value !== 0n : Number(BigInt.asIntN(64, value));
  if (typeof type === 'object') return decodeMessage(value, type.message);
  switch (type) {
    case 'bytes':
      return value.toString('base64');
    case 'texts':
      return entryOf(value, 'string');
    case 'byteMap':
      return entryOf(value, 'bytes');
    case 'time': {
      const { seconds } = decodeMessage(value, { 1: ['seconds', 'int64'] }) as { seconds?: number };
      return seconds === undefined ? null : new Date(seconds * 1000).toISOString();
    }
    case 'microTime': {
      const { seconds = 0, nanos = 0 } = decodeMessage(value, {
        1: ['seconds', 'int64'],
        2: ['nanos', 'int64'],
      }) as { seconds?: number; nanos?: number };
      const micros = String(Math.floor(nanos / 1_000)).padStart(6, '0');
      return seconds === 0 && nanos === 0 ? null : `${formatTime(seconds * 1_000).slice(0, -1)}.${micros}Z`;
    }
    default:
      return value.toString();
  }
}

/** One entry of a map. Both sides may be left out where they are empty. */
function entryOf(bytes: Buffer, type: 'string' | 'bytes'): object {
  const { key = '', value = '' } = decodeMessage(bytes, { 1: ['key', 'string'], 2: ['value', type] });
  return Object.fromEntries([[key, value]]);
}

function* fieldsOf(bytes: Buffer): Generator<{ readonly field: number; readonly value: Buffer | bigint }> {
  let at = 0;
  const varint = (): bigint => {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at];
      if (byte === undefined || shift > 63n) throw new RangeError('A number of a protobuf message is torn.');
      at += 1;
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return result;
    }
  };
  const take = (length: number): Buffer => {
    if (length > bytes.length - at) throw new RangeError('A field of a protobuf message is torn.');
    at += length;
    return bytes.subarray(at - length, at);
  };
  while (at < bytes.length) {
    const tag = Number(varint());
    const field = tag >>> 3;
    switch (tag & 7) {
      case 0:
        yield { field, value: varint() };
        break;
      case 1:
        take(8);
        break;
      case 2:
        yield { field, value: take(Number(varint())) };
        break;
      case 5:
        take(4);
        break;
      default:
        throw new RangeError('A field of a protobuf message is of no known type.');
    }
  }
}
