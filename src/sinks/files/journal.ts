import type { FileSystem } from './file-system.js';
import { formatEntry, type JournalEntry } from './journal-entry.js';
import { journalFile } from './journal-file.js';
import { type JournalMemory, journalMemory } from './journal-memory.js';
import type { Directory } from './open-directory.js';
import { readJournal } from './read-journal.js';

export interface JournalOptions {
  readonly fs: FileSystem;
  /** Where it lies in this turn; `undefined`: in memory only (`STATE=off`). May throw: then the call fails, the next one asks again. */
  readonly directory: (() => Directory) | undefined;
  readonly name: string;
  readonly stageName: () => string;
  /** Why an entry that was read must not be believed; `undefined`: it may. */
  readonly refuse: (entry: JournalEntry) => string | undefined;
  readonly onIgnored: (reason: string) => void;
}

export interface Journal {
  /** As of now: ask again after each call. */
  readonly memory: Pick<JournalMemory, 'owned' | 'made' | 'owed'>;
  /** Reads what an earlier run left, and tries again what failed last. Never throws: see `failure`. */
  load(): void;
  /** All entries are on disk when it returns; when it throws, none is, neither there nor in memory. */
  append(entries: readonly JournalEntry[]): void;
  /** For what is true whether or not it can be written: kept in memory, and on disk as soon as possible. Never throws. */
  remember(entries: readonly JournalEntry[]): void;
  /** Why the last reading or writing failed; `undefined` when it did not. */
  failure(): unknown;
  /** Its file was removed, most likely with the whole folder. */
  lost(): boolean;
  close(): void;
}

/**
 * What must outlive a restart: whose files are ours, which directories we made, who must still be told.
 *
 * Lines are appended before the act that they announce, and nothing is written for what it says already. The first write
 * of a run replaces the file by one of the fewest lines, and so does one after it has doubled.
 */
export function openJournal(options: JournalOptions): Journal {
  const { fs, directory, name, stageName } = options;
  const file = journalFile(fs, name, stageName);
  let memory = journalMemory();
  let loaded = false;
  let failure: unknown;
  /** Memory holds what the file does not, so it must be replaced. */
  let behind = false;

  const read = (place: Directory): void => {
    if (loaded) return;
    const fresh = journalMemory();
    for (const entry of readJournal({ ...options, access: place.at(name), path: `${place.path}/${name}` }))
      fresh.apply(entry);
    for (const entry of memory.entries()) fresh.apply(entry);
    memory = fresh;
    loaded = true;
  };

  const replace = (place: Directory, lines: string): void => {
    file.replace(place, [...memory.entries()].map(formatEntry).join('') + lines);
    behind = false;
  };

  const put = (place: Directory, lines: string): void => {
    if (!file.isOpen() || behind) replace(place, lines);
    else if (!file.isLong()) file.append(lines);
    else {
      try {
        replace(place, lines);
      } catch {
        file.postpone();
        file.append(lines);
      }
    }
  };

  const attempt = (act: (place: Directory) => void): void => {
    try {
      if (directory !== undefined) act(directory());
      failure = undefined;
    } catch (error) {
      failure = error;
      throw error;
    }
  };

  const write = (entries: readonly JournalEntry[]): void =>
    attempt((place) => {
      read(place);
      put(place, entries.map(formatEntry).join(''));
    });

  return {
    get memory() {
      return memory;
    },
    load: () => {
      if (loaded && failure === undefined) return;
      try {
        attempt((place) => {
          read(place);
          // Without this a disk that has room again would be noticed only when there is something to append.
          if (failure !== undefined) replace(place, '');
        });
      } catch {
        // failure() tells
      }
    },
    append: (entries) => {
      const fresh = entries.filter((entry) => memory.lacks(entry));
      if (fresh.length === 0) return;
      write(fresh);
      for (const entry of fresh) memory.apply(entry);
    },
    remember: (entries) => {
      const fresh = entries.filter((entry) => memory.apply(entry));
      if (fresh.length === 0) return;
      try {
        write(fresh);
      } catch {
        behind = true;
      }
    },
    failure: () => failure,
    lost: () => file.lost(),
    close: () => file.close(),
  };
}
