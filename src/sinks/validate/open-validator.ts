import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path/posix';
import { catchError, concat, defer, finalize, type Observable, of } from 'rxjs';
import { errnoOf } from '../../errno-of.js';
import type { HookOutput, ObjectKey, WritePlan } from '../../model.js';
import type { Verdict } from '../../operators/validation-round.js';
import type { CommandOptions } from '../command/run-command.js';
import { RESERVED_PREFIX } from '../files/reserved-prefix.js';
import { candidateFiles } from './candidate-files.js';
import type { CandidateRoot } from './candidate-path.js';
import { candidateTree } from './candidate-tree.js';
import { planChanges } from './plan-changes.js';
import { runValidator } from './run-validator.js';

export interface ValidatorOptions extends Pick<CommandOptions, 'env' | 'timeoutMs' | 'kill'> {
  /** `VALIDATE` */
  readonly file: string;
  /** `VALIDATE_FOLDER`. Made where it is missing. */
  readonly validateFolder: string;
  /** `FOLDER`, as configured. */
  readonly folder: string;
  /** Of `identityHash`: tells our candidates from a sibling's that has the same `VALIDATE_FOLDER`. */
  readonly identity: string;
  /** `DEFAULT_FILE_MODE` */
  readonly fileMode?: number | undefined;
  /** The roots of the store as they are now, `FOLDER` first. */
  readonly roots: () => readonly CandidateRoot[];
  /** What the store owns now, by path. */
  readonly published: () => ReadonlyMap<string, ObjectKey>;
  /** As of `os.platform()`. */
  readonly platform: string;
}

/** What `validatePlans` asks. */
export interface Validator {
  readonly validate: (plan: WritePlan) => Observable<HookOutput | Verdict>;
  readonly changes: (plan: WritePlan) => boolean;
}

/**
 * The `VALIDATE` command, and the candidates that it is shown: one at a time, each removed behind its run. Those that an earlier
 * run of the same identity left when it was killed are removed now. Never throws.
 */
export function openValidator(options: ValidatorOptions): Validator {
  const prefix = `${RESERVED_PREFIX}${options.identity}-`;
  removeLeftovers(options.validateFolder, prefix);
  return {
    changes: (plan) => planChanges(plan, options.published()),
    validate: (plan) =>
      defer(() => {
        const tree = join(options.validateFolder, prefix + randomUUID().replaceAll('-', '').slice(16));
        const files = candidateFiles(options.published().keys(), plan);
        const env = { ...options.env, SIDECAR_CANDIDATE: tree, SIDECAR_FOLDER: options.folder };
        return concat(
          candidateTree(tree, files, { ...options, roots: options.roots() }),
          runValidator({ ...options, env, cwd: tree }),
        ).pipe(finalize(() => removeTree(tree)));
      }).pipe(catchError((error: unknown) => of(notBuilt(error)))),
  };
}

function removeLeftovers(validateFolder: string, prefix: string): void {
  let names: readonly string[];
  try {
    names = readdirSync(validateFolder);
  } catch {
    return; // is not there yet, or cannot be read: the first candidate says so
  }
  for (const name of names) {
    if (name.startsWith(prefix) && /^[0-9a-f]{16}$/.test(name.slice(prefix.length)))
      removeTree(join(validateFolder, name));
  }
}

/** Does not follow links. What the validator made unremovable is tried again at the next start. */
function removeTree(tree: string): void {
  try {
    rmSync(tree, { recursive: true, force: true });
  } catch {
    // nobody can do anything about it now
  }
}

function notBuilt(error: unknown): Verdict {
  const message = `VALIDATE_FOLDER cannot take the candidate (${errnoOf(error) ?? 'unknown'}): make it writable, with room for all files`;
  return { type: 'verdict', says: 'not-run', message };
}
