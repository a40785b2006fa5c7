import { objectKey, type WatchedObject } from '../../model.js';
import type { RefusedEntry } from './refused-entry.js';

export const URL_CHECKSUMS = 'k8s-sidecar-url-checksums';

const SHA256 = /^(?:sha256:)?([0-9a-f]{64})$/;

/**
 * What the URLs of an object must return: key → hex SHA-256. An annotation that cannot be read is a reason to fetch none of
 * them, since whoever wrote it wanted none unchecked.
 */
export function urlChecksums(object: WatchedObject): ReadonlyMap<string, string> | RefusedEntry {
  const text = object.annotations[URL_CHECKSUMS];
  if (text === undefined || text.trim() === '') return new Map();
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return malformed(object, 'is no JSON object');
  const checksums = new Map<string, string>();
  for (const [entry, checksum] of Object.entries(value)) {
    const hex = typeof checksum === 'string' ? SHA256.exec(checksum.trim().toLowerCase())?.[1] : undefined;
    if (hex === undefined) return malformed(object, 'has a value that is no SHA-256 in hexadecimal digits');
    checksums.set(entry, hex);
  }
  return checksums;
}

function malformed(object: WatchedObject, what: string): RefusedEntry {
  const message = `The annotation ${URL_CHECKSUMS} of ${objectKey(object)} ${what}: no URL of it is fetched; write {"key.url": "<SHA-256>"}.`;
  return { reason: 'url', message };
}

/** The message of a SyntaxError would quote the annotation. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
