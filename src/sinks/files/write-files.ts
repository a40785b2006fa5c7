import { concat, defer, from } from 'rxjs';
import type { FileOutcome, FolderStatus, Published, Sink, WritePlan } from '../../model.js';
import { concatMapIterable } from '../../operators/concat-map-iterable.js';
import type { FileStore } from './file-store.js';

const published: Published = { type: 'published' };

/**
 * Makes files of plans, each in the turn in which it comes, since the calls are synchronous: upstream delivers small slices.
 *
 *     plans    --p--------q----|   p: two writes, q: one remove
 *     result   s-(abe)----(ce)-|   s: what was found when the folder was opened, e: `published`
 *
 * One outcome for each write; one for each remove once it is done or has failed, which may be with a later plan. Plans are
 * carried out in their order, and behind the outcomes of each comes `published`. Never errors; an error of the source is
 * passed on. Unsubscribing holds nothing: the store belongs to whoever opened it, since debts outlive the stream.
 */
export function writeFiles(store: FileStore): Sink<WritePlan, FileOutcome | FolderStatus | Published> {
  return (plans$) =>
    concat(
      defer(() => from(store.takeStatuses())),
      // A plan that comes while the outcomes of another are delivered waits until they are.
      plans$.pipe(concatMapIterable((plan) => [...store.publish(plan), published])),
    );
}
