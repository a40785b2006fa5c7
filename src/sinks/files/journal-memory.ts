import type { ObjectKey } from '../../model.js';
import type { JournalEntry } from './journal-entry.js';

/** What the journal says, all lines applied. */
export interface JournalMemory {
  readonly owned: ReadonlyMap<string, ObjectKey>;
  /** Directories that we made. */
  readonly made: ReadonlySet<string>;
  /** Targets that must be told. */
  readonly owed: ReadonlySet<string>;
  /** `false`: it said so already. */
  apply(entry: JournalEntry): boolean;
  /** Whether `apply` would change anything. */
  lacks(entry: JournalEntry): boolean;
  /** The fewest entries that give this memory. */
  entries(): Iterable<JournalEntry>;
}

export function journalMemory(): JournalMemory {
  const owned = new Map<string, ObjectKey>();
  const made = new Set<string>();
  const owed = new Set<string>();

  const lacks = (entry: JournalEntry): boolean => {
    switch (entry.type) {
      case 'own':
        return owned.get(entry.path) !== entry.owner;
      case 'disown':
        return owned.has(entry.path);
      case 'made':
        return !made.has(entry.path);
      case 'gone':
        return made.has(entry.path);
      case 'owe':
        return !owed.has(entry.target);
      case 'told':
        return owed.has(entry.target);
    }
  };

  const apply = (entry: JournalEntry): boolean => {
    if (!lacks(entry)) return false;
    if (entry.type === 'own') owned.set(entry.path, entry.owner);
    else if (entry.type === 'disown') owned.delete(entry.path);
    else if (entry.type === 'made') made.add(entry.path);
    else if (entry.type === 'gone') made.delete(entry.path);
    else if (entry.type === 'owe') owed.add(entry.target);
    else owed.delete(entry.target);
    return true;
  };

  function* entries(): Iterable<JournalEntry> {
    for (const [path, owner] of owned) yield { type: 'own', path, owner };
    for (const path of made) yield { type: 'made', path };
    for (const target of owed) yield { type: 'owe', target };
  }

  return { owned, made, owed, apply, lacks, entries };
}
