import { defer, type OperatorFunction, startWith } from 'rxjs';
import {
  type DesiredFile,
  type Listed,
  type ListMark,
  type ObjectChange,
  type ObjectKey,
  type Objects,
  objectKey,
  type PathConflict,
  type PathPlan,
  type Refusal,
  type Scope,
  type ScopeMark,
  type SourceStatus,
  type WatchedObject,
} from '../model.js';
import { concatMapIterable } from './concat-map-iterable.js';
import { countObjects } from './count-objects.js';
import { type LedgerDecision, PathLedger } from './path-ledger.js';

/** The object holds a path now, and its content is not in hand: somebody fetches it and feeds it in as a change. */
export interface ContentNeeded {
  readonly type: 'needed';
  readonly key: ObjectKey;
}

/** What lists and watches say, reconciled. */
export type ClaimInput = ObjectChange | ListMark | ScopeMark | SourceStatus | Remembered;
type ClaimOutput<File> =
  | Objects
  | PathPlan<File>
  | PathConflict
  | Refusal
  | ContentNeeded
  | Listed
  | ListMark
  | ScopeMark
  | SourceStatus;

/** Owners of an earlier life: first of all, and again when more of them are found. */
export interface Remembered {
  readonly type: 'remembered';
  readonly owners: ReadonlyMap<string, ObjectKey>;
}

/** What a path stands for: a file, or something else that is there once. */
interface Claimable {
  readonly path: string;
}

export interface ClaimPathsOptions<File extends Claimable = DesiredFile> {
  /** Every scope that will send `init-done`; others may join. */
  readonly scopes: readonly Scope[];
  /** Owners of an earlier life, by path; asked once per subscription. @default none */
  readonly remembered?: () => ReadonlyMap<string, ObjectKey>;
  /** The files of an object, and what of it cannot be one. Called for every change. */
  readonly desired: (object: WatchedObject) => {
    readonly files: readonly File[];
    readonly refusals: readonly Refusal[];
  };
}

/**
 * Turns changes of objects into plans for paths: each path goes to one object, always the same one, and to the
 * next when that one goes, without a gap. {@link PathLedger} has the rules.
 *
 *     changes   -A----B----a----D-----B----|     A and B want one path, A is older, D: the scope's init-done
 *     result    -(wA)-c---------(nD)--(wB)-|     a: A is deleted before D, so the path stays A's until then
 *
 * `w` a plan that writes, `c` a conflict, `n` B's content is needed: it comes in again as a change of B, and only then is the
 * path written. Marks and statuses pass, behind the plan that they lead to. Plans carry contents; the operator keeps none.
 * An object that is refused as a whole keeps the files that it has: bad input loses nothing.
 * Completes and errors with the source; the ledger is each subscriber's own.
 */
export function claimPaths<File extends Claimable = DesiredFile>(
  options: ClaimPathsOptions<File>,
): OperatorFunction<ClaimInput, ClaimOutput<File>> {
  return (source$) =>
    defer(() => {
      const ledger = new PathLedger(options.scopes);
      const count = countObjects(ledger);
      let listed = false;
      return source$.pipe(
        // Where nothing is selected, everything is listed with this.
        startWith<ClaimInput>({ type: 'remembered', owners: options.remembered?.() ?? new Map() }),
        concatMapIterable((event): ClaimOutput<File>[] => {
          const events = [...(event.type === 'remembered' ? [] : count(event)), ...decide(ledger, options, event)];
          if (listed || !ledger.settled) {
            return events;
          }
          listed = true;
          return [...events, { type: 'listed' }];
        }),
      );
    });
}

function decide<File extends Claimable>(
  ledger: PathLedger,
  options: ClaimPathsOptions<File>,
  event: ClaimInput,
): ClaimOutput<File>[] {
  switch (event.type) {
    case 'apply': {
      const { files, refusals } = withoutDuplicates(event.object, options.desired(event.object));
      const key = objectKey(event.object);
      const claimant = { key, creationTimestamp: event.object.creationTimestamp };
      const refusedWhole = files.size === 0 && refusals.some((refusal) => refusal.entry === undefined);
      const decision = refusedWhole ? ledger.keep(claimant) : ledger.apply(claimant, new Set(files.keys()));
      return [...refusals, ...toEvents(decision, key, files)];
    }
    case 'delete':
      return toEvents<File>(ledger.delete(event.key));
    case 'init-done':
      return [...toEvents<File>(ledger.complete(event.scope)), event];
    case 'joined':
      ledger.join(event.scope);
      return [event];
    case 'left':
      return [...toEvents<File>(ledger.leave(event.scope)), event];
    case 'failed':
      return event.error.code === 'forbidden' ? [...toEvents<File>(ledger.refuse(event.scope)), event] : [event];
    case 'remembered':
      return toEvents<File>(ledger.remember(event.owners));
    default:
      return [event];
  }
}

/** Two entries of one object can only want one path where long names were cut; the first keeps it. */
function withoutDuplicates<File extends Claimable>(
  object: WatchedObject,
  desired: { readonly files: readonly File[]; readonly refusals: readonly Refusal[] },
): { files: ReadonlyMap<string, File>; refusals: readonly Refusal[] } {
  const files = new Map<string, File>();
  const refusals = [...desired.refusals];
  for (const file of desired.files) {
    if (files.has(file.path)) {
      const key = objectKey(object);
      const message = `Two entries of ${key} want the file ${file.path}: the first is published, rename the other.`;
      refusals.push({ type: 'refused', key, reason: 'duplicate-path', message });
    } else {
      files.set(file.path, file);
    }
  }
  return { files, refusals };
}

function toEvents<File extends Claimable>(
  decision: LedgerDecision,
  owner?: ObjectKey,
  files?: ReadonlyMap<string, File>,
): (PathPlan<File> | PathConflict | ContentNeeded)[] {
  const events: (PathPlan<File> | PathConflict | ContentNeeded)[] = decision.conflicts.map((conflict) => ({
    type: 'conflict',
    ...conflict,
  }));
  const writes = decision.give.flatMap((path) => {
    const file = files?.get(path);
    return owner === undefined || file === undefined ? [] : [{ owner, file }];
  });
  if (writes.length > 0 || decision.release.length > 0) {
    events.push({ type: 'plan', writes, removes: decision.release });
  }
  for (const key of decision.fetch) {
    events.push({ type: 'needed', key });
  }
  return events;
}
