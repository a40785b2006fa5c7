import { normalize } from 'node:path/posix';
import type { JournalEntry } from './journal-entry.js';
import { RESERVED_PREFIX } from './reserved-prefix.js';
import { restBelow } from './rest-below.js';
import type { Root } from './roots.js';

/**
 * Why an entry of the journal must not be believed: others may write into the volume, and a line of theirs must never
 * become a way to remove a file elsewhere, or one of ours or a sibling's own. `undefined`: it may be believed.
 */
export function untrustedEntry(entry: JournalEntry, roots: readonly Root[]): string | undefined {
  if (!('path' in entry)) return undefined;
  const { path } = entry;
  if (!path.startsWith('/') || path.includes('\0') || normalize(path) !== path || path.endsWith('/')) {
    return 'its path is not absolute and normalised';
  }
  const rests = roots.map(({ real }) => restBelow(real, path)).filter((rest) => rest !== undefined);
  if (rests.length === 0 || rests.includes('')) return 'its path is outside FOLDER and FOLDER_ALLOWED_ROOTS';
  const isReserved = rests.some((rest) => rest.split('/').some((name) => name.startsWith(RESERVED_PREFIX)));
  return isReserved ? `names that begin with ${RESERVED_PREFIX} are reserved` : undefined;
}
