import { join } from 'node:path/posix';
import { type DesiredFile, objectKey, type Refusal, type WatchedObject } from '../../model.js';
import { type EntryContent, entryContent } from './entry-content.js';
import { type Entry, type EntryKind, entryKind } from './entry-kind.js';
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
 *
 * A key that ends in `.url` names the content by a URL, and one that ends in `.gz` holds it compressed (`GZIP_KEYS`): the file is
 * called as the rest. Where a plain key wants the same file, that one counts.
 */
export function desiredFiles(object: WatchedObject, layout: Layout): DesiredFiles {
  const key = objectKey(object);
  const folder = targetFolder(object, layout);
  if (typeof folder !== 'string') return { files: [], refusals: [{ type: 'refused', key, ...folder }] };

  const files = new Map<string, DesiredFile>();
  const refusals: Refusal[] = [];
  const content = entryContent(object, layout);
  const add = (entry: Entry): void => {
    const file = desiredFile(object, entry, folder, layout, content);
    const refused = 'path' in file && files.has(file.path) ? twice(object, entry) : file;
    if ('path' in refused) files.set(refused.path, refused);
    else refusals.push({ type: 'refused', key, entry: entry.name, ...refused });
  };

  const later: Entry[] = [];
  const sort = (name: string, value: string, encoding: Entry['encoding']): void => {
    const kind = entryKind(name, layout);
    const entry = { name, value, encoding, kind };
    if (kind === 'plain') add(entry);
    else later.push(entry);
  };
  for (const [name, value] of Object.entries(object.data)) {
    sort(name, value, object.kind === 'secret' ? 'base64' : 'utf8');
  }
  for (const [name, value] of Object.entries(object.binaryData)) sort(name, value, 'base64');
  for (const kind of ['gzip', 'url'] as const) for (const entry of later) if (entry.kind === kind) add(entry);
  return { files: [...files.values()], refusals };
}

function desiredFile(
  object: WatchedObject,
  entry: Entry,
  folder: string,
  layout: Layout,
  content: EntryContent,
): DesiredFile | RefusedEntry {
  const name = fileName(object, entry.name, layout.uniqueFilenames, SUFFIX_LENGTH[entry.kind]);
  if (typeof name !== 'string') return name;
  const path = join(folder, name);
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
    const message = `The key ${quoted(entry.name)} of ${objectKey(object)} is not published: its path has more than ${MAX_PATH_BYTES} bytes; shorten the annotation ${layout.folderAnnotation}.`;
    return { reason: 'name-too-long', message };
  }
  return content[entry.kind](entry, path);
}

const SUFFIX_LENGTH: Readonly<Record<EntryKind, number>> = { plain: 0, gzip: '.gz'.length, url: '.url'.length };

/** Of plain keys only manifests can say it: the API server refuses a key that is in both maps. */
function twice(object: WatchedObject, { name, kind }: Entry): RefusedEntry {
  const message =
    kind === 'plain'
      ? `The key ${quoted(name)} of ${objectKey(object)} is in data and binaryData: data counts; rename one of them.`
      : `The key ${quoted(name)} of ${objectKey(object)} wants the same file as another key of it, which counts; rename one of them.`;
  return { reason: 'duplicate-path', message };
}
