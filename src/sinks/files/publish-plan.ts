import { basename, dirname } from 'node:path/posix';
import { errnoOf } from '../../errno-of.js';
import { FileError, type FileOutcome, type ReadyFile, type WritePlan } from '../../model.js';
import { fileError } from './file-error.js';
import type { FollowedFolder } from './follow-folder.js';
import type { JournalEntry } from './journal-entry.js';
import type { ObsoleteFiles } from './obsolete-files.js';
import { type PublishedFile, type PublishFileOptions, publishFile } from './publish-file.js';
import { publishStaged } from './publish-staged.js';
import { removeEmptyDirectories } from './remove-empty-directories.js';
import { removeFile } from './remove-file.js';
import type { Staging } from './staging.js';

export interface PublishPlanOptions
  extends Pick<PublishFileOptions, 'fs' | 'fileMode' | 'fileWrite' | 'stageName' | 'otherFileSystem' | 'beforeChange'> {
  readonly folder: FollowedFolder;
  readonly obsolete: ObsoleteFiles;
  readonly staging: Staging;
  /** Directories that may be empty now: kept between calls, for those that could not be removed. */
  readonly emptied: Set<string>;
}

/**
 * Carries out one plan; every failure is an outcome. Never throws.
 *
 * 1. Note what is obsolete, what is wanted again, and what cannot stand yet since its content is still to come.
 * 2. Append to the journal what will be ours, all of it in one write, and the new owner of what is ours and waits for its
 *    content: nobody else removes it from now on. Where that fails, paths that are ours already go on
 *    and new ones wait: a file that nobody remembers would never be removed.
 * 3. Write.
 * 4. Remove what is obsolete, of owners whose files all stand, if the journal still names that owner: somebody else may
 *    hold the path by now.
 * 5. Remove directories that we made and that are empty now.
 * 6. Append to the journal what is ours no longer: after the act, or a crash between the two would leave a file for ever.
 */
export function publishPlan(plan: WritePlan, options: PublishPlanOptions): FileOutcome[] {
  const { folder, obsolete, emptied, fs } = options;
  const outcomes: FileOutcome[] = [];
  const facts: JournalEntry[] = [];
  const journal = folder.journal();

  for (const { path, owner } of plan.removes) obsolete.obsolete(path, owner); // 1
  for (const { file } of plan.writes) obsolete.wanted(file.path);
  for (const { path, owner } of plan.pending ?? []) {
    obsolete.wanted(path);
    if (!stands(path, options)) obsolete.failed(path, owner);
  }
  const isOurs = new Set(plan.writes.map(({ file }) => file.path).filter((path) => journal.memory.owned.has(path)));
  const unrecorded = announce(plan, options); // 2

  for (const { owner, file } of plan.writes) {
    const { path } = file;
    try {
      if (unrecorded !== undefined && !isOurs.has(path)) throw unrecorded;
      const published = publish(file, options); // 3
      obsolete.stands(path);
      outcomes.push({ type: 'file', ...published, path, owner });
    } catch (error) {
      const failure = fileError(error, 'write', path);
      // A path of a place where FOLDER was before never stands again, so nothing waits for it.
      if (failure.code !== 'ESTALE') obsolete.failed(path, owner);
      if (!isOurs.has(path)) facts.push({ type: 'disown', path });
      if ('staged' in file) options.staging.discard(file.staged);
      emptied.add(dirname(path));
      outcomes.push({ type: 'file', op: 'failed', path, owner, error: failure });
    }
  }

  const isAsked = new Set(plan.removes.map(({ path }) => path));
  let diskFails = false;
  for (const [path, owner] of obsolete.due()) {
    const holder = journal.memory.owned.get(path);
    const isOwner = holder === owner;
    if (!isOwner) obsolete.removed(path);
    // It could not be written before nobody wanted it any more.
    if (holder === undefined && isAsked.has(path)) outcomes.push({ type: 'file', op: 'absent', path, owner });
    // Thousands may wait from earlier plans: they would all fail for the same reason, at each plan.
    if (!isOwner || (diskFails && !isAsked.has(path))) continue;
    try {
      options.beforeChange();
      remove(path, options); // 4
      obsolete.removed(path);
      facts.push({ type: 'disown', path });
      emptied.add(dirname(path));
      outcomes.push({ type: 'file', op: 'removed', path, owner });
    } catch (error) {
      const failure = fileError(error, 'remove', path);
      diskFails ||= failure.diskWide;
      outcomes.push({ type: 'file', op: 'failed', path, owner, error: failure });
    }
  }

  const reach = (path: string): string => folder.directoryOf(path, false).at(basename(path));
  for (const path of removeEmptyDirectories(emptied, { fs, made: journal.memory.made, reach })) {
    folder.turn().directories.forget(path); // 5
    facts.push({ type: 'gone', path });
  }
  journal.remember(facts); // 6
  return outcomes;
}

function publish(file: ReadyFile, options: PublishPlanOptions): PublishedFile {
  const { folder, staging } = options;
  const stageDirectory = folder.stageDirectory();
  const target = {
    ...options,
    directory: folder.directoryOf(file.path, true),
    name: basename(file.path),
    stageDirectory,
  };
  if ('bytes' in file) return publishFile({ ...target, bytes: file.bytes });
  return publishStaged({ ...target, staged: file.staged, stagedAccess: staging.access(file.staged) });
}

/** Whether a file of ours is at the path: then a reader misses nothing while newer content is on its way. */
function stands(path: string, { folder, fs }: PublishPlanOptions): boolean {
  if (!folder.journal().memory.owned.has(path)) return false;
  try {
    return fs.lstatSync(folder.directoryOf(path, false).at(basename(path))).isFile();
  } catch {
    return false;
  }
}

function announce({ writes, pending = [] }: WritePlan, { folder }: PublishPlanOptions): FileError | undefined {
  const journal = folder.journal();
  const { owned } = journal.memory;
  const entries = [
    ...writes.map(({ owner, file }) => ({ type: 'own', path: file.path, owner }) as const),
    ...pending.filter(({ path }) => owned.has(path)).map(({ path, owner }) => ({ type: 'own', path, owner }) as const),
  ];
  try {
    journal.append(entries);
    return undefined;
  } catch (error) {
    journal.remember(entries.filter(({ path }) => journal.memory.owned.has(path)));
    return fileError(error, 'write', `${folder.turn().roots.stageFolder}/.ks-state`);
  }
}

/** Without its directory the file is gone too. */
function remove(path: string, { folder, fs }: PublishPlanOptions): void {
  try {
    removeFile(fs, folder.directoryOf(path, false), basename(path));
  } catch (error) {
    const isGone =
      error instanceof FileError ? error.fault === 'object' && error.code === 'ENOTDIR' : errnoOf(error) === 'ENOENT';
    if (!isGone) throw error;
  }
}
