import { join } from 'node:path/posix';
import { type DesiredFile, objectKey, type Refusal, type WatchedObject } from '../../model.js';
import { decodeBase64 } from './decode-base64.js';
import { fileName } from './file-name.js';
import type { Layout } from './layout.js';
import { quoted } from './quoted.js';
import type { RefusedEntry } from './refused-entry.js';
import { targetFolder } from './target-folder.js';

export interface DesiredFiles {
  readonly files: readonly DesiredFile[];
  readonly refusals: readonly Refusal[];
}

/** PATH_MAX of Linux is 4096 with the closing NUL: a longer path can be made in steps, but no reader could open it. */
const MAX_PATH_BYTES = 4095;

/**
 * The files that an object wants: one for each key of `data` and `binaryData`, text as UTF-8, base64 as its bytes. A key
 * that cannot be published is refused alone; an annotation that leads outside the roots refuses the whole object.
 */
export function desiredFiles(object: WatchedObject, layout: Layout): DesiredFiles {
  const key = objectKey(object);
  const folder = targetFolder(object, layout);
  if (typeof folder !== 'string') return { files: [], refusals: [{ type: 'refused', key, ...folder }] };

  const files = new Map<string, DesiredFile>();
  const refusals: Refusal[] = [];
  const add = (entry: string, decode: () => Uint8Array | undefined): void => {
    const file = desiredFile(object, entry, folder, layout, decode);
    const refused = 'path' in file && files.has(file.path) ? twice(object, entry) : file;
    if ('path' in refused) files.set(refused.path, refused);
    else refusals.push({ type: 'refused', key, entry, ...refused });
  };

  for (const [entry, value] of Object.entries(object.data)) {
    add(entry, object.kind === 'secret' ? () => decodeBase64(value) : () => Buffer.from(value, 'utf8'));
  }
  for (const [entry, value] of Object.entries(object.binaryData)) add(entry, () => decodeBase64(value));
  return { files: [...files.values()], refusals };
}

function desiredFile(
  object: WatchedObject,
  entry: string,
  folder: string,
  layout: Layout,
  decode: () => Uint8Array | undefined,
): DesiredFile | RefusedEntry {
  const name = fileName(object, entry, layout.uniqueFilenames);
  if (typeof name !== 'string') return name;
  const path = join(folder, name);
  const whose = `The key ${quoted(entry)} of ${objectKey(object)} is not published`;
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    const message = `${whose}: its path has more than ${MAX_PATH_BYTES} bytes; shorten the annotation ${layout.folderAnnotation}.`;
    return { reason: 'name-too-long', message };
  }
  const bytes = decode();
  if (bytes !== undefined) return { path, bytes };
  return { reason: 'base64', message: `${whose}: its value is not base64 as Kubernetes writes it; encode it again.` };
}

/** Only manifests can say it: the API server refuses a key that is in both maps. */
function twice(object: WatchedObject, entry: string): RefusedEntry {
  const message = `The key ${quoted(entry)} of ${objectKey(object)} is in data and binaryData: data counts; rename one of them.`;
  return { reason: 'duplicate-path', message };
}
