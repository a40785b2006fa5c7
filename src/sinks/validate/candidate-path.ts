import { hash } from 'node:crypto';
import { restBelow } from '../files/rest-below.js';

/** A root of the store: `real` is resolved. */
export interface CandidateRoot {
  readonly real: string;
}

/** A place of the candidate for a file of the store. */
export interface CandidatePath {
  /** The root that holds the published file. */
  readonly root: string;
  /** Below that root. */
  readonly rest: string;
  /** Below the candidate. */
  readonly to: string;
}

/** `NAME_MAX` of every usual file system. */
const MAX_NAME_BYTES = 255;
/** No key makes such a name: the prefix is reserved. */
const ROOT_PREFIX = '.ks-root-';

/**
 * A file below `FOLDER` is at the same place below the candidate. One of another root is below `.ks-root-<root>` there, the path of the
 * root with `%2F` for each `/`, such as `.ks-root-%2Fetc%2Fother`; a path that is too long for a name is its hash. One
 * that is in no root (of an earlier configuration) is no part of the candidate.
 *
 * `roots`: `FOLDER` first.
 */
export function candidatePath(path: string, roots: readonly CandidateRoot[]): CandidatePath | undefined {
  for (const [index, { real }] of roots.entries()) {
    const rest = restBelow(real, path);
    if (rest) return { root: real, rest, to: index === 0 ? rest : `${rootName(real)}/${rest}` };
  }
  return undefined;
}

function rootName(root: string): string {
  const name = ROOT_PREFIX + encodeURIComponent(root);
  return name.length <= MAX_NAME_BYTES ? name : ROOT_PREFIX + hash('sha256', root, 'hex');
}
