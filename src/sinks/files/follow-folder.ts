import { dirname } from 'node:path/posix';
import type { FolderStatus } from '../../model.js';
import type { FileSystem } from './file-system.js';
import { type Journal, openJournal } from './journal.js';
import type { JournalEntry } from './journal-entry.js';
import { type Directories, type Directory, openDirectories } from './open-directory.js';
import { openInRoots } from './open-in-roots.js';
import { removeLeftovers } from './remove-leftovers.js';
import { RESERVED_PREFIX } from './reserved-prefix.js';
import { restBelow } from './rest-below.js';
import { type Roots, type RootsOptions, resolveRoots } from './roots.js';
import { untrustedEntry } from './untrusted-entry.js';

export interface FollowFolderOptions extends Omit<RootsOptions, 'stateFolder'> {
  readonly fs: FileSystem;
  readonly platform: string;
  readonly state: 'auto' | 'off' | (string & {});
  readonly identity: string;
  readonly stageName: () => string;
  /** Called once at the end of the turn of the event loop that is running. */
  readonly endOfTurn: (end: () => void) => void;
  readonly onStatus: (status: FolderStatus) => void;
}

/** What stands for one turn of the event loop: resolved once, released at its end. */
export interface FolderTurn {
  readonly roots: Roots;
  readonly directories: Directories;
}

export interface FollowedFolder {
  turn(): FolderTurn;
  /** Another one after the folder was replaced. */
  journal(): Journal;
  /** The directory that holds `path`. Throws where it is in no root, or cannot be opened (`make`: or made). */
  directoryOf(path: string, make: boolean): Directory;
  stageDirectory(): Directory;
  close(): void;
}

/**
 * Looks at each turn where `FOLDER` and the allowed roots are now, and notices another directory in the place of `FOLDER`:
 * what we own there is what a journal in that place says, if it has one. Ownership outside `FOLDER` and debts are kept.
 *
 * Opening never throws: a folder that cannot be used now is looked at again in the next turn.
 */
export function followFolder(options: FollowFolderOptions): FollowedFolder {
  const { fs, state, identity, platform } = options;
  const stateFolder = state === 'auto' || state === 'off' ? undefined : state;
  let current: FolderTurn | undefined;
  let known: Roots | undefined;
  let swept = false;

  const newJournal = (): Journal =>
    openJournal({
      fs,
      directory: state === 'off' ? undefined : () => stageDirectory(),
      // A directory of its own keeps it across changes of what is selected (compat.md part 4).
      name: stateFolder === undefined ? `${RESERVED_PREFIX}state.${identity}` : `${RESERVED_PREFIX}state`,
      stageName: options.stageName,
      refuse: (entry) => untrustedEntry(entry, turn().roots.all),
      onIgnored: (reason) => options.onStatus({ type: 'folder', state: 'journal-line-ignored', reason }),
    });
  let journal = newJournal();

  const endTurn = (): void => {
    current?.directories.close();
    current = undefined;
  };

  const turn = (): FolderTurn => {
    if (current !== undefined) return current;
    const roots = resolveRoots({ ...options, stateFolder }, fs, known);
    const beforeMake = (path: string): void => journal.remember([{ type: 'made', path }]);
    const begun = { roots, directories: openDirectories({ fs, platform, beforeMake }) };
    current = begun;
    options.endOfTurn(() => current === begun && endTurn());
    if (roots.folderId !== undefined) {
      if (known !== undefined && (isOther(known, roots) || journal.lost())) replace(known, roots);
      known = roots;
      journal.load();
      sweep(begun);
    }
    return begun;
  };

  const replace = (before: Roots, now: Roots): void => {
    const { owned, made, owed } = journal.memory;
    const isOutside = (path: string): boolean =>
      restBelow(before.folder.real, path) === undefined && restBelow(now.folder.real, path) === undefined;
    const kept: JournalEntry[] = [...owed].map((target) => ({ type: 'owe', target }));
    for (const [path, owner] of owned) if (isOutside(path)) kept.push({ type: 'own', path, owner });
    for (const path of made) if (isOutside(path)) kept.push({ type: 'made', path });
    journal.close();
    journal = newJournal();
    journal.load();
    if (state !== 'auto') {
      for (const path of journal.memory.owned.keys()) if (!isOutside(path)) kept.push({ type: 'disown', path });
      for (const path of journal.memory.made) if (!isOutside(path)) kept.push({ type: 'gone', path });
    }
    journal.remember(kept);
    swept = false;
    options.onStatus({ type: 'folder', state: 'replaced' });
  };

  /** At start, and in a folder that is new to us: once its journal could be read, which tells where files were staged. */
  const sweep = ({ roots, directories }: FolderTurn): void => {
    if (swept) return;
    swept = journal.failure() === undefined;
    const paths = new Set([roots.folder.real, roots.stageFolder]);
    for (const path of journal.memory.owned.keys()) paths.add(dirname(path));
    for (const path of paths) {
      try {
        const directory =
          path === roots.stageFolder ? directories.root(path, false) : openInRoots(roots, directories, path, false);
        removeLeftovers(fs, directory, identity);
      } catch {
        // it is gone, or no place of ours any more
      }
    }
  };

  const directoryOf = (path: string, make: boolean): Directory => {
    const { roots, directories } = turn();
    directories.root(roots.folder.real, true); // while FOLDER is away, a file that is not found has not been removed
    return openInRoots(roots, directories, dirname(path), make);
  };

  const stageDirectory = (): Directory => {
    const { roots, directories } = turn();
    return directories.root(roots.stageFolder, true);
  };

  return {
    turn,
    journal: () => journal,
    directoryOf,
    stageDirectory,
    close: () => {
      endTurn();
      journal.close();
    },
  };
}

function isOther(known: Roots, now: Roots): boolean {
  return now.made || now.folderId !== known.folderId || now.folder.real !== known.folder.real;
}
