import { type DesiredFile, objectKey, type WatchedObject } from '../../model.js';
import { decodeBase64 } from './decode-base64.js';
import type { Entry, EntryKind } from './entry-kind.js';
import type { Layout } from './layout.js';
import { quoted } from './quoted.js';
import type { RefusedEntry } from './refused-entry.js';
import { urlChecksums } from './url-checksums.js';

/** What is to stand at `path` by an entry of each kind, or why nothing is. */
export type EntryContent = Readonly<Record<EntryKind, (entry: Entry, path: string) => DesiredFile | RefusedEntry>>;

/** So many times the limit of one `.gz` key may those of one object give: a ConfigMap has room for hundreds of bombs. */
const GZIP_LIMITS_PER_OBJECT = 4;

/** Of one object: its checksums are read once, and what its `.gz` keys give is counted together. */
export function entryContent(object: WatchedObject, { gzip }: Pick<Layout, 'gzip'>): EntryContent {
  let checksums: ReturnType<typeof urlChecksums> | undefined;
  let unpackedBytes = 0;
  const whose = (entry: Entry): string => `The key ${quoted(entry.name)} of ${objectKey(object)} is not published`;
  const plain: EntryContent['plain'] = (entry, path) => {
    const bytes = bytesOf(entry);
    if (bytes !== undefined) return { path, bytes };
    return {
      reason: 'base64',
      message: `${whose(entry)}: its value is not base64 as Kubernetes writes it; encode it again.`,
    };
  };
  return {
    plain,
    gzip: (entry, path) => {
      const refuse = (why: string): RefusedEntry => ({ reason: 'gzip', message: `${whose(entry)}: ${why}.` });
      if (entry.encoding === 'utf8') return refuse('text can hold no gzip; put it under binaryData');
      const packed = plain(entry, path);
      if (!('bytes' in packed) || gzip === undefined) return packed;
      const { gunzip, maxBytes } = gzip;
      const left = GZIP_LIMITS_PER_OBJECT * maxBytes - unpackedBytes;
      const bytes = left > 0 ? gunzip(packed.bytes, Math.min(maxBytes, left)) : 'too-large';
      if (bytes === 'no-gzip') return refuse('its value is no gzip, or a damaged one; compress it again');
      if (bytes === 'too-large') {
        return refuse(
          `decompressed it has more than ${maxBytes} bytes, or all of the object more than four times that (URL_MAX_BYTES)`,
        );
      }
      unpackedBytes += bytes.length;
      return { path, bytes };
    },
    url: (entry, path) => {
      checksums ??= urlChecksums(object);
      if ('reason' in checksums) return checksums;
      const bytes = plain(entry, path);
      if (!('bytes' in bytes)) return bytes;
      const href = textOf(bytes.bytes)?.trim();
      if (href === undefined) return { reason: 'url', message: `${whose(entry)}: its value is no text; write a URL.` };
      const sha256 = checksums.get(entry.name);
      return { path, url: { entry: entry.name, href, ...(sha256 !== undefined && { sha256 }) } };
    },
  };
}

function bytesOf({ value, encoding }: Entry): Uint8Array | undefined {
  return encoding === 'base64' ? decodeBase64(value) : Buffer.from(value, 'utf8');
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
