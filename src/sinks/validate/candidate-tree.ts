import * as nodeFs from 'node:fs';
import { mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path/posix';
import { concatMap, defer, ignoreElements, type Observable, range, timer } from 'rxjs';
import { errnoOf } from '../../errno-of.js';
import type { ReadyFile } from '../../model.js';
import { type Directories, openDirectories } from '../files/open-directory.js';
import { stageFile } from '../files/stage-file.js';
import type { CandidateFiles } from './candidate-files.js';
import { type CandidatePath, type CandidateRoot, candidatePath } from './candidate-path.js';
import { copyFile } from './copy-file.js';

export interface CandidateTreeOptions {
  /** Of new files, as the store's; without it the umask rules. Published ones have the mode that they have. */
  readonly fileMode?: number | undefined;
  /** The roots of the store, `FOLDER` first. */
  readonly roots: readonly CandidateRoot[];
  /** As of `os.platform()`. */
  readonly platform: string;
}

/** Files in one turn of the event loop: some milliseconds. */
const SLICE = 64;
/** For us alone: files may be Secrets whatever their modes. */
const TREE_MODE = 0o700;

/**
 * Makes the folder that the validator looks at: the new directory `tree`, with the files as they would be ({@link candidatePath} says
 * where). Completes when it is whole, errors with the errno of a call that failed; what is there then is the caller's to remove.
 *
 * A published file is copied, not linked, since the validator could write through a link. It is reached as the store reaches
 * it, so no symbolic link leads out of its root; one that is no regular file, or is gone, is left out.
 */
export function candidateTree(tree: string, files: CandidateFiles, options: CandidateTreeOptions): Observable<never> {
  return defer(() => {
    mkdirSync(dirname(tree), { recursive: true });
    mkdirSync(tree, { mode: TREE_MODE });
    const entries = [...files];
    return range(0, Math.ceil(entries.length / SLICE)).pipe(
      concatMap((index) => {
        const directories = openDirectories({ ...options, fs: nodeFs, beforeMake: () => undefined });
        try {
          for (const [path, file] of entries.slice(index * SLICE, (index + 1) * SLICE)) {
            const place = candidatePath(path, options.roots);
            if (place !== undefined) put(join(tree, place.to), place, file, { ...options, directories });
          }
        } finally {
          directories.close();
        }
        return timer(0);
      }),
      ignoreElements(),
    );
  });
}

function put(
  target: string,
  place: CandidatePath,
  file: ReadyFile | undefined,
  { directories, fileMode }: CandidateTreeOptions & { readonly directories: Directories },
): void {
  mkdirSync(dirname(target), { recursive: true, mode: TREE_MODE });
  if (file === undefined) copyPublished(target, place, directories);
  else if ('bytes' in file) stageFile(nodeFs, target, file.bytes, fileMode);
  else copyFile(file.staged.stagedAt, target, fileMode ?? 'umask');
}

function copyPublished(target: string, { root, rest }: CandidatePath, directories: Directories): void {
  let source: string;
  try {
    const above = dirname(rest);
    source = directories.below(root, above === '.' ? '' : above, false).at(basename(rest));
  } catch {
    return; // gone, or behind what is no directory of ours
  }
  try {
    copyFile(source, target, 'same');
  } catch (error) {
    if (!NO_FILE.has(errnoOf(error) ?? '')) throw error;
  }
}

/** Gone, a symbolic link, a socket. */
const NO_FILE: ReadonlySet<string> = new Set(['ENOENT', 'ELOOP', 'ENXIO']);
