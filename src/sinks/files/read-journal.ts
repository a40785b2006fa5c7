import { constants } from 'node:fs';
import { errnoOf } from '../../errno-of.js';
import type { FileSystem } from './file-system.js';
import { type JournalEntry, parseEntry } from './journal-entry.js';
import { readUpTo } from './read-up-to.js';

export interface ReadJournalOptions {
  readonly fs: FileSystem;
  /** How to reach it, and how to name it in messages. */
  readonly access: string;
  readonly path: string;
  /** Why an entry that was read must not be believed; `undefined`: it may. */
  readonly refuse: (entry: JournalEntry) => string | undefined;
  readonly onIgnored: (reason: string) => void;
}

/** A journal of 100,000 files with paths of 100 bytes has 15 MB before it is compacted; what is larger is not ours. */
const MAX_BYTES = 256 * 1024 * 1024;
/** More bad lines than this are counted, not told one by one. */
const MAX_TOLD = 10;

/**
 * The entries of a journal. A torn last line is dropped. What stands at its name but cannot be a journal of ours (a
 * symbolic link, a device, a file of another user) counts as none, since it is replaced at the first write: a sidecar that
 * forgot what it owns is better than one that never starts.
 *
 * Throws the errno of any other failure: then ownership is unknown, not absent.
 */
export function readJournal(options: ReadJournalOptions): JournalEntry[] {
  const text = readText(options);
  const lines = text.split('\n').slice(0, -1);
  const entries: JournalEntry[] = [];
  let ignored = 0;
  lines.forEach((line, index) => {
    if (line === '') return;
    const entry = parseEntry(line);
    const reason = entry === undefined ? 'it cannot be read' : options.refuse(entry);
    if (entry !== undefined && reason === undefined) entries.push(entry);
    else if (++ignored <= MAX_TOLD) options.onIgnored(`Line ${index + 1} of ${options.path} is ignored: ${reason}.`);
  });
  if (ignored > MAX_TOLD) options.onIgnored(`${ignored - MAX_TOLD} more lines of ${options.path} are ignored.`);
  return entries;
}

function readText({ fs, access, path, onIgnored }: ReadJournalOptions): string {
  let descriptor: number;
  try {
    descriptor = fs.openSync(access, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') return '';
    if (code !== 'ELOOP' && code !== 'EACCES' && code !== 'EPERM' && code !== 'ENXIO') throw error;
    onIgnored(
      `${path} cannot be a journal of ours (${code}): ownership of earlier files is forgotten, and it is replaced.`,
    );
    return '';
  }
  try {
    const stat = fs.fstatSync(descriptor);
    if (stat.isFile() && stat.size <= MAX_BYTES) return readUpTo(fs, descriptor, stat.size).toString('utf8');
    onIgnored(`${path} cannot be a journal of ours: ownership of earlier files is forgotten, and it is replaced.`);
    return '';
  } finally {
    fs.closeSync(descriptor);
  }
}
