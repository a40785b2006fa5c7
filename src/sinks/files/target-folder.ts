import { isAbsolute, join, normalize } from 'node:path/posix';
import { objectKey, type WatchedObject } from '../../model.js';
import type { Layout } from './layout.js';
import { MAX_NAME_BYTES } from './max-name-bytes.js';
import { quoted } from './quoted.js';
import type { RefusedEntry } from './refused-entry.js';
import { RESERVED_PREFIX } from './reserved-prefix.js';
import { restBelow } from './rest-below.js';

/**
 * The folder of an object's files, canonical, or why it is refused (compat.md part 2).
 *
 * The annotation is relative to `FOLDER` as resolved, or absolute in either spelling of a root; white space around it is
 * dropped, and nothing left means that there is none. `.` and `..` are worked out lexically, so what comes out is below a
 * root or refused; that no link leads out again is seen when the folder is opened. Where several roots hold it, the one
 * with the longest spelling counts.
 */
export function targetFolder(object: WatchedObject, layout: Layout): string | RefusedEntry {
  const folder = layout.roots[0];
  const value = (object.annotations[layout.folderAnnotation] ?? '').trim();
  if (value === '') return folder.real;

  const refuse = (reason: RefusedEntry['reason'], why: string): RefusedEntry => ({
    reason,
    message: `The annotation ${layout.folderAnnotation} of ${objectKey(object)} names ${quoted(value)}, ${why}.`,
  });
  if (value.includes('\0') || !value.isWellFormed())
    return refuse('path', 'which is no path; remove what no path can hold');

  const path = withoutSlash(normalize(isAbsolute(value) ? value : join(folder.real, value)));
  let found: { real: string; rest: string; spelling: string } | undefined;
  for (const { configured, real } of layout.roots) {
    for (const spelling of [configured, real]) {
      const rest = restBelow(spelling, path);
      if (rest !== undefined && (found === undefined || spelling.length > found.spelling.length))
        found = { real, rest, spelling };
    }
  }
  if (found === undefined) {
    const allowed = `FOLDER (${folder.configured})`;
    return refuse(
      'path',
      `which is outside ${allowed}; name a path below it, or list its folder in FOLDER_ALLOWED_ROOTS`,
    );
  }

  const components = found.rest.split('/');
  if (components.some((name) => name.startsWith(RESERVED_PREFIX))) {
    return refuse(
      'reserved-name',
      `but names that begin with ${RESERVED_PREFIX} are reserved for our own files; choose another`,
    );
  }
  if (components.some((name) => Buffer.byteLength(name) > MAX_NAME_BYTES)) {
    return refuse('name-too-long', `but a part of it has more than ${MAX_NAME_BYTES} bytes; shorten it`);
  }
  return found.rest === '' ? found.real : join(found.real, found.rest);
}

function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path;
}
