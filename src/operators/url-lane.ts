import { Subscription } from 'rxjs';
import type { FileOutcome, FolderStatus, ObjectKey, UrlFile, UrlSource } from '../model.js';
import type { UrlValidators } from '../request/url-answer.js';
import { NO_URL_FAILURES, type UrlTally } from './url-retry.js';

/** What is known to stand at a path, so that it is fetched again only if it has changed. */
export interface Standing {
  readonly sha256: string;
  readonly size: number;
  readonly validators: UrlValidators | undefined;
}

/** One path that somebody wants from a URL. */
export interface Lane {
  readonly path: string;
  readonly owner: ObjectKey;
  readonly url: UrlSource;
  state: 'queued' | 'fetching' | 'waiting' | 'idle';
  /** What is under way: a fetch or a wait. */
  work: Subscription;
  tally: UrlTally;
  /** The message of the last refusal: said once while it stays the same. */
  refused: string | undefined;
  /** Content that was given and of which no outcome came yet. */
  offered: Standing | undefined;
  standing: Standing | undefined;
}

/** `known` is what was wanted at the path before: content of the same URL stands, unless another checksum is promised. */
export function openLane(owner: ObjectKey, { path, url }: UrlFile, known: Lane | undefined): Lane {
  const { href, sha256 } = url;
  const standing = known?.url.href === href ? known.standing : undefined;
  return {
    path,
    owner,
    url,
    state: 'idle',
    work: Subscription.EMPTY,
    tally: NO_URL_FAILURES,
    refused: undefined,
    offered: undefined,
    standing: sha256 === undefined || sha256 === standing?.sha256 ? standing : undefined,
  };
}

export function isSameWish(lane: Lane, owner: ObjectKey, { href, sha256 }: UrlSource): boolean {
  return lane.owner === owner && lane.url.href === href && lane.url.sha256 === sha256;
}

/** What became of a path, or of the whole folder, and so of what is known to stand. */
export function noteOutcome(lanes: ReadonlyMap<string, Lane>, event: FileOutcome | FolderStatus): void {
  if (event.type === 'folder') {
    if (event.state === 'replaced') for (const lane of lanes.values()) forget(lane);
    return;
  }
  const lane = lanes.get(event.path);
  if (lane === undefined) return;
  const sha256 = 'sha256' in event ? event.sha256 : undefined;
  const standing = [lane.offered, lane.standing].find((each) => each?.sha256 === sha256);
  forget(lane);
  lane.standing = standing;
}

function forget(lane: Lane): void {
  lane.offered = undefined;
  lane.standing = undefined;
}
