import { hash } from 'node:crypto';
import { extname } from 'node:path/posix';
import { objectKey, type WatchedObject } from '../../model.js';
import { MAX_NAME_BYTES } from './max-name-bytes.js';
import { quoted } from './quoted.js';
import type { RefusedEntry } from './refused-entry.js';
import { RESERVED_PREFIX } from './reserved-prefix.js';

/** An ending longer than this is no ending that a reader looks for, but a part of the name behind some dot. */
const MAX_EXTENSION_BYTES = 32;
/** Of the hash in a name that was cut: 64 bits, so that two long names of one folder never meet. */
const HASH_DIGITS = 16;

/**
 * The file name of a key of `data` or `binaryData`, less a suffix that says what the value is, or why it has none.
 *
 * With `unique` it is `namespace_<namespace>.<configmap|secret>_<object>.<key>`, byte for byte as users know it where that
 * fits; a longer one is cut and gets a hash, and keeps its ending, so that a reader of `*.json` still finds it.
 */
export function fileName(
  object: WatchedObject,
  entry: string,
  unique: boolean,
  suffixLength = 0,
): string | RefusedEntry {
  const key = entry.slice(0, entry.length - suffixLength);
  const refuse = (reason: RefusedEntry['reason'], why: string): RefusedEntry => ({
    reason,
    message: `The key ${quoted(entry)} of ${objectKey(object)} is not published: ${why}.`,
  });
  // With unique names the object's own are part of it: those of manifests were checked by no API server.
  const parts = unique ? [key, object.namespace, object.name] : [key];
  if (key === '' || key === '.' || key === '..' || parts.some((part) => /[/\0]/.test(part) || !part.isWellFormed())) {
    return refuse('path', 'it makes no plain file name; rename the key');
  }
  if (key.startsWith(RESERVED_PREFIX)) {
    return refuse(
      'reserved-name',
      `names that begin with ${RESERVED_PREFIX} are reserved for our own files; rename the key`,
    );
  }
  if (unique) return uniqueName(object, key);
  const size = Buffer.byteLength(key);
  return size <= MAX_NAME_BYTES
    ? key
    : refuse('name-too-long', `its name has ${size} bytes, at most ${MAX_NAME_BYTES} fit; shorten the key`);
}

function uniqueName({ namespace, kind, name }: WatchedObject, key: string): string {
  const whole = `namespace_${namespace}.${kind}_${name}.${key}`;
  if (Buffer.byteLength(whole) <= MAX_NAME_BYTES) return whole;
  const extension = Buffer.byteLength(extname(key)) <= MAX_EXTENSION_BYTES ? extname(key) : '';
  // JSON, since names joined with dots are ambiguous.
  const digest = hash('sha256', JSON.stringify([namespace, kind, name, key]), 'hex').slice(0, HASH_DIGITS);
  const room = MAX_NAME_BYTES - 1 - HASH_DIGITS - Buffer.byteLength(extension);
  // A character that the cut would halve is dropped: Kubernetes' own names are ASCII, those of manifests need not be.
  const head = new TextDecoder().decode(Buffer.from(whole).subarray(0, room), { stream: true });
  return `${head}-${digest}${extension}`;
}
